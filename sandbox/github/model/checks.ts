import * as z from "zod";

import { Moment } from "./basics.ts";

/** A commit status. */
export const Status = z.strictObject({
  id: z.int(),
  sha: z.string(),
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string(),
  description: z.string().nullable(),
  targetUrl: z.string().nullable(),
  creatorId: z.int(),
  /** The App that set it; null for a person. */
  appId: z.int().nullable(),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Status = z.infer<typeof Status>;

export const conclusions = [
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "stale",
  "timed_out",
  "startup_failure",
] as const;
const CheckState = z.enum(["queued", "in_progress", "completed", "waiting", "requested", "pending"]);

/** All check runs of one App on one commit. */
export const CheckSuite = z.strictObject({
  id: z.int(),
  appId: z.int(),
  headSha: z.string(),
  headBranch: z.string().nullable(),
  createdAt: Moment,
  updatedAt: Moment,
});
export type CheckSuite = z.infer<typeof CheckSuite>;

/** A check run. */
export const CheckRun = z.strictObject({
  id: z.int(),
  suiteId: z.int(),
  appId: z.int(),
  name: z.string(),
  headSha: z.string(),
  externalId: z.string().default(""),
  detailsUrl: z.string().nullable().default(null),
  status: CheckState,
  conclusion: z.enum(conclusions).nullable(),
  startedAt: Moment.nullable(),
  completedAt: Moment.nullable(),
  output: z
    .strictObject({ title: z.string().nullable(), summary: z.string().nullable(), text: z.string().nullable() })
    .default({ title: null, summary: null, text: null }),
  annotations: z.array(z.record(z.string(), z.unknown())).default([]),
});
export type CheckRun = z.infer<typeof CheckRun>;

/** A status of a deployment. */
export const DeploymentStatus = z.strictObject({
  id: z.int(),
  state: z.enum(["error", "failure", "inactive", "pending", "success", "queued", "in_progress"]),
  creatorId: z.int(),
  description: z.string().default(""),
  environment: z.string(),
  environmentUrl: z.string().default(""),
  logUrl: z.string().default(""),
  createdAt: Moment,
  updatedAt: Moment,
});
export type DeploymentStatus = z.infer<typeof DeploymentStatus>;

/** A deployment. */
export const Deployment = z.strictObject({
  id: z.int(),
  sha: z.string(),
  ref: z.string(),
  task: z.string(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]),
  environment: z.string(),
  originalEnvironment: z.string(),
  description: z.string().nullable(),
  creatorId: z.int(),
  transient: z.boolean(),
  production: z.boolean(),
  statuses: z.array(DeploymentStatus).default([]),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Deployment = z.infer<typeof Deployment>;

/** A release. Its tag exists once it is published. */
export const Release = z.strictObject({
  id: z.int(),
  tagName: z.string(),
  targetCommitish: z.string(),
  name: z.string().nullable(),
  body: z.string().nullable(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  /** Whether it is forced to be, or never is, the latest; undefined follows dates. */
  makeLatest: z.enum(["true", "false", "legacy"]).default("true"),
  authorId: z.int(),
  createdAt: Moment,
  publishedAt: Moment.nullable(),
});
export type Release = z.infer<typeof Release>;

/** A repository_dispatch or workflow_dispatch that somebody sent. */
export const Dispatch = z.strictObject({
  id: z.int(),
  event: z.enum(["repository_dispatch", "workflow_dispatch"]),
  /** `event_type` of the first kind, the workflow's path of the second. */
  subject: z.string(),
  ref: z.string().nullable(),
  /** `client_payload`, or the inputs. */
  data: z.record(z.string(), z.unknown()),
  userId: z.int(),
  createdAt: Moment,
});
export type Dispatch = z.infer<typeof Dispatch>;
