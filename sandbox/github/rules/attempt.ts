import type { Actor } from "../actor.ts";
import type { Commit } from "../git/commit.ts";
import type { RefChange } from "../git/git-repository.ts";
import type { Issue, PullRequest, Repository } from "../model.ts";
import type { Store } from "../store.ts";

/** Ways of merging a pull request. */
export type MergeMethod = "merge" | "squash" | "rebase";

/** The pull request whose merging changes a branch. */
export interface MergeAttempt {
  readonly issue: Issue;
  readonly pull: PullRequest;
  readonly method: MergeMethod;
}

/** A change of a ref that somebody tries, before it is done. The objects of what it shall be are there already. */
export interface Attempt extends RefChange {
  readonly store: Store;
  readonly repository: Repository;
  readonly actor: Actor;
  /** Undefined for pushes and for writes through the API. */
  readonly merge?: MergeAttempt | undefined;
}

/** The commits that a change brings into its branch; for a new branch, those that no other ref has. */
export async function broughtCommits({ store, repository, from, to }: Attempt): Promise<Commit[]> {
  if (to === null) return [];
  const git = store.git(repository);
  const text = await git.text(["rev-list", to, ...(from === null ? ["--not", "--all"] : [`^${from}`])]);
  const commits = await Promise.all(text.split("\n").map((sha) => git.commit(sha)));
  return commits.filter((commit) => commit !== undefined);
}

/** Whether the new commit does not have the old one in its history. */
export async function isForced({ store, repository, from, to }: Attempt): Promise<boolean> {
  return from !== null && to !== null && !(await store.git(repository).isAncestor(from, to));
}

/** Whether the head of the pull request lacks commits of its base. */
export async function isBehind({ store, repository, merge, from }: Attempt): Promise<boolean> {
  return merge !== undefined && from !== null && !(await store.git(repository).isAncestor(from, merge.pull.head.sha));
}
