import type { Result } from "./expression.ts";
import type { Job } from "./workflow-file.ts";

/** How a job ended, as those that need it see it. */
export interface Ended {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
}

type Jobs = Readonly<Record<string, Pick<Job, "needs">>>;

/**
 * The jobs that are next: all that wait for nothing but one another and what has ended; where there is none, one that runs apart from
 * others; none where all have ended.
 *
 * @param ids of the jobs that there are
 * @param apart whether a job runs alone: one that is for an environment, whose secrets no other job has
 */
export function nextStage(
  jobs: Jobs,
  ids: readonly string[],
  apart: (id: string) => boolean,
  ended: Pick<ReadonlySet<string>, "has">,
): readonly string[] {
  const waiting = ids.filter((id) => !ended.has(id));
  const waits = (id: string): boolean =>
    !ended.has(id) && (apart(id) || (jobs[id]?.needs ?? []).some((needed) => waits(needed)));
  const next = waiting.filter((id) => !waits(id));
  if (next.length > 0) return next;
  return waiting.filter((id) => (jobs[id]?.needs ?? []).every((needed) => ended.has(needed))).slice(0, 1);
}

/** What jobs need, and what that needs. */
export function neededBy(jobs: Jobs, ids: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const visit = (id: string) => {
    for (const needed of jobs[id]?.needs ?? []) {
      if (found.has(needed)) continue;
      found.add(needed);
      visit(needed);
    }
  };
  ids.forEach(visit);
  return [...found];
}
