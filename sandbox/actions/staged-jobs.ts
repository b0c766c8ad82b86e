import type { CheckReporter } from "./check-reporter.ts";
import type { JobSettings } from "./environment-gate.ts";
import type { StepOutputs } from "./step-outputs.ts";
import { interpolate, runsAfter } from "./workflow/expression.ts";
import type { Contexts } from "./workflow/expression.ts";
import { neededBy, nextStage } from "./workflow/stages.ts";
import type { Ended } from "./workflow/stages.ts";
import type { Job, WorkflowFile } from "./workflow/workflow-file.ts";

/** Jobs of one file, and how to run some of them. */
export interface JobsToStage {
  readonly jobs: Readonly<Record<string, Job>>;
  /** Those that are to run. */
  readonly ids: readonly string[];
  /** Without `needs`. */
  readonly contexts: Contexts;
  /** What jobs have that are for no environment. */
  readonly settings: JobSettings;
  readonly steps: StepOutputs;
  /** Of a job among all of the run, for `steps`. */
  readonly keyOf: (id: string) => string;
  /** Runs jobs together; what they need has ended. */
  readonly run: (ids: readonly string[], ended: ReadonlyMap<string, Ended>, settings: JobSettings) => Promise<void>;
  /** Runs a job that calls a workflow with environments; undefined where none does. */
  readonly callerOf: (
    id: string,
  ) => ((ended: ReadonlyMap<string, Ended>, contexts: Contexts) => Promise<void>) | undefined;
  /** Passes the gate of a job's environment: what the job has, or why it may not go on. */
  readonly enter: (id: string, environment: string) => Promise<JobSettings | string>;
  /** Ends a job that does not run. */
  readonly leave: (id: string, result: "skipped" | "failure", reason?: string) => void;
  readonly resultOf: (id: string) => Ended["result"];
}

/**
 * Runs jobs in stages: a job that is for an environment apart from others, once all that it needs has ended, its `if:` lets it run and its
 * environment's gate is passed. Jobs that wait for a gate wait one after another, and a matrix waits once. A job that calls a workflow with
 * environments has no outputs.
 */
export async function runInStages(all: JobsToStage, signal: AbortSignal): Promise<void> {
  const { jobs, ids } = all;
  const ended = new Map<string, Ended>();
  const isApart = (id: string) => jobs[id]?.environment !== undefined || all.callerOf(id) !== undefined;
  for (;;) {
    const stage = nextStage(jobs, ids, isApart, ended);
    const [first] = stage;
    if (first === undefined || signal.aborted) return;
    const contexts = { ...all.contexts, needs: Object.fromEntries(ended) };
    const needed = new Map(neededBy(jobs, stage).flatMap((id) => [[id, ended.get(id) ?? unknown]]));
    let settings = all.settings;
    if (isApart(first)) {
      const entered = await enter(all, first, contexts, [...needed.values()]);
      if (entered === undefined) {
        ended.set(first, { result: all.resultOf(first), outputs: {} });
        continue;
      }
      settings = entered;
    }
    const call = all.callerOf(first);
    await (call === undefined ? all.run(stage, needed, settings) : call(needed, contexts));
    const secrets = Object.values(settings.secrets);
    for (const id of stage)
      ended.set(id, {
        result: all.resultOf(id),
        outputs: all.steps.of(all.keyOf(id), jobs[id] ?? { outputs: {} }, contexts, secrets),
      });
  }
}

const unknown: Ended = { result: "skipped", outputs: {} };

/** What a job has that runs apart; undefined where it does not run. */
async function enter(
  all: JobsToStage,
  id: string,
  contexts: Contexts,
  needed: readonly Ended[],
): Promise<JobSettings | undefined> {
  const { environment, if: condition } = all.jobs[id] ?? {};
  const results = needed.map(({ result }) => result);
  if (!runsAfter(condition, contexts, results)) {
    all.leave(id, "skipped");
    return undefined;
  }
  if (environment === undefined) return all.settings;
  const entered = await all.enter(id, interpolate(environment, contexts));
  if (typeof entered !== "string") return entered;
  all.leave(id, "failure", entered);
  return undefined;
}

/** How a job ended by its checks; one that calls a workflow as the worst of that one's jobs did. */
export function resultOf(check: string, { jobs }: Pick<CheckReporter, "jobs">): Ended["result"] {
  const results = Object.entries(jobs).flatMap(([name, { result }]) =>
    name === check || name.startsWith(`${check} `) ? (result ?? []) : [],
  );
  return (["failure", "cancelled", "success"] as const).find((one) => results.includes(one)) ?? "skipped";
}

/** The context `inputs` of a called workflow. */
export const inputsOf = ({ on }: WorkflowFile, caller: Job, contexts: Contexts): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(on.call?.inputs ?? {}).map(([name, input]) => {
      const value = caller.with[name] ?? input?.default ?? "";
      return [name, typeof value === "string" ? interpolate(value, contexts) : value];
    }),
  );
