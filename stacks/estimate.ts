import { longLived } from "../components/onboarding.ts";
import type { Onboarding } from "../components/onboarding.ts";

/** Requests that the provider makes. */
export interface Requests {
  readonly writes: number;
  readonly reads: number;
}

/** What making one resource takes, counted with provider 6.15. */
const costs = {
  file: { writes: 1, reads: 5 },
  secret: { writes: 1, reads: 3 },
  variable: { writes: 1, reads: 2 },
  ruleset: { writes: 1, reads: 1 },
  environment: { writes: 1, reads: 1 },
  setting: { writes: 1, reads: 1 },
  classic: { writes: 1, reads: 3 },
} as const satisfies Readonly<Record<string, Requests>>;

/** Requests for onboarding a repository that has nothing of ours. */
export function requestsOf(entry: Onboarding, workflowBranches: number): Requests {
  const environments = Object.values(entry.environments);
  const size = (all: object) => Object.keys(all).length;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  const counts: Readonly<Record<keyof typeof costs, number>> = {
    file: workflowBranches,
    secret: size(entry.secrets) + size(entry.dependabotSecrets) + sum(environments.map(({ secrets }) => size(secrets))),
    variable: size(entry.variables) + sum(environments.map(({ variables }) => size(variables))),
    ruleset: entry.protection.mode === "classic" ? 0 : 3,
    environment: sum(environments.map(({ branches, tags }) => 1 + branches.length + tags.length)),
    setting: entry.actions === undefined ? 0 : entry.actions.access === undefined ? 1 : 2,
    classic: entry.protection.mode === "classic" ? longLived(entry.branches).length : 0,
  };
  const total = (what: keyof Requests) =>
    sum(Object.entries(counts).map(([kind, count]) => count * costs[kind as keyof typeof costs][what]));
  return { writes: total("writes"), reads: total("reads") };
}

/** GitHub's limits (docs.github.com, "Rate limits for the REST API"), read strictly: all together, and every write creates content. */
const limits = {
  writesPerMinute: 80,
  writesPerHour: 500,
  pointsPerMinute: 900,
  pointsOfWrite: 5,
  requestsPerHour: 5000,
};

/** The minutes that GitHub's limits make so many requests take at least. */
export function minutesOf({ writes, reads }: Requests): number {
  const hours = (count: number, perHour: number) => 60 * Math.floor(Math.max(count - 1, 0) / perHour);
  return Math.max(
    writes / limits.writesPerMinute,
    hours(writes, limits.writesPerHour),
    (writes * limits.pointsOfWrite + reads) / limits.pointsPerMinute,
    hours(writes + reads, limits.requestsPerHour),
  );
}

/**
 * A line on how long onboarding will take.
 *
 * @returns undefined where GitHub's limits allow it within a minute
 */
export function estimateOf(repositories: readonly Requests[]): string | undefined {
  const all = repositories.reduce(
    (total, { writes, reads }) => ({ writes: total.writes + writes, reads: total.reads + reads }),
    { writes: 0, reads: 0 },
  );
  const minutes = Math.ceil(minutesOf(all));
  if (minutes <= 1) return undefined;
  return (
    `Onboarding ${String(repositories.length)} repositories takes about ${String(all.writes)} writes and ${String(all.reads)} reads; ` +
    `GitHub's limits (${String(limits.writesPerMinute)} writes a minute, ${String(limits.writesPerHour)} an hour, ` +
    `${String(limits.pointsPerMinute)} points a minute) make that at least ${String(minutes)} minutes.`
  );
}
