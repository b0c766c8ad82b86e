import { nodeId } from "../node-id.ts";
import type { Repository, Review, ReviewComment } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import { fullName } from "../urls.ts";
import type { Urls } from "../urls.ts";
import { association, noReactions, userView } from "./issue.ts";
import type { Pull } from "./pull.ts";

/** A review. */
export function reviewView(
  store: Store,
  urls: Urls,
  repository: Repository,
  { issue }: Pull,
  review: Review,
): Schema<"pull-request-review"> {
  const url = `${urls.repository(store, repository)}/pulls/${String(issue.number)}`;
  const html = `${urls.html}/${fullName(store, repository)}/pull/${String(issue.number)}#pullrequestreview-${String(review.id)}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", repository.id, review.id),
    user: userView(store, urls, review.userId),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: association(store, repository, review.userId),
    _links: { html: { href: html }, pull_request: { href: url } },
    ...(review.submittedAt === null ? {} : { submitted_at: review.submittedAt }),
    commit_id: review.commitId,
  };
}

/** A comment on a line of a pull request. */
export function reviewCommentView(
  store: Store,
  urls: Urls,
  repository: Repository,
  { issue }: Pull,
  comment: ReviewComment,
): Schema<"pull-request-review-comment"> {
  const api = `${urls.repository(store, repository)}/pulls`;
  const url = `${api}/comments/${String(comment.id)}`;
  const pull = `${api}/${String(issue.number)}`;
  const html = `${urls.page(store, repository)}/pull/${String(issue.number)}#discussion_r${String(comment.id)}`;
  return {
    id: comment.id,
    node_id: nodeId("PullRequestReviewComment", repository.id, comment.id),
    url,
    pull_request_review_id: comment.reviewId,
    diff_hunk: "",
    path: comment.path,
    commit_id: comment.commitId,
    original_commit_id: comment.commitId,
    user: userView(store, urls, comment.userId),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: html,
    pull_request_url: pull,
    author_association: association(store, repository, comment.userId),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    ...(comment.line === null ? {} : { line: comment.line, original_line: comment.line }),
    side: comment.side,
    position: 1,
    original_position: 1,
    start_line: null,
    original_start_line: null,
    start_side: null,
    reactions: noReactions(url),
    subject_type: comment.line === null ? "file" : "line",
    ...(comment.inReplyTo === null ? {} : { in_reply_to_id: comment.inReplyTo }),
  };
}
