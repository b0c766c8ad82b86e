import type { Actor } from "./actor.ts";
import { changeRefs } from "./change-refs.ts";
import type { Signature } from "./git/commit.ts";
import type { TreeEdit } from "./git/tree.ts";
import type { Repository } from "./model.ts";
import { enforce } from "./rules/enforce.ts";
import type { Store } from "./store.ts";
import { signatureOf, webFlow } from "./views/commit.ts";

/** A commit on a branch. */
export interface FilesCommit {
  readonly branch: string;
  /** The branch's commit that it goes on; undefined makes the branch. */
  readonly parent: string | undefined;
  readonly edits: readonly TreeEdit[];
  readonly message: string;
  /** Default the actor. */
  readonly author?: Signature | undefined;
  /** Default GitHub itself, as for every commit made in the browser or through the API without an author. */
  readonly committer?: Signature | undefined;
}

/**
 * Commits changes of files to a branch and moves it there. To be called inside the repository's lock.
 * @returns the commit's object name
 * @throws GitHubError 409 when rules do not allow it
 */
export async function commitFiles(
  store: Store,
  repository: Repository,
  actor: Actor,
  { branch, parent, edits, message, author, committer }: FilesCommit,
): Promise<string> {
  const git = store.git(repository);
  const date = store.clock.now();
  const base = parent === undefined ? undefined : (await git.commit(parent))?.tree;
  const sha = await git.writeCommit({
    tree: await git.editTree(base, edits),
    parents: parent === undefined ? [] : [parent],
    author: author ?? signatureOf(actor.user, date),
    committer: committer ?? author ?? { ...webFlow, date },
    message,
  });
  const change = { ref: `refs/heads/${branch}`, from: parent ?? null, to: sha };
  await enforce({ store, repository, actor, ...change }, 409, "Could not change file: ");
  await changeRefs(store, repository, actor, [change]);
  return sha;
}
