import { includesRole } from "../../access.ts";
import type { Comment, Issue, PullRequest, Repository, Review, ReviewComment } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { activeRulesets, protectionOf } from "../../rules/applicable.ts";
import { approvers, verdicts } from "../../rules/reviews.ts";
import type { Store } from "../../store.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { pullRequestView } from "./pull-request.ts";

/** GraphQL's `IssueComment`. */
export const commentView = (graph: Graph, repository: Repository, issue: Issue, comment: Comment): View => ({
  __typename: "IssueComment",
  id: nodeId("IssueComment", repository.id, comment.id),
  databaseId: comment.id,
  fullDatabaseId: String(comment.id),
  body: comment.body,
  bodyText: comment.body,
  createdAt: comment.createdAt,
  updatedAt: comment.updatedAt,
  author: () => graph.userById(comment.userId),
  viewerDidAuthor: comment.userId === graph.viewer.id,
  url: graph.url(`/${graph.fullName(repository)}/issues/${issue.number}#issuecomment-${comment.id}`),
  repository: () => graph.repository(repository),
  pullRequest: () => pullRequestView(graph, repository, issue),
});

/** GraphQL's `PullRequestReview`. */
export const reviewView = (graph: Graph, repository: Repository, issue: Issue, review: Review): View => ({
  __typename: "PullRequestReview",
  id: nodeId("PullRequestReview", repository.id, review.id),
  fullDatabaseId: String(review.id),
  body: review.body,
  bodyText: review.body,
  state: review.state,
  submittedAt: review.submittedAt,
  author: () => graph.userById(review.userId),
  viewerDidAuthor: review.userId === graph.viewer.id,
  repository: () => graph.repository(repository),
  pullRequest: () => pullRequestView(graph, repository, issue),
});

/** A conversation on a line: its first comment, and those that answer it. */
export interface Thread {
  readonly first: ReviewComment;
  readonly comments: readonly ReviewComment[];
}

/** The conversations of a pull request's reviews. */
export const threadsOf = ({ reviewComments }: PullRequest): readonly Thread[] =>
  reviewComments
    .filter(({ inReplyTo }) => inReplyTo === null)
    .map((first) => ({
      first,
      comments: [first, ...reviewComments.filter(({ inReplyTo }) => inReplyTo === first.id)],
    }));

/** GraphQL's `PullRequestReviewThread`. */
export function threadView(graph: Graph, repository: Repository, issue: Issue, { first, comments }: Thread): View {
  const mayResolve = issue.userId === graph.viewer.id || includesRole(graph.roleOf(repository), "write");
  return {
    __typename: "PullRequestReviewThread",
    id: nodeId("PullRequestReviewThread", repository.id, first.id),
    isResolved: first.resolved,
    isCollapsed: first.resolved,
    path: first.path,
    line: first.line,
    diffSide: first.side,
    viewerCanReply: true,
    viewerCanResolve: mayResolve && !first.resolved,
    viewerCanUnresolve: mayResolve && first.resolved,
    repository: () => graph.repository(repository),
    pullRequest: () => pullRequestView(graph, repository, issue),
    comments: (page: Page) =>
      connection("comments", comments, page, (comment) => ({
        __typename: "PullRequestReviewComment",
        id: nodeId("PullRequestReviewComment", repository.id, comment.id),
        fullDatabaseId: String(comment.id),
        body: comment.body,
        bodyText: comment.body,
        path: comment.path,
        line: comment.line,
        createdAt: comment.createdAt,
        updatedAt: comment.updatedAt,
        author: () => graph.userById(comment.userId),
        repository: () => graph.repository(repository),
      })),
  };
}

/** GraphQL's word for how reviews stand; null where none are required and none decides. */
export function reviewDecision(store: Store, repository: Repository, issue: Issue, pull: PullRequest): string | null {
  if (verdicts(pull).some(({ state, userId }) => state === "CHANGES_REQUESTED" && userId !== issue.userId))
    return "CHANGES_REQUESTED";
  const given = approvers(store, repository, issue, pull).length;
  if (neededApprovals(repository, pull.base.ref) > given) return "REVIEW_REQUIRED";
  return given > 0 ? "APPROVED" : null;
}

function neededApprovals(repository: Repository, branch: string): number {
  const classic = protectionOf(repository, branch);
  const counts = activeRulesets(repository, `refs/heads/${branch}`)
    .flatMap(({ rules }) => rules)
    .map((rule) => (rule.type === "pull_request" ? rule.parameters.required_approving_review_count : 0));
  return Math.max(
    0,
    ...counts,
    classic?.requiresApprovingReviews === true ? (classic.requiredApprovingReviewCount ?? 1) : 0,
  );
}
