import { runActStage } from "./act-stage.ts";
import type { JobSettings } from "./environment-gate.ts";
import type { RunFacts } from "./run-facts.ts";
import { resultOf } from "./staged-jobs.ts";
import { StepOutputs } from "./step-outputs.ts";
import { checkName, jobName } from "./workflow/check-names.ts";
import type { Unit } from "./workflow/plan.ts";
import type { Job } from "./workflow/workflow-file.ts";

/**
 * Ends what is left of a cancelled unit, as GitHub does (docs.github.com, "Canceling a workflow run"): jobs whose condition says `always()` run all
 * the same, and the others are cancelled. Only those of called workflows do so here, without environments; their steps see a cancelled job as a
 * failed one, which is all that act knows.
 *
 * @param settings what those jobs have; undefined where none was begun, of which nothing runs
 * @param end ends them too
 */
export async function endCancelled(
  facts: RunFacts,
  unit: Unit,
  settings: JobSettings | undefined,
  end: AbortSignal,
): Promise<void> {
  const { file, called, checks } = facts;
  for (const id of unit.jobs) {
    const name = jobName(id, file.jobs[id] ?? {});
    const content = called.get(id);
    if (content === undefined) cancel(facts, name);
    if (content === undefined || checks.jobs[name] !== undefined) continue;
    const all = Object.entries(content.file.jobs).map(([inner, job]) => {
      const own = jobName(inner, job);
      return { inner, check: checkName(name, own, own, {}), goesOn: settings !== undefined && runsAlways(job) };
    });
    for (const { check, goesOn } of all) if (!goesOn) cancel(facts, check);
    const jobs = all.flatMap(({ inner, goesOn }) => (goesOn ? [inner] : []));
    if (settings === undefined || jobs.length === 0 || !unit.live.includes(id)) continue;
    const ended = new Map(
      all.map(({ inner, check }) => [inner, { result: resultOf(check, checks), outputs: {} }] as const),
    );
    for (const inner of jobs) ended.delete(inner);
    await runActStage(facts, {
      ...{ ...settings, steps: new StepOutputs(), signal: end, jobs: [id], live: [id], ended: new Map() },
      called: { caller: id, jobs, ended },
    });
    for (const { check } of all) cancel(facts, check);
  }
}

const runsAlways = ({ if: condition, environment }: Job): boolean =>
  environment === undefined && /\balways\s*\(/u.test(String(condition));

/** Ends a job that has not ended, or all that its matrix makes of it. */
function cancel({ checks }: RunFacts, check: string): void {
  checks.endAll("cancelled", [check]);
  if (!Object.keys(checks.jobs).some((one) => one === check || one.startsWith(`${check} (`)))
    checks.end(check, "cancelled");
}
