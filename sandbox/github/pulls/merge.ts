import type { Actor } from "../actor.ts";
import { changeRefs } from "../change-refs.ts";
import { conflict, GitHubError } from "../errors.ts";
import type { Repository } from "../model.ts";
import type { MergeMethod } from "../rules/attempt.ts";
import { enforce, rulingOn } from "../rules/enforce.ts";
import type { Store } from "../store.ts";
import { writeMerge } from "./merge-commit.ts";
import type { PullContext } from "./state.ts";
import { allowedMethods } from "./state.ts";
import { openPulls, updatePullRefs } from "./sync.ts";
import { tellPull } from "./tell.ts";

/** How a pull request shall be merged. */
export interface MergeRequest {
  readonly method: MergeMethod;
  /** The head that is meant. */
  readonly sha?: string | undefined;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
}

const methodNames = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" } as const;

/**
 * Merges a pull request, and deletes its head branch where the repository does that and rules let the merging actor.
 * To be called inside the repository's lock.
 * @returns the commit that the base branch has now
 * @throws GitHubError 405 when it can't be merged or may not be, 409 when its head is not the one that is meant
 */
export async function mergePull(context: PullContext, actor: Actor, request: MergeRequest): Promise<string> {
  const { store, repository, issue, pull } = context;
  const git = store.git(repository);
  const ref = `refs/heads/${pull.base.ref}`;
  const base = await git.ref(ref);
  const refuse = (message: string) => new GitHubError(405, message);
  if (issue.state === "closed" || base === undefined) throw refuse("Pull Request is not mergeable");
  if (pull.draft) throw refuse("Pull Request is still a draft");
  if (request.sha !== undefined && request.sha !== pull.head.sha)
    throw conflict("Head branch was modified. Review and try the merge again.");
  if (!allowedMethods(repository).includes(request.method))
    throw refuse(`${methodNames[request.method]} are not allowed on this repository.`);
  const { title, message } = request;
  const sha = await writeMerge(request.method, { ...context, base, user: actor.user, title, message });
  if (sha === undefined) throw refuse("Pull Request is not mergeable");
  const merge = { issue, pull, method: request.method };
  await enforce({ store, repository, actor, ref, from: base, to: sha, merge }, 405);
  // Known before the branch moves, so that it is known after a kill whose merge it was.
  pull.merging = { sha, userId: actor.user.id };
  store.save(repository);
  await changeRefs(store, repository, actor, [{ ref, from: base, to: sha }]);
  if (repository.merge.deleteBranchOnMerge) await deleteHead(context, actor);
  return sha;
}

/** Deletes the head branch, unless it is the default branch, somebody else's, or rules keep the actor from it. */
async function deleteHead({ store, repository, pull }: PullContext, actor: Actor): Promise<void> {
  const ref = `refs/heads/${pull.head.ref}`;
  const from = await store.git(repository).ref(ref);
  const kept =
    pull.head.repositoryId !== repository.id || pull.head.ref === repository.defaultBranch || from !== pull.head.sha;
  if (kept) return;
  const change = { ref, from, to: null };
  const { refusal } = await rulingOn({ store, repository, actor, ...change });
  if (refusal !== undefined) return;
  await moveBases(store, repository, actor, pull.head.ref, pull.base.ref);
  await changeRefs(store, repository, actor, [change]);
}

/** Pull requests into a branch that is deleted after merging go into what it was merged into. */
async function moveBases(store: Store, repository: Repository, { user }: Actor, from: string, to: string) {
  for (const open of openPulls(repository).filter(({ pull }) => pull.base.ref === from)) {
    const before = { ref: open.pull.base.ref, sha: open.pull.base.sha };
    open.pull.base.ref = to;
    await updatePullRefs(store, repository, open);
    store.save(repository);
    await tellPull(store, repository, open, user, "edited", { changes: { base: { from: before } } });
  }
}
