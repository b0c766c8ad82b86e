import { resultsOf } from "./cycle.ts";
import type { Run } from "./cycle.ts";

/** The check of the job that builds a pull request. */
export const build = "pull-request / build";

/** What became of events: `pull_request opened: success`. */
export const outcomes = (runs: readonly Run[]): string[] =>
  runs.map(({ event, conclusion }) => `${[event.name, event.action].filter(Boolean).join(" ")}: ${conclusion}`);

/** The jobs of a run that were not skipped, by check, and their results. */
export const ran = (run: Run | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(run === undefined ? {} : resultsOf(run)).filter(([, result]) => result !== "skipped"),
  );

/**
 * The only run.
 * @throws Error where there is none, or another one
 */
export function single(runs: readonly Run[]): Run {
  const [run, ...others] = runs;
  if (run === undefined || others.length > 0)
    throw new Error(`one run was expected: ${JSON.stringify(outcomes(runs))}`);
  return run;
}
