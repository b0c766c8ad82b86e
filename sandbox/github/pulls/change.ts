import type { Actor } from "../actor.ts";
import { unprocessable, validationFailed } from "../errors.ts";
import type { Issue } from "../model.ts";
import { hasDrafts } from "./open.ts";
import type { PullContext } from "./state.ts";
import { openPulls, updatePullRefs } from "./sync.ts";
import { tellPull } from "./tell.ts";

/** What can be changed of a pull request. */
export interface PullChange {
  readonly title?: string | undefined;
  readonly body?: string | null | undefined;
  readonly state?: "open" | "closed" | undefined;
  /** Another base branch. */
  readonly base?: string | undefined;
}

/** Changes a pull request's text, state or base. To be called inside the repository's lock. */
export async function changePull(context: PullContext, actor: Actor, change: PullChange): Promise<void> {
  const { store, repository, issue, pull } = context;
  const before: Record<string, { from: unknown }> = {};
  if (change.base !== undefined && change.base !== pull.base.ref) {
    const sha = await store.git(repository).ref(`refs/heads/${change.base}`);
    if (sha === undefined) throw validationFailed({ resource: "PullRequest", field: "base", code: "invalid" });
    if (issue.state === "closed") throw unprocessable("Cannot change the base branch of a closed pull request.");
    before["base"] = { from: { ref: pull.base.ref, sha: pull.base.sha } };
    Object.assign(pull.base, { ref: change.base, sha });
    await updatePullRefs(store, repository, context);
  }
  if (change.title !== undefined && change.title !== issue.title) {
    before["title"] = { from: issue.title };
    issue.title = change.title;
  }
  if (change.body !== undefined && change.body !== issue.body) {
    before["body"] = { from: issue.body };
    issue.body = change.body;
  }
  issue.updatedAt = store.clock.now();
  store.save(repository);
  if (Object.keys(before).length > 0)
    await tellPull(store, repository, context, actor.user, "edited", { changes: before });
  if (change.state === "closed" && issue.state === "open") await closePull(context, actor);
  if (change.state === "open" && issue.state === "closed") await reopenPull(context, actor);
}

/** Closes without merging. */
export async function closePull(context: PullContext, { user }: Actor): Promise<void> {
  const { store, repository, issue } = context;
  closeIssue(issue, store.clock.now(), user.id);
  store.save(repository);
  await tellPull(store, repository, context, user, "closed");
}

/** Marks an issue as closed. */
export function closeIssue(issue: Issue, at: string, userId: number): void {
  Object.assign(issue, { state: "closed", closedAt: at, updatedAt: at, closedById: userId } satisfies Partial<Issue>);
}

/** Opens a closed pull request again, with the head that its branch has now. */
export async function reopenPull(context: PullContext, { user }: Actor): Promise<void> {
  const { store, repository, issue, pull } = context;
  if (pull.mergedAt !== null) throw unprocessable("Cannot reopen a merged pull request.");
  const owner = store.repositoryById(pull.head.repositoryId ?? 0);
  const sha = owner === undefined ? undefined : await store.git(owner).ref(`refs/heads/${pull.head.ref}`);
  const gone = (message: string) =>
    validationFailed({ resource: "PullRequest", code: "custom", field: "state", message });
  if (sha === undefined) throw gone(`state cannot be changed. The ${pull.head.ref} branch has been deleted.`);
  const twin = openPulls(repository).some(
    (other) =>
      other.pull.head.ref === pull.head.ref &&
      other.pull.head.repositoryId === pull.head.repositoryId &&
      other.pull.base.ref === pull.base.ref,
  );
  if (twin) throw gone("state cannot be changed. There is already an open pull request for this branch.");
  pull.head.sha = sha;
  const now = store.clock.now();
  Object.assign(issue, {
    state: "open",
    stateReason: "reopened",
    closedAt: null,
    closedById: null,
    updatedAt: now,
  } satisfies Partial<Issue>);
  await updatePullRefs(store, repository, context);
  store.save(repository);
  await tellPull(store, repository, context, user, "reopened");
}

/**
 * Makes a pull request a draft, or ready for review; nothing happens when it is that already. Only GraphQL has this.
 * @throws GitHubError 422 where there are no drafts
 */
export async function setDraft(context: PullContext, { user }: Actor, draft: boolean): Promise<void> {
  const { store, repository, issue, pull } = context;
  if (pull.draft === draft) return;
  if (draft && !hasDrafts(store, repository))
    throw unprocessable("Draft pull requests are not supported in this repository.");
  if (issue.state === "closed") throw unprocessable("The pull request is closed.");
  pull.draft = draft;
  issue.updatedAt = store.clock.now();
  store.save(repository);
  await tellPull(store, repository, context, user, draft ? "converted_to_draft" : "ready_for_review");
}
