import type { Actor } from "../actor.ts";
import { GitHubError, unprocessable, validationFailed } from "../errors.ts";
import { PullRequest } from "../model.ts";
import type { Issue, Repository } from "../model.ts";
import { newIssue } from "../new-issue.ts";
import { actionsAppId } from "../rules/validate.ts";
import type { Store } from "../store.ts";
import type { Pull } from "../views/pull.ts";
import { openPulls, updatePullRefs } from "./sync.ts";
import { tellPull } from "./tell.ts";

/** A pull request that somebody wants to open. */
export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  /** A branch, or `owner:branch` of a fork. */
  readonly head: string;
  readonly base: string;
  readonly draft: boolean;
  readonly maintainerCanModify: boolean;
}

const invalid = (field: "head" | "base") => validationFailed({ resource: "PullRequest", field, code: "invalid" });

/**
 * Opens a pull request. To be called inside the repository's lock.
 * @throws GitHubError 422 for branches that do not exist or do not differ, or that have a pull request already; 403 for GitHub Actions
 *   where the repository does not let it
 */
export async function openPull(store: Store, repository: Repository, actor: Actor, wanted: NewPull): Promise<Pull> {
  const { user, app } = actor;
  const git = store.git(repository);
  if (app?.id === actionsAppId && !repository.actionsSettings.canApprovePullRequestReviews)
    throw new GitHubError(403, "GitHub Actions is not permitted to create or approve pull requests.");
  const source = sourceOf(store, repository, wanted.head);
  if (source === undefined) throw invalid("head");
  const base = await git.ref(`refs/heads/${wanted.base}`);
  if (base === undefined) throw invalid("base");
  const head = await store.git(source.repository).ref(`refs/heads/${source.branch}`);
  if (head === undefined) throw invalid("head");
  if (source.repository !== repository)
    await git.run(["fetch", "--quiet", store.git(source.repository).folder, `refs/heads/${source.branch}`]);
  const label = `${store.loginOf(source.repository.ownerId)}:${source.branch}`;
  const custom = (message: string) => validationFailed({ resource: "PullRequest", code: "custom", message });
  const twin = openPulls(repository).find(
    ({ pull }) =>
      pull.base.ref === wanted.base &&
      pull.head.ref === source.branch &&
      pull.head.repositoryId === source.repository.id,
  );
  if (twin !== undefined) throw custom(`A pull request already exists for ${label}.`);
  if (await git.isAncestor(head, base)) throw custom(`No commits between ${wanted.base} and ${wanted.head}`);
  if ((await git.mergeBase(base, head)) === undefined)
    throw custom(`The ${wanted.head} branch has no history in common with ${wanted.base}`);
  if (wanted.draft && !hasDrafts(store, repository))
    throw unprocessable("Draft pull requests are not supported in this repository.");
  const pull = PullRequest.parse({
    id: store.nextId(),
    head: { ref: source.branch, sha: head, repositoryId: source.repository.id },
    base: { ref: wanted.base, sha: base, repositoryId: repository.id },
    draft: wanted.draft,
    maintainerCanModify: wanted.maintainerCanModify && source.repository !== repository,
    lastPusherId: user.id,
  });
  const issue: Issue = { ...newIssue(store, repository, actor, wanted.title, wanted.body), pullRequest: pull };
  await updatePullRefs(store, repository, { issue, pull });
  repository.issues.push(issue);
  store.save(repository);
  await tellPull(store, repository, { issue, pull }, user, "opened");
  return { issue, pull };
}

/** Draft pull requests are for public repositories and paid plans. */
export const hasDrafts = (store: Store, { visibility, ownerId }: Repository): boolean =>
  visibility === "public" || (store.organizationById(ownerId)?.plan ?? "free") !== "free";

/** The branch that a head names: of the repository, or of the fork that another account has. */
function sourceOf(store: Store, repository: Repository, head: string) {
  const [owner = "", ...rest] = head.split(":");
  if (rest.length === 0) return { repository, branch: head };
  const id = store.owner(owner)?.id;
  if (id === repository.ownerId) return { repository, branch: rest.join(":") };
  const fork = store.repositories().find((one) => one.ownerId === id && one.parentId === repository.id);
  return fork === undefined ? undefined : { repository: fork, branch: rest.join(":") };
}
