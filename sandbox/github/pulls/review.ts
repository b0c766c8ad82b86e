import type { Actor } from "../actor.ts";
import { GitHubError, notFound, unprocessable } from "../errors.ts";
import type { Review, ReviewComment } from "../model.ts";
import { notify } from "../notify.ts";
import { actionsAppId } from "../rules/validate.ts";
import { pullSimple } from "../views/pull.ts";
import { reviewCommentView, reviewView } from "../views/review.ts";
import type { PullContext } from "./state.ts";

/** What a reviewer says. */
export type ReviewEvent = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";

/** A comment on a line, or on a whole file. */
export interface NewReviewComment {
  readonly path: string;
  readonly body: string;
  readonly line?: number | undefined;
  readonly side?: "LEFT" | "RIGHT" | undefined;
  readonly inReplyTo?: number | undefined;
}

const states = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

/**
 * Adds a review. To be called inside the repository's lock.
 * @param event undefined leaves it pending
 * @throws GitHubError 422 for a verdict about one's own pull request
 */
export function addReview(
  context: PullContext,
  { user, app }: Actor,
  event: ReviewEvent | undefined,
  body: string,
  comments: readonly NewReviewComment[] = [],
  commitId?: string,
): Review {
  const { store, repository, issue, pull } = context;
  if (event === "APPROVE" && app?.id === actionsAppId && !repository.actionsSettings.canApprovePullRequestReviews)
    throw new GitHubError(422, "GitHub Actions is not permitted to approve pull requests.");
  checkVerdict(context, user.id, event, body);
  const review: Review = {
    id: store.nextId(),
    userId: user.id,
    body,
    state: event === undefined ? "PENDING" : states[event],
    commitId: commitId ?? pull.head.sha,
    submittedAt: event === undefined ? null : store.clock.now(),
  };
  pull.reviews.push(review);
  pull.requestedReviewers = pull.requestedReviewers.filter((id) => id !== user.id);
  for (const comment of comments) addReviewComment(context, user.id, comment, review.id);
  issue.updatedAt = store.clock.now();
  store.save(repository);
  if (event !== undefined) tellReview(context, review, "submitted");
  return review;
}

function checkVerdict({ issue }: PullContext, userId: number, event: ReviewEvent | undefined, body: string): void {
  if (event !== undefined && event !== "COMMENT" && userId === issue.userId)
    throw unprocessable(
      "Unprocessable Entity",
      `Can not ${event === "APPROVE" ? "approve" : "request changes on"} your own pull request`,
    );
  if ((event === "REQUEST_CHANGES" || event === "COMMENT") && body === "")
    throw unprocessable("Unprocessable Entity", "Body is required");
}

/** Says the verdict of a pending review. */
export function submitReview(context: PullContext, review: Review, event: ReviewEvent, body: string): void {
  if (review.state !== "PENDING") throw unprocessable("Could not submit pull request review.");
  checkVerdict(context, review.userId, event, body);
  Object.assign(review, {
    state: states[event],
    body,
    submittedAt: context.store.clock.now(),
  } satisfies Partial<Review>);
  context.store.save(context.repository);
  tellReview(context, review, "submitted");
}

/** Takes the verdict of a review away. */
export function dismissReview(context: PullContext, { user }: Actor, review: Review): void {
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED")
    throw unprocessable("Can not dismiss a commented pull request review");
  review.state = "DISMISSED";
  context.store.save(context.repository);
  tellReview(context, review, "dismissed", user.id);
}

function tellReview(
  { store, repository, issue, pull }: PullContext,
  review: Review,
  action: string,
  by = review.userId,
) {
  const sender = store.userById(by);
  if (sender === undefined) return;
  notify(store, repository, sender, ["pull_request_review", action], (urls) => {
    const view = reviewView(store, urls, repository, { issue, pull }, review);
    return {
      review: { ...view, state: review.state.toLowerCase() },
      pull_request: pullSimple(store, urls, repository, { issue, pull }),
    };
  });
}

/** Adds a comment on a line. */
export function addReviewComment(
  { store, repository, issue, pull }: PullContext,
  userId: number,
  wanted: NewReviewComment,
  reviewId: number | null = null,
): ReviewComment {
  const first = pull.reviewComments.find(({ id }) => id === wanted.inReplyTo);
  if (wanted.inReplyTo !== undefined && first === undefined) throw notFound();
  const now = store.clock.now();
  const comment: ReviewComment = {
    id: store.nextId(),
    reviewId,
    userId,
    body: wanted.body,
    path: first?.path ?? wanted.path,
    line: first?.line ?? wanted.line ?? null,
    side: first?.side ?? wanted.side ?? "RIGHT",
    commitId: pull.head.sha,
    inReplyTo: first?.inReplyTo ?? first?.id ?? null,
    resolved: false,
    createdAt: now,
    updatedAt: now,
  };
  pull.reviewComments.push(comment);
  store.save(repository);
  const sender = store.userById(userId);
  if (sender !== undefined)
    notify(store, repository, sender, ["pull_request_review_comment", "created"], (urls) => ({
      comment: reviewCommentView(store, urls, repository, { issue, pull }, comment),
      pull_request: pullSimple(store, urls, repository, { issue, pull }),
    }));
  return comment;
}

/** Marks a conversation, named by its first comment, as resolved or open. Only GraphQL has this. */
export function setResolved({ store, repository, pull }: PullContext, commentId: number, resolved: boolean): void {
  const first = pull.reviewComments.find(({ id, inReplyTo }) => id === commentId && inReplyTo === null);
  if (first === undefined) throw notFound();
  first.resolved = resolved;
  store.save(repository);
}
