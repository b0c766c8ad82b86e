import { nodeId } from "../node-id.ts";
import type { Issue, PullRequest, Repository } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { association, labelsOf, userView } from "./issue.ts";
import { repositoryView } from "./repository.ts";
import { simpleUserOrNull } from "./account.ts";
import { teamView } from "./team.ts";

/** A pull request with its issue, which every function here is given. */
export interface Pull {
  readonly issue: Issue;
  readonly pull: PullRequest;
}

/** What only `GET /pulls/{n}` shows. */
export interface PullDetails {
  /** null while it is not known. */
  readonly mergeable: boolean | null;
  readonly mergeableState: string;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

/** A pull request as lists show it. */
export function pullSimple(store: Store, urls: Urls, repository: Repository, { issue, pull }: Pull) {
  const api = urls.repository(store, repository);
  const url = `${api}/pulls/${String(issue.number)}`;
  const issueUrl = `${api}/issues/${String(issue.number)}`;
  const html = `${urls.page(store, repository)}/pull/${String(issue.number)}`;
  const comments = `${url}/comments`;
  const statuses = `${api}/statuses/${pull.head.sha}`;
  const assignees = issue.assignees.map((id) => userView(store, urls, id));
  return {
    id: pull.id,
    node_id: nodeId("PullRequest", repository.id, pull.id),
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: comments,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    active_lock_reason: null,
    title: issue.title,
    user: userView(store, urls, issue.userId),
    body: issue.body,
    labels: labelsOf(store, urls, repository, issue).map((label) => ({
      ...label,
      description: label.description ?? "",
    })),
    milestone: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: pull.requestedReviewers.map((id) => userView(store, urls, id)),
    requested_teams: requestedTeams(store, urls, pull),
    head: side(store, urls, repository, pull.head),
    base: side(store, urls, repository, pull.base),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: comments },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: association(store, repository, issue.userId),
    auto_merge: null,
    draft: pull.draft,
  } satisfies Schema<"pull-request-simple">;
}

/** The teams that are asked for a review. */
export const requestedTeams = (store: Store, urls: Urls, pull: PullRequest): Schema<"team">[] =>
  pull.requestedTeams.flatMap((id) => {
    const team = store.accounts.teams.find((one) => one.id === id);
    return team === undefined ? [] : [teamView(store, urls, team)];
  });

function side(store: Store, urls: Urls, repository: Repository, { ref, sha, repositoryId }: PullRequest["head"]) {
  // GitHub answers null for a repository that is gone; its description does not allow that.
  const owned = store.repositoryById(repositoryId ?? 0) ?? repository;
  const repo = repositoryView(store, urls, owned);
  return { label: `${store.loginOf(owned.ownerId)}:${ref}`, ref, sha, user: repo.owner, repo };
}

/** A pull request in full. */
export function pullView(
  store: Store,
  urls: Urls,
  repository: Repository,
  { issue, pull }: Pull,
  details: PullDetails,
): Schema<"pull-request"> {
  const merger = pull.mergedById === null ? undefined : store.userById(pull.mergedById);
  return {
    ...pullSimple(store, urls, repository, { issue, pull }),
    state: issue.state,
    body: issue.body,
    requested_teams: requestedTeams(store, urls, pull),
    merged: pull.mergedAt !== null,
    mergeable: details.mergeable,
    rebaseable: details.mergeable,
    mergeable_state: details.mergeableState,
    merged_by: simpleUserOrNull(urls, merger),
    comments: issue.comments.length,
    review_comments: pull.reviewComments.length,
    maintainer_can_modify: pull.maintainerCanModify,
    commits: details.commits,
    additions: details.additions,
    deletions: details.deletions,
    changed_files: details.changedFiles,
  };
}
