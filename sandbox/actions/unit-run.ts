import { runActStage } from "./act-stage.ts";
import { environmentSettings, passGate } from "./environment-gate.ts";
import type { JobSettings } from "./environment-gate.ts";
import { contextsOf, trustOf } from "./run-context.ts";
import type { RunFacts } from "./run-facts.ts";
import { inputsOf, resultOf, runInStages } from "./staged-jobs.ts";
import type { JobsToStage } from "./staged-jobs.ts";
import { StepOutputs } from "./step-outputs.ts";
import { checkName, jobName } from "./workflow/check-names.ts";
import type { Contexts } from "./workflow/expression.ts";
import type { Unit } from "./workflow/plan.ts";
import type { Ended } from "./workflow/stages.ts";
import type { WorkflowFile } from "./workflow/workflow-file.ts";

/**
 * Runs the jobs of a unit, in stages where some are for environments; of called workflows too.
 *
 * @returns what jobs have that are for no environment
 */
export async function runUnit(facts: RunFacts, unit: Unit, signal: AbortSignal): Promise<JobSettings> {
  const { setting, happening, file, called, checks, reasons, number } = facts;
  const trust = trustOf(happening);
  const opened = await setting.client.secrets(happening.repository);
  const common = trust === "fork" ? {} : trust === "full" ? opened.actions : opened.dependabot;
  const settings: JobSettings = { secrets: common, variables: facts.variables };
  const steps = new StepOutputs();
  /** What the jobs of a file have in common, which their checks tell apart. */
  const level = (jobs: WorkflowFile["jobs"], contexts: Contexts, checkOf: (id: string) => string) =>
    ({
      ...{ jobs, contexts, settings, steps },
      leave: (id, result, reason) => {
        checks.end(checkOf(id), result, reason);
        if (reason !== undefined) reasons.push(`${checkOf(id)}: ${reason}`);
      },
      enter: async (id, environment) =>
        (await pass(facts, environment, checkOf(id), signal)) ??
        environmentSettings(facts.github, environment, settings, trust === "full" ? opened : undefined),
      resultOf: (id) => resultOf(checkOf(id), checks),
    }) satisfies Partial<JobsToStage>;
  const callerOf = (caller: string) => {
    const [job, content] = [file.jobs[caller], called.get(caller)];
    if (job === undefined || content === undefined) return undefined;
    const { jobs } = content.file;
    if (!Object.values(jobs).some(({ environment }) => environment !== undefined)) return undefined;
    const checkOf = (id: string) => {
      const own = jobName(id, jobs[id] ?? {});
      return checkName(jobName(caller, job), own, own, {});
    };
    return (ended: ReadonlyMap<string, Ended>, contexts: Contexts) =>
      runInStages(
        {
          ...level(jobs, { ...contexts, inputs: inputsOf(content.file, job, contexts) }, checkOf),
          ids: Object.keys(jobs),
          keyOf: (id) => `${caller} ${id}`,
          callerOf: () => undefined,
          run: (ids, inner, its) =>
            runActStage(facts, {
              ...{ ...its, steps, signal, jobs: [caller], live: [caller], ended },
              called: { caller, jobs: ids, ended: inner },
            }),
        },
        signal,
      );
  };
  await runInStages(
    {
      ...level(file.jobs, contextsOf(happening, file, facts.variables, number), (id) =>
        jobName(id, file.jobs[id] ?? {}),
      ),
      ids: unit.jobs,
      keyOf: (id) => id,
      callerOf,
      run: (ids, ended, its) => {
        const live = unit.live.filter((id) => ids.includes(id));
        return runActStage(facts, { ...its, steps, signal, jobs: ids, live, ended });
      },
    },
    signal,
  );
  return settings;
}

/** Passes the gate of an environment, see `passGate`. */
function pass(facts: RunFacts, environment: string, check: string, signal: AbortSignal): Promise<string | undefined> {
  const { setting, happening, number, checks, waits } = facts;
  const { ref = "", sha = "" } = happening.subject ?? {};
  const applicant = { repository: happening.repository, run: number, ref, sha, actor: happening.sender.login };
  return passGate(setting.client, environment, applicant, signal, () => {
    checks.wait(check, true);
    const goesOn = waits(environment);
    return () => {
      goesOn();
      if (!signal.aborted) checks.wait(check, false);
    };
  });
}
