import * as z from "zod";

import { Moment } from "./basics.ts";

/** A label; `color` is six hex digits. */
export const Label = z.strictObject({
  id: z.int(),
  name: z.string(),
  color: z.string(),
  description: z.string().nullable().default(null),
  default: z.boolean().default(false),
});
export type Label = z.infer<typeof Label>;

/** A comment of an issue or pull request. */
export const Comment = z.strictObject({
  id: z.int(),
  userId: z.int(),
  appId: z.int().nullable().default(null),
  body: z.string(),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Comment = z.infer<typeof Comment>;

/** A review of a pull request. */
export const Review = z.strictObject({
  id: z.int(),
  userId: z.int(),
  body: z.string(),
  state: z.enum(["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"]),
  commitId: z.string(),
  submittedAt: Moment.nullable(),
});
export type Review = z.infer<typeof Review>;

/** A comment on a line; comments that answer one another make a conversation, which is resolved as a whole. */
export const ReviewComment = z.strictObject({
  id: z.int(),
  reviewId: z.int().nullable(),
  userId: z.int(),
  body: z.string(),
  path: z.string(),
  line: z.int().nullable(),
  side: z.enum(["LEFT", "RIGHT"]).default("RIGHT"),
  commitId: z.string(),
  /** The first comment of the conversation. */
  inReplyTo: z.int().nullable().default(null),
  /** Only of the first comment: whether the conversation is resolved. */
  resolved: z.boolean().default(false),
  createdAt: Moment,
  updatedAt: Moment,
});
export type ReviewComment = z.infer<typeof ReviewComment>;

/** One end of a pull request. */
export const Side = z.strictObject({
  /** Short branch name. */
  ref: z.string(),
  sha: z.string(),
  /** Id of the repository that has the branch; null when that is gone. */
  repositoryId: z.int().nullable(),
});

/** What makes an issue a pull request. */
export const PullRequest = z.strictObject({
  id: z.int(),
  head: Side,
  base: Side,
  draft: z.boolean().default(false),
  mergedAt: Moment.nullable().default(null),
  mergedById: z.int().nullable().default(null),
  /** Of a merged one, the commit in the base branch; of an open one, its test merge. */
  mergeCommitSha: z.string().nullable().default(null),
  /** Set before the base branch moves and cleared after, so that a merge that was cut short is known at the next start. */
  merging: z.strictObject({ sha: z.string(), userId: z.int() }).nullable().default(null),
  maintainerCanModify: z.boolean().default(false),
  requestedReviewers: z.array(z.int()).default([]),
  requestedTeams: z.array(z.int()).default([]),
  reviews: z.array(Review).default([]),
  reviewComments: z.array(ReviewComment).default([]),
  /** Who pushed the head last. */
  lastPusherId: z.int(),
});
export type PullRequest = z.infer<typeof PullRequest>;

/** An issue or pull request; both count with the same numbers. */
export const Issue = z.strictObject({
  id: z.int(),
  number: z.int(),
  title: z.string(),
  body: z.string().nullable(),
  userId: z.int(),
  /** The App on whose behalf it was opened. */
  appId: z.int().nullable().default(null),
  state: z.enum(["open", "closed"]),
  stateReason: z.enum(["completed", "reopened", "not_planned", "duplicate"]).nullable().default(null),
  locked: z.boolean().default(false),
  /** Ids of labels. */
  labels: z.array(z.int()).default([]),
  assignees: z.array(z.int()).default([]),
  comments: z.array(Comment).default([]),
  createdAt: Moment,
  updatedAt: Moment,
  closedAt: Moment.nullable().default(null),
  closedById: z.int().nullable().default(null),
  pullRequest: PullRequest.nullable().default(null),
});
export type Issue = z.infer<typeof Issue>;
