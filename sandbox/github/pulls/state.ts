import type { Actor } from "../actor.ts";
import type { GitRepository } from "../git/git-repository.ts";
import type { Issue, PullRequest, Repository } from "../model.ts";
import { latestCheckRuns, latestStatuses } from "../rules/required-checks.ts";
import type { Attempt, MergeMethod } from "../rules/attempt.ts";
import { rulingOn } from "../rules/enforce.ts";
import type { Store } from "../store.ts";
import type { PullDetails } from "../views/pull.ts";
import { mergedTree } from "./test-merge.ts";

/** A pull request of a repository. */
export interface PullContext {
  readonly store: Store;
  readonly repository: Repository;
  readonly issue: Issue;
  readonly pull: PullRequest;
}

/** The merge methods that a repository allows, in the order in which GitHub's button offers them. */
export function allowedMethods({ merge }: Repository): MergeMethod[] {
  const methods = { merge: merge.allowMergeCommit, squash: merge.allowSquashMerge, rebase: merge.allowRebaseMerge };
  return (["merge", "squash", "rebase"] as const).filter((method) => methods[method]);
}

/** The commit that a pull request's changes are counted from. */
export async function startOf(git: GitRepository, { base, head, mergedAt }: PullRequest): Promise<string> {
  const tip = mergedAt === null ? await git.ref(`refs/heads/${base.ref}`) : base.sha;
  return (await git.mergeBase(tip ?? base.sha, head.sha)) ?? base.sha;
}

/** What GitHub works out about a pull request; `actor` is who looks. */
export async function detailsOf(context: PullContext, actor: Actor | undefined): Promise<PullDetails> {
  const { store, repository, pull } = context;
  const git = store.git(repository);
  const start = await startOf(git, pull);
  const [files, commits, { mergeable, state }] = await Promise.all([
    git.diff(start, pull.head.sha),
    git.text(["rev-list", "--count", pull.head.sha, `^${start}`]),
    mergeability(context, actor),
  ]);
  return {
    mergeable,
    mergeableState: state,
    commits: Number(commits),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

/** Whether a pull request can be merged, and GitHub's word for how it stands: `clean`, `dirty`, `draft`, `blocked`, `behind`, `unstable`, `unknown`. */
export async function mergeability(
  { store, repository, issue, pull }: PullContext,
  actor: Actor | undefined,
): Promise<{ mergeable: boolean | null; state: string }> {
  const git = store.git(repository);
  const ref = `refs/heads/${pull.base.ref}`;
  const from = await git.ref(ref);
  if (issue.state === "closed" || from === undefined) return { mergeable: null, state: "unknown" };
  if ((await mergedTree(git, from, pull.head.sha)) === undefined) return { mergeable: false, state: "dirty" };
  if (pull.draft) return { mergeable: true, state: "draft" };
  const method = allowedMethods(repository)[0] ?? "merge";
  if (actor !== undefined) {
    const merge = { issue, pull, method };
    const attempt: Attempt = { store, repository, actor, ref, from, to: pull.head.sha, merge };
    // What is asked for is whether it may be merged, not whether its head may be pushed.
    const { refusal } = await rulingOn(attempt);
    if (refusal !== undefined) {
      const behind = refusal.messages.every((message) => /out[- ]of[- ]date/iu.test(message));
      return { mergeable: true, state: behind ? "behind" : "blocked" };
    }
  }
  return { mergeable: true, state: isUnstable(repository, pull.head.sha) ? "unstable" : "clean" };
}

/** Whether any check that is not required has failed or runs still. */
function isUnstable(repository: Repository, sha: string): boolean {
  const good = new Set<string | null>(["success", "neutral", "skipped"]);
  return (
    latestCheckRuns(repository, sha).some(({ conclusion }) => !good.has(conclusion)) ||
    latestStatuses(repository, sha).some(({ state }) => state !== "success")
  );
}
