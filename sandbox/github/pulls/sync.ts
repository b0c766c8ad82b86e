import type { Actor } from "../actor.ts";
import type { RefChange } from "../git/git-repository.ts";
import type { Issue, PullRequest, Repository, User } from "../model.ts";
import { activeRulesets, protectionOf } from "../rules/applicable.ts";
import type { Store } from "../store.ts";
import { webFlow } from "../views/commit.ts";
import { tellPull } from "./tell.ts";
import { mergedTree } from "./test-merge.ts";

interface OpenPull {
  readonly issue: Issue;
  readonly pull: PullRequest;
}

/** The open pull requests of a repository. */
export const openPulls = ({ issues }: Repository): OpenPull[] =>
  issues.flatMap((issue) =>
    issue.state === "open" && issue.pullRequest !== null ? [{ issue, pull: issue.pullRequest }] : [],
  );

/**
 * Brings pull requests up to date after refs of `changed` moved: heads that were pushed to, branches that are gone, merges.
 * To be called inside the repository's lock. Saves the repository where anything changed.
 */
export async function syncPulls(
  store: Store,
  repository: Repository,
  changed: Repository,
  { user }: Actor,
  changes: readonly RefChange[],
): Promise<void> {
  const touched = new Set<OpenPull>();
  for (const { ref, to } of changes.filter((change) => change.ref.startsWith("refs/heads/"))) {
    const branch = ref.slice("refs/heads/".length);
    for (const open of openPulls(repository)) {
      const { issue, pull } = open;
      const isHead = pull.head.repositoryId === changed.id && pull.head.ref === branch;
      const isBase = changed.id === repository.id && pull.base.ref === branch;
      if (!isHead && !isBase) continue;
      touched.add(open);
      if (isBase && to !== null) await meetBase(store, repository, open, to, user);
      if (issue.state === "closed") continue;
      if (to === null) await close(store, repository, open, user);
      else if (isHead && to !== pull.head.sha) await moveHead(store, repository, open, to, user);
    }
  }
  if (touched.size === 0) return;
  for (const open of touched) await updatePullRefs(store, repository, open);
  store.save(repository);
}

/** A merge that the base branch has now, ours or one made by hand. */
async function meetBase(store: Store, repository: Repository, { issue, pull }: OpenPull, tip: string, user: User) {
  const git = store.git(repository);
  const ours = pull.merging !== null && (await git.isAncestor(pull.merging.sha, tip));
  if (!ours && !(await git.isAncestor(pull.head.sha, tip))) {
    pull.merging = null;
    return;
  }
  const merger = (ours ? store.userById(pull.merging?.userId ?? 0) : undefined) ?? user;
  const now = store.clock.now();
  Object.assign(pull, {
    mergedAt: now,
    mergedById: merger.id,
    mergeCommitSha: (ours ? pull.merging?.sha : undefined) ?? tip,
    merging: null,
  });
  Object.assign(issue, { state: "closed", closedAt: now, updatedAt: now, closedById: merger.id });
  store.save(repository);
  await tellPull(store, repository, { issue, pull }, merger, "closed");
}

/** A pull request whose head or base branch is gone. */
async function close(store: Store, repository: Repository, { issue, pull }: OpenPull, user: User): Promise<void> {
  const now = store.clock.now();
  Object.assign(issue, { state: "closed", closedAt: now, updatedAt: now, closedById: user.id });
  store.save(repository);
  await tellPull(store, repository, { issue, pull }, user, "closed");
}

/** A push to the head branch. */
async function moveHead(store: Store, repository: Repository, { issue, pull }: OpenPull, to: string, user: User) {
  const before = pull.head.sha;
  const source =
    pull.head.repositoryId === repository.id ? undefined : store.repositoryById(pull.head.repositoryId ?? 0);
  if (source !== undefined)
    await store.git(repository).run(["fetch", "--quiet", store.git(source).folder, `refs/heads/${pull.head.ref}`]);
  pull.head.sha = to;
  pull.lastPusherId = user.id;
  issue.updatedAt = store.clock.now();
  if (dismissesStale(repository, pull.base.ref))
    for (const review of pull.reviews) if (review.state === "APPROVED") review.state = "DISMISSED";
  store.save(repository);
  await tellPull(store, repository, { issue, pull }, user, "synchronize", { before, after: to });
}

/** Whether a branch takes approvals of an older head away. */
const dismissesStale = (repository: Repository, branch: string): boolean =>
  protectionOf(repository, branch)?.dismissesStaleReviews === true ||
  activeRulesets(repository, `refs/heads/${branch}`).some(({ rules }) =>
    rules.some((rule) => rule.type === "pull_request" && rule.parameters.dismiss_stale_reviews_on_push),
  );

/** Points `refs/pull/N/head` at the head, and `refs/pull/N/merge` at a test merge where the two do not conflict. */
export async function updatePullRefs(store: Store, repository: Repository, { issue, pull }: OpenPull): Promise<void> {
  const git = store.git(repository);
  const refs = await git.refs();
  const prefix = `refs/pull/${String(issue.number)}`;
  const changes: RefChange[] = [];
  const set = (ref: string, to: string) => {
    const from = refs.get(ref) ?? null;
    if (from !== to) changes.push({ ref, from, to });
  };
  set(`${prefix}/head`, pull.head.sha);
  const base = refs.get(`refs/heads/${pull.base.ref}`);
  if (issue.state === "open" && base !== undefined) {
    pull.base.sha = base;
    const tree = await mergedTree(git, base, pull.head.sha);
    pull.mergeCommitSha = null;
    if (tree !== undefined) {
      const someone = { ...webFlow, date: store.clock.now() };
      const message = `Merge ${pull.head.sha} into ${base}`;
      const parents = [base, pull.head.sha];
      pull.mergeCommitSha = await git.writeCommit({ tree, parents, author: someone, committer: someone, message });
      set(`${prefix}/merge`, pull.mergeCommitSha);
    }
  }
  await git.updateRefs(changes);
}
