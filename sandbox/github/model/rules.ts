import * as z from "zod";

import { Moment } from "./basics.ts";

const pattern = z.strictObject({
  name: z.string().optional(),
  negate: z.boolean().optional(),
  operator: z.enum(["starts_with", "ends_with", "contains", "regex"]),
  pattern: z.string(),
});

/** A check that must have succeeded; `integration_id` is the App that must have reported it, anyone where it is missing. */
export const RequiredCheck = z.strictObject({ context: z.string().min(1), integration_id: z.int().nullish() });

/** One rule of a ruleset, in GitHub's own form. */
export const Rule = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal(["creation", "deletion", "non_fast_forward", "required_linear_history", "required_signatures"]),
  }),
  z.strictObject({
    type: z.literal("update"),
    parameters: z.strictObject({ update_allows_fetch_and_merge: z.boolean() }).optional(),
  }),
  z.strictObject({
    type: z.literal("pull_request"),
    parameters: z.strictObject({
      allowed_merge_methods: z.array(z.enum(["merge", "squash", "rebase"])).optional(),
      dismiss_stale_reviews_on_push: z.boolean(),
      require_code_owner_review: z.boolean(),
      require_last_push_approval: z.boolean(),
      required_approving_review_count: z.int().min(0).max(10),
      required_review_thread_resolution: z.boolean(),
      automatic_copilot_code_review_enabled: z.boolean().optional(),
      required_reviewers: z.array(z.unknown()).optional(),
    }),
  }),
  z.strictObject({
    type: z.literal("required_status_checks"),
    parameters: z.strictObject({
      do_not_enforce_on_create: z.boolean().optional(),
      required_status_checks: z.array(RequiredCheck),
      strict_required_status_checks_policy: z.boolean(),
    }),
  }),
  z.strictObject({
    type: z.literal("required_deployments"),
    parameters: z.strictObject({ required_deployment_environments: z.array(z.string()) }),
  }),
  z.strictObject({
    type: z.literal([
      "commit_message_pattern",
      "commit_author_email_pattern",
      "committer_email_pattern",
      "branch_name_pattern",
      "tag_name_pattern",
    ]),
    parameters: pattern,
  }),
  z.strictObject({
    type: z.literal("merge_queue"),
    parameters: z.record(z.string(), z.unknown()),
  }),
]);
export type Rule = z.infer<typeof Rule>;

/** Who is let by. `actor_id` is null for DeployKey; GitHub answers 1 or null for OrganizationAdmin as it was sent. */
export const BypassActor = z.strictObject({
  actor_id: z.int().nullable().default(null),
  actor_type: z.enum(["Integration", "OrganizationAdmin", "RepositoryRole", "Team", "DeployKey", "User"]),
  bypass_mode: z.enum(["always", "pull_request", "exempt"]).default("always"),
});
export type BypassActor = z.infer<typeof BypassActor>;

/** A ruleset of a repository. */
export const Ruleset = z.strictObject({
  id: z.int(),
  name: z.string(),
  target: z.enum(["branch", "tag", "push"]).default("branch"),
  enforcement: z.enum(["disabled", "active", "evaluate"]),
  bypassActors: z.array(BypassActor).default([]),
  /** Full ref names, fnmatch patterns, `~DEFAULT_BRANCH` and `~ALL`. */
  refName: z.strictObject({ include: z.array(z.string()), exclude: z.array(z.string()) }),
  rules: z.array(Rule).default([]),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Ruleset = z.infer<typeof Ruleset>;

/** Users, teams and Apps, by their ids, who are allowed something by classic branch protection. */
export const Actors = z.strictObject({
  users: z.array(z.int()).default([]),
  teams: z.array(z.int()).default([]),
  apps: z.array(z.int()).default([]),
});
export type Actors = z.infer<typeof Actors>;

/** Classic branch protection, as GraphQL writes it. */
export const BranchProtection = z.strictObject({
  id: z.int(),
  /** Id of the user who made it. */
  creatorId: z.int().nullable().default(null),
  /** fnmatch pattern of short branch names. */
  pattern: z.string(),
  allowsDeletions: z.boolean().default(false),
  allowsForcePushes: z.boolean().default(false),
  blocksCreations: z.boolean().default(false),
  isAdminEnforced: z.boolean().default(false),
  lockBranch: z.boolean().default(false),
  lockAllowsFetchAndMerge: z.boolean().default(false),
  requiresApprovingReviews: z.boolean().default(false),
  requiredApprovingReviewCount: z.int().nullable().default(null),
  requiresCodeOwnerReviews: z.boolean().default(false),
  dismissesStaleReviews: z.boolean().default(false),
  requireLastPushApproval: z.boolean().default(false),
  requiresConversationResolution: z.boolean().default(false),
  requiresCommitSignatures: z.boolean().default(false),
  requiresLinearHistory: z.boolean().default(false),
  requiresDeployments: z.boolean().default(false),
  requiredDeploymentEnvironments: z.array(z.string()).default([]),
  requiresStatusChecks: z.boolean().default(false),
  requiresStrictStatusChecks: z.boolean().default(false),
  /** `appId` is the App that must report it: null is anyone. */
  requiredStatusChecks: z.array(z.strictObject({ context: z.string(), appId: z.int().nullable() })).default([]),
  restrictsPushes: z.boolean().default(false),
  restrictsReviewDismissals: z.boolean().default(false),
  /** Who may push where pushes are restricted. */
  pushAllowances: Actors.default({ users: [], teams: [], apps: [] }),
  reviewDismissalAllowances: Actors.default({ users: [], teams: [], apps: [] }),
  bypassForcePushAllowances: Actors.default({ users: [], teams: [], apps: [] }),
  bypassPullRequestAllowances: Actors.default({ users: [], teams: [], apps: [] }),
});
export type BranchProtection = z.infer<typeof BranchProtection>;
