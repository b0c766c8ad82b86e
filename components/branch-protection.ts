import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

import { actorParts } from "./actors.ts";
import type { BypassActor } from "./actors.ts";
import type { Protection, RequiredCheck } from "./onboarding.ts";
import { requiredChecks, rulesetsOf } from "./rulesets.ts";

/** What protects a repository's long-lived branches and version tags. */
export interface BranchProtectionArgs {
  readonly repository: string;
  /** The organization's name. */
  readonly organization: string;
  readonly branches: readonly string[];
  readonly protection: Protection;
  /** Besides the gate of the image workflow. */
  readonly checks: readonly RequiredCheck[];
  /** Who may do without a pull request, sorted. */
  readonly bypass: readonly BypassActor[];
  /** Runs before a ruleset is made. */
  readonly beforeCreate?: pulumi.ResourceHook | undefined;
  /** What must be on the branches before they are protected, and goes only after they are not. */
  readonly after: readonly pulumi.Resource[];
}

/** Rulesets, or classic branch protection for plans without them, on a repository's long-lived branches. */
export class BranchProtection extends pulumi.ComponentResource {
  constructor(name: string, args: BranchProtectionArgs, opts?: pulumi.ComponentResourceOptions) {
    // No inputs: one that changes would count as a second update.
    super("drover:index:BranchProtection", name, {}, opts);
    if (args.protection.mode === "classic") this.#classic(name, args);
    else this.#rulesets(name, args, args.protection.mode);
    this.registerOutputs();
  }

  #rulesets(name: string, args: BranchProtectionArgs, enforcement: "active" | "evaluate"): void {
    const { repository, branches, protection, checks, bypass, beforeCreate, after } = args;
    for (const ruleset of rulesetsOf(branches, protection, checks, bypass))
      new github.RepositoryRuleset(
        `${name}/${ruleset.key}`,
        {
          repository,
          name: ruleset.name,
          target: ruleset.target,
          enforcement,
          conditions: { refName: { includes: [...ruleset.includes], excludes: [] } },
          rules: ruleset.rules,
          ...(ruleset.bypass.length === 0 ? {} : { bypassActors: ruleset.bypass.map((actor) => ({ ...actor })) }),
        },
        {
          parent: this,
          dependsOn: [...after],
          deleteBeforeReplace: true,
          ...(beforeCreate === undefined ? {} : { hooks: { beforeCreate: [beforeCreate] } }),
        },
      );
  }

  /** Classic protection can't say which App reports a check, lets administrators by, and knows no tags. */
  #classic(
    name: string,
    { repository, organization, branches, protection, checks, after }: BranchProtectionArgs,
  ): void {
    for (const branch of branches)
      new github.BranchProtection(
        `${name}/${branch}`,
        {
          repositoryId: repository,
          pattern: branch,
          enforceAdmins: false,
          allowsDeletions: false,
          allowsForcePushes: false,
          requireConversationResolution: protection.conversations,
          requiredPullRequestReviews: [
            {
              requiredApprovingReviewCount: protection.approvals,
              requireCodeOwnerReviews: protection.codeOwners,
              dismissStaleReviews: protection.dismissStale,
              pullRequestBypassers: protection.bypass.map((actor) => classicName(organization, actor)).sort(),
            },
          ],
          requiredStatusChecks: [
            { contexts: requiredChecks(checks).map((check) => check.name), strict: protection.upToDate },
          ],
        },
        { parent: this, dependsOn: [...after], deleteBeforeReplace: true },
      );
  }
}

/** A team or user as classic protection names it: `kbase/devops`, `/jdoe`. */
function classicName(organization: string, actor: string): string {
  const [kind, name] = actorParts(actor);
  return kind === "team" ? `${organization}/${name}` : `/${name}`;
}
