import type { types } from "@pulumi/github";

import type { BypassActor } from "./actors.ts";
import type { Protection, RequiredCheck } from "./onboarding.ts";
import { actionsApp, gateCheck } from "./reusable-workflows.ts";

/** One ruleset of a repository. */
export interface Ruleset {
  /** Ends the resource's name. */
  readonly key: "branches" | "pull-requests" | "versions";
  /** On GitHub; beginning with the product's, it is known to be ours. */
  readonly name: string;
  readonly target: "branch" | "tag";
  readonly includes: readonly string[];
  readonly rules: types.input.RepositoryRulesetRules;
  readonly bypass: readonly BypassActor[];
}

/** How the names of our rulesets begin. */
export const rulesetPrefix = "Drover: ";

/** Tags of versions, with and without a `v`, as GitHub's patterns (Ruby's `File.fnmatch`) have them. */
const versionTags = ["refs/tags/[0-9]*.[0-9]*.[0-9]*", "refs/tags/v[0-9]*.[0-9]*.[0-9]*"];

/**
 * The rulesets of a repository, one a concern, because who may bypass is said for a ruleset as a whole. Nobody may delete a long-lived
 * branch: where a repository deletes merged branches, merging the release pull request would delete develop if whoever merges may bypass.
 */
export function rulesetsOf(
  branches: readonly string[],
  protection: Protection,
  checks: readonly RequiredCheck[],
  bypass: readonly BypassActor[],
): Ruleset[] {
  const includes = branches.map((branch) => `refs/heads/${branch}`);
  return [
    {
      key: "branches",
      name: `${rulesetPrefix}long-lived branches`,
      target: "branch",
      includes,
      rules: { deletion: true, nonFastForward: true },
      bypass: [],
    },
    {
      key: "pull-requests",
      name: `${rulesetPrefix}pull requests`,
      target: "branch",
      includes,
      rules: {
        pullRequest: {
          requiredApprovingReviewCount: protection.approvals,
          requireCodeOwnerReview: protection.codeOwners,
          dismissStaleReviewsOnPush: protection.dismissStale,
          requiredReviewThreadResolution: protection.conversations,
        },
        requiredStatusChecks: {
          requiredChecks: rulesetChecks(checks),
          strictRequiredStatusChecksPolicy: protection.upToDate,
        },
      },
      bypass,
    },
    {
      key: "versions",
      name: `${rulesetPrefix}versions`,
      target: "tag",
      includes: versionTags,
      rules: { update: true, deletion: true, nonFastForward: true },
      bypass: [],
    },
  ];
}

/** The gate of the image workflow, then the repository's own checks by name. */
export const requiredChecks = (checks: readonly RequiredCheck[]): RequiredCheck[] => [
  { name: gateCheck, app: actionsApp },
  ...[...checks].sort((a, b) => (a.name < b.name ? -1 : 1)),
];

/** Checks as a ruleset takes them: each from the App alone that may report it. */
const rulesetChecks = (
  checks: readonly RequiredCheck[],
): types.input.RepositoryRulesetRulesRequiredStatusChecksRequiredCheck[] =>
  requiredChecks(checks).map(({ name, app }) => ({
    context: name,
    ...(app === undefined ? {} : { integrationId: app }),
  }));
