import { condition, interpolate } from "./expression.ts";
import type { Contexts } from "./expression.ts";
import type { Concurrency, Job, WorkflowFile } from "./workflow-file.ts";

/** A concurrency group with its expressions replaced. */
export interface Group {
  readonly name: string;
  readonly cancelInProgress: boolean;
}

/** Jobs of a run that need one another, and no others: they run, wait and are cancelled together. */
export interface Unit {
  /** Ids, in the file's order. */
  readonly jobs: readonly string[];
  /** Those that their `if:` does not rule out yet. */
  readonly live: readonly string[];
  /** The groups that it has to be in, sorted, so that two units never wait for each other. */
  readonly groups: readonly Group[];
}

/** What a workflow's jobs will do on an event. */
export interface Plan {
  /** The group of the whole run. */
  readonly group: Group | undefined;
  readonly units: readonly Unit[];
  /** Ids of jobs that their `if:` rules out, whatever the others do. */
  readonly skipped: readonly string[];
}

/**
 * Plans a run. act knows no concurrency groups, and runs a whole file; so jobs that do not need one another run apart, each in its groups.
 * @throws Error for an expression that is wrong
 */
export function planRun({ jobs, concurrency }: WorkflowFile, contexts: Contexts): Plan {
  const units = componentsOf(jobs).map((ids) => ({
    ids,
    live: ids.filter((id) => condition(jobs[id]?.if, contexts) !== false),
  }));
  return {
    group: groupOf(concurrency, contexts),
    units: units
      .filter(({ live }) => live.length > 0)
      .map(({ ids, live }) => ({
        jobs: ids,
        live,
        groups: live
          .map((id) => groupOf(jobs[id]?.concurrency, contexts))
          .filter((group) => group !== undefined)
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      })),
    skipped: units.filter(({ live }) => live.length === 0).flatMap(({ ids }) => ids),
  };
}

function groupOf(concurrency: Concurrency | undefined, contexts: Contexts): Group | undefined {
  if (concurrency === undefined) return undefined;
  const cancel = concurrency["cancel-in-progress"];
  return {
    name: interpolate(concurrency.group, contexts),
    cancelInProgress: typeof cancel === "boolean" ? cancel : interpolate(cancel, contexts) === "true",
  };
}

/** The connected parts of the graph that `needs` makes of jobs. */
export function componentsOf(jobs: Readonly<Record<string, Pick<Job, "needs">>>): string[][] {
  const ids = Object.keys(jobs);
  const part = new Map(ids.map((id) => [id, id]));
  for (const id of ids)
    for (const needed of jobs[id]?.needs ?? []) {
      const [from, to] = [part.get(needed), part.get(id)];
      if (from !== undefined && to !== undefined)
        for (const [key, value] of part) if (value === from) part.set(key, to);
    }
  return [...new Set(part.values())].map((one) => ids.filter((id) => part.get(id) === one));
}
