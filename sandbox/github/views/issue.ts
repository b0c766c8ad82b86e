import { isMember, roleOf } from "../access.ts";
import { nodeId } from "../node-id.ts";
import type { Comment, Issue, Repository, User } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { integration, simpleUser, simpleUserOrNull } from "./account.ts";
import { labelView } from "./label.ts";

/** Who a user is to a repository. */
export function association(store: Store, repository: Repository, userId: number): Schema<"author-association"> {
  const user = store.userById(userId);
  if (user === undefined) return "NONE";
  if (repository.ownerId === user.id) return "OWNER";
  if (isMember(store.organizationById(repository.ownerId), user.id)) return "MEMBER";
  if (repository.collaborators.some(({ id }) => id === user.id)) return "COLLABORATOR";
  return roleOf(store, user, repository) === undefined ? "NONE" : "CONTRIBUTOR";
}

/** A user who must be there, or GitHub's stand-in for those who are gone. */
export const userView = (store: Store, urls: Urls, id: number): Schema<"simple-user"> =>
  simpleUser(urls, store.userById(id) ?? ghost);

const ghost: User = {
  id: 10137,
  login: "ghost",
  name: null,
  email: null,
  type: "User",
  siteAdmin: false,
  createdAt: "2010-01-01T00:00:00Z",
  updatedAt: "2010-01-01T00:00:00Z",
};

/** The labels of an issue. */
export const labelsOf = (store: Store, urls: Urls, repository: Repository, { labels }: Issue): Schema<"label">[] =>
  repository.labels.filter(({ id }) => labels.includes(id)).map((label) => labelView(store, urls, repository, label));

/** The App that acted, as answers carry it; null for a person. */
export function appView(store: Store, urls: Urls, appId: number | null): Schema<"integration"> | null {
  const app = store.accounts.apps.find(({ id }) => id === appId);
  if (app === undefined) return null;
  return integration(urls, app, store.organizationById(app.ownerId) ?? store.userById(app.ownerId));
}

/** An issue, or a pull request as an issue. */
export function issueView(store: Store, urls: Urls, repository: Repository, issue: Issue): Schema<"issue"> {
  const url = `${urls.repository(store, repository)}/issues/${String(issue.number)}`;
  const { pullRequest: pull } = issue;
  const kind = pull === null ? "issues" : "pull";
  const html = `${urls.page(store, repository)}/${kind}/${String(issue.number)}`;
  const assignees = issue.assignees.map((id) => userView(store, urls, id));
  return {
    id: issue.id,
    node_id: nodeId(pull === null ? "Issue" : "PullRequest", repository.id, pull?.id ?? issue.id),
    url,
    repository_url: urls.repository(store, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: userView(store, urls, issue.userId),
    labels: labelsOf(store, urls, repository, issue),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    locked: issue.locked,
    active_lock_reason: null,
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: simpleUserOrNull(urls, issue.closedById === null ? undefined : store.userById(issue.closedById)),
    author_association: association(store, repository, issue.userId),
    performed_via_github_app: appView(store, urls, issue.appId),
    reactions: noReactions(url),
    ...(pull === null
      ? {}
      : {
          draft: pull.draft,
          pull_request: {
            url: `${urls.repository(store, repository)}/pulls/${String(issue.number)}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
            merged_at: pull.mergedAt,
          },
        }),
  };
}

/** A comment of an issue or pull request. */
export function commentView(
  store: Store,
  urls: Urls,
  repository: Repository,
  issue: Issue,
  comment: Comment,
): Schema<"issue-comment"> {
  const url = urls.repository(store, repository);
  const kind = issue.pullRequest === null ? "issues" : "pull";
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", repository.id, comment.id),
    url: `${url}/issues/comments/${String(comment.id)}`,
    html_url: `${urls.page(store, repository)}/${kind}/${String(issue.number)}#issuecomment-${String(comment.id)}`,
    issue_url: `${url}/issues/${String(issue.number)}`,
    body: comment.body,
    user: userView(store, urls, comment.userId),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(store, repository, comment.userId),
    performed_via_github_app: appView(store, urls, comment.appId),
    reactions: noReactions(`${url}/issues/comments/${String(comment.id)}`),
  };
}

/** Nobody reacts to anything here. @param url what could be reacted to */
export const noReactions = (url: string): Schema<"reaction-rollup"> => ({
  url: `${url}/reactions`,
  total_count: 0,
  "+1": 0,
  "-1": 0,
  laugh: 0,
  confused: 0,
  heart: 0,
  hooray: 0,
  eyes: 0,
  rocket: 0,
});
