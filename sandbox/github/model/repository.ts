import * as z from "zod";

import { Grant } from "./accounts.ts";
import { Hook, Moment, SecretScope, Variable } from "./basics.ts";
import { CheckRun, CheckSuite, Deployment, Dispatch, Release, Status } from "./checks.ts";
import { Issue, Label } from "./issues.ts";
import { BranchProtection, Ruleset } from "./rules.ts";

/** An environment of a repository. */
export const Environment = z.strictObject({
  id: z.int(),
  name: z.string(),
  /** Minutes. */
  waitTimer: z.int().default(0),
  preventSelfReview: z.boolean().default(false),
  canAdminsBypass: z.boolean().default(true),
  reviewers: z.array(z.strictObject({ type: z.enum(["User", "Team"]), id: z.int() })).default([]),
  /** Which branches may deploy; null is all. */
  branchPolicy: z.strictObject({ protectedBranches: z.boolean(), customBranchPolicies: z.boolean() }).nullable(),
  branchPolicies: z
    .array(z.strictObject({ id: z.int(), name: z.string(), type: z.enum(["branch", "tag"]) }))
    .default([]),
  actions: SecretScope,
  variables: z.array(Variable).default([]),
  /** Ids of its protection rules: wait timer, reviewers, branch policy. */
  ruleIds: z.tuple([z.int(), z.int(), z.int()]),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Environment = z.infer<typeof Environment>;

const ActionsSettings = z.strictObject({
  enabled: z.boolean().default(true),
  allowedActions: z.enum(["all", "local_only", "selected"]).default("all"),
  shaPinningRequired: z.boolean().default(false),
  selected: z
    .strictObject({ githubOwned: z.boolean(), verified: z.boolean(), patterns: z.array(z.string()) })
    .default({ githubOwned: true, verified: false, patterns: [] }),
  defaultWorkflowPermissions: z.enum(["read", "write"]).default("read"),
  canApprovePullRequestReviews: z.boolean().default(false),
  accessLevel: z.enum(["none", "user", "organization", "enterprise"]).default("none"),
});

/** How pull requests of a repository are merged. */
const MergeSettings = z.strictObject({
  allowMergeCommit: z.boolean().default(true),
  allowSquashMerge: z.boolean().default(true),
  allowRebaseMerge: z.boolean().default(true),
  allowAutoMerge: z.boolean().default(false),
  allowUpdateBranch: z.boolean().default(false),
  deleteBranchOnMerge: z.boolean().default(false),
  squashMergeCommitTitle: z.enum(["PR_TITLE", "COMMIT_OR_PR_TITLE"]).default("COMMIT_OR_PR_TITLE"),
  squashMergeCommitMessage: z.enum(["PR_BODY", "COMMIT_MESSAGES", "BLANK"]).default("COMMIT_MESSAGES"),
  mergeCommitTitle: z.enum(["PR_TITLE", "MERGE_MESSAGE"]).default("MERGE_MESSAGE"),
  mergeCommitMessage: z.enum(["PR_BODY", "PR_TITLE", "BLANK"]).default("PR_TITLE"),
});

const Features = z.strictObject({
  issues: z.boolean().default(true),
  projects: z.boolean().default(true),
  wiki: z.boolean().default(true),
  discussions: z.boolean().default(false),
  downloads: z.boolean().default(true),
});

/** One document of the folder `repositories`: all of a repository but its git objects and refs, which are in a bare repository. */
export const Repository = z.strictObject({
  version: z.literal(1).default(1),
  id: z.int(),
  name: z.string(),
  /** Names that it had before; requests that use one are sent on. */
  formerNames: z.array(z.string()).default([]),
  /** Id of the organization or user that owns it. */
  ownerId: z.int(),
  /** Id of the repository that it is a fork of. */
  parentId: z.int().nullable().default(null),
  description: z.string().nullable().default(null),
  homepage: z.string().nullable().default(null),
  visibility: z.enum(["public", "private", "internal"]).default("public"),
  archived: z.boolean().default(false),
  isTemplate: z.boolean().default(false),
  webCommitSignoffRequired: z.boolean().default(false),
  topics: z.array(z.string()).default([]),
  defaultBranch: z.string().default("main"),
  features: Features.default(Features.parse({})),
  merge: MergeSettings.default(MergeSettings.parse({})),
  actionsSettings: ActionsSettings.default(ActionsSettings.parse({})),
  vulnerabilityAlerts: z.boolean().default(false),
  automatedSecurityFixes: z.boolean().default(false),
  /** The number of the next issue or pull request. */
  nextNumber: z.int().default(1),
  teams: z.array(Grant).default([]),
  collaborators: z.array(Grant).default([]),
  actions: SecretScope,
  dependabot: SecretScope,
  variables: z.array(Variable).default([]),
  environments: z.array(Environment).default([]),
  rulesets: z.array(Ruleset).default([]),
  branchProtections: z.array(BranchProtection).default([]),
  hooks: z.array(Hook).default([]),
  labels: z.array(Label).default([]),
  issues: z.array(Issue).default([]),
  statuses: z.array(Status).default([]),
  checkSuites: z.array(CheckSuite).default([]),
  checkRuns: z.array(CheckRun).default([]),
  deployments: z.array(Deployment).default([]),
  releases: z.array(Release).default([]),
  dispatches: z.array(Dispatch).default([]),
  createdAt: Moment,
  updatedAt: Moment,
  pushedAt: Moment.nullable().default(null),
});
export type Repository = z.infer<typeof Repository>;
