import type { Actor } from "./actor.ts";
import { zeroSha } from "./git/git-repository.ts";
import type { RefChange } from "./git/git-repository.ts";
import type { Repository } from "./model.ts";
import { notify } from "./notify.ts";
import { syncPulls } from "./pulls/sync.ts";
import type { Store } from "./store.ts";
import { userOfEmail } from "./views/commit.ts";

/** Commits that the payload of a push lists at most. */
const pushedCommits = 20;

/**
 * Changes refs of a repository on somebody's behalf, all or none, and tells everybody. Rules have been checked before.
 * To be called inside the repository's lock. A fork takes its parent's as well, never the other way round.
 */
export async function changeRefs(
  store: Store,
  repository: Repository,
  actor: Actor,
  changes: readonly RefChange[],
): Promise<void> {
  const git = store.git(repository);
  await git.updateRefs(changes);
  repository.pushedAt = store.clock.now();
  store.save(repository);
  for (const change of changes) await tell(store, repository, actor, change);
  await syncPulls(store, repository, repository, actor, changes);
  const parent = repository.parentId === null ? undefined : store.repositoryById(repository.parentId);
  if (parent !== undefined) await store.lock(parent, () => syncPulls(store, parent, repository, actor, changes));
}

/** The events of one changed branch or tag: `create` or `delete`, and `push`. */
async function tell(
  store: Store,
  repository: Repository,
  { user }: Actor,
  { ref, from, to }: RefChange,
): Promise<void> {
  const kind = ref.startsWith("refs/heads/") ? "branch" : ref.startsWith("refs/tags/") ? "tag" : undefined;
  if (kind === undefined) return;
  const name = ref.replace(/^refs\/(heads|tags)\//u, "");
  const about = { ref: name, ref_type: kind, pusher_type: "user" };
  if (from === null)
    notify(store, repository, user, "create", () => ({
      ...about,
      master_branch: repository.defaultBranch,
      description: repository.description,
    }));
  const commits = to === null ? [] : await newCommits(store, repository, from, to);
  const forced = from !== null && to !== null && !(await store.git(repository).isAncestor(from, to));
  notify(store, repository, user, "push", (urls) => {
    const url = urls.page(store, repository);
    const views = commits.map((commit) => ({
      id: commit.sha,
      tree_id: commit.tree,
      distinct: true,
      message: commit.message,
      timestamp: commit.committer.date,
      url: `${url}/commit/${commit.sha}`,
      author: { ...commit.author, username: userOfEmail(store, commit.author.email)?.login },
      committer: { ...commit.committer, username: userOfEmail(store, commit.committer.email)?.login },
    }));
    return {
      ref,
      before: from ?? zeroSha,
      after: to ?? zeroSha,
      base_ref: null,
      created: from === null,
      deleted: to === null,
      forced,
      compare: `${url}/compare/${(from ?? zeroSha).slice(0, 12)}...${(to ?? zeroSha).slice(0, 12)}`,
      commits: views,
      head_commit: views.at(-1) ?? null,
      pusher: { name: user.login, email: user.email },
    };
  });
  if (to === null) notify(store, repository, user, "delete", () => about);
}

async function newCommits(store: Store, repository: Repository, from: string | null, to: string) {
  const git = store.git(repository);
  const tip = await git.commit(to);
  if (tip === undefined) return [];
  if (from === null || (tip.parents.length === 1 && tip.parents[0] === from)) return [tip];
  const range = ["rev-list", "--reverse", `--max-count=${String(pushedCommits)}`, to, `^${from}`];
  const shas = (await git.text(range)).split("\n").filter((sha) => sha !== "");
  const commits = await Promise.all(shas.map((sha) => git.commit(sha)));
  return commits.filter((commit) => commit !== undefined);
}
