import type { CheckRun, Repository, Status } from "../model.ts";

/** A check that must have succeeded, and the App that must have said so; null is anyone. */
export interface RequiredCheck {
  readonly context: string;
  readonly appId: number | null;
}

/** Conclusions that count as success. A skipped job is one of them: it hides what it should have found. */
const good: ReadonlySet<CheckRun["conclusion"]> = new Set(["success", "neutral", "skipped"]);

/** The newest check run of each App with a name on a commit. */
export function latestCheckRuns(repository: Repository, sha: string, name?: string): CheckRun[] {
  const runs = repository.checkRuns.filter((run) => run.headSha === sha && (name === undefined || run.name === name));
  const newest = new Map(runs.map((run) => [`${String(run.appId)} ${run.name}`, run]));
  return [...newest.values()];
}

/** The newest status of each context on a commit, newest first. */
export function latestStatuses(repository: Repository, sha: string): Status[] {
  const newest = new Map<string, Status>();
  for (const status of repository.statuses) {
    if (status.sha !== sha) continue;
    newest.delete(status.context);
    newest.set(status.context, status);
  }
  return [...newest.values()].reverse();
}

/** What a required check is at: `missing` where nobody, or only a wrong App, has reported it. */
export function stateOf(
  repository: Repository,
  sha: string,
  { context, appId }: RequiredCheck,
): "missing" | "pending" | "failure" | "success" {
  const runs = latestCheckRuns(repository, sha, context).filter((run) => appId === null || run.appId === appId);
  const statuses = latestStatuses(repository, sha).filter(
    (status) => status.context === context && (appId === null || status.appId === appId),
  );
  if (runs.length + statuses.length === 0) return "missing";
  const pending =
    runs.some(({ status }) => status !== "completed") || statuses.some(({ state }) => state === "pending");
  if (pending) return "pending";
  return runs.every(({ conclusion }) => good.has(conclusion)) && statuses.every(({ state }) => state === "success")
    ? "success"
    : "failure";
}

/** Why required checks do not let something by, in GitHub's words; undefined where they do. */
export function checksProblem(
  repository: Repository,
  sha: string,
  required: readonly RequiredCheck[],
): string | undefined {
  const states = required.map((check) => ({ check, state: stateOf(repository, sha, check) }));
  const open = states.filter(({ state }) => state !== "success");
  const [first] = open;
  if (first === undefined) return undefined;
  const words = { missing: "expected", pending: "in progress", failure: "failing", success: "successful" } as const;
  if (required.length === 1) return `Required status check "${first.check.context}" is ${words[first.state]}.`;
  const same = open.every(({ state }) => state === first.state);
  const are = same ? `are ${words[first.state]}` : "have not succeeded";
  return `${String(open.length)} of ${String(required.length)} required status checks ${are}.`;
}
