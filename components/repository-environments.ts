import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

import { reviewerIds } from "./actors.ts";
import type { ActorIds } from "./actors.ts";
import type { DeploymentEnvironment } from "./onboarding.ts";

/** The environments of a repository on GitHub. */
export interface RepositoryEnvironmentsArgs {
  readonly repository: string;
  readonly environments: Readonly<Record<string, DeploymentEnvironment>>;
  /** Ids of the reviewers. */
  readonly actors: ActorIds;
}

/** Environments with reviewers, waiting times, and the branches and tags that may deploy. */
export class RepositoryEnvironments extends pulumi.ComponentResource {
  constructor(name: string, args: RepositoryEnvironmentsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("drover:index:RepositoryEnvironments", name, {}, opts);
    for (const [environment, settings] of Object.entries(args.environments))
      this.#declare(`${name}/${environment}`, environment, settings, args);
    this.registerOutputs();
  }

  #declare(
    name: string,
    environment: string,
    settings: DeploymentEnvironment,
    { repository, actors }: RepositoryEnvironmentsArgs,
  ): void {
    const { teams, users } = reviewerIds(settings.reviewers, actors);
    const restricted = settings.branches.length + settings.tags.length > 0;
    const made = new github.RepositoryEnvironment(
      name,
      {
        repository,
        environment,
        canAdminsBypass: settings.adminBypass,
        preventSelfReview: !settings.selfReview,
        ...(settings.wait === 0 ? {} : { waitTimer: settings.wait }),
        ...(settings.reviewers.length === 0 ? {} : { reviewers: [{ teams, users }] }),
        ...(restricted ? { deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true } } : {}),
      },
      // With it go its deployments' history and secrets that others have put there.
      { parent: this, protect: true, deleteBeforeReplace: true },
    );
    const patterns = [
      ...settings.branches.map((branchPattern) => ({ key: `branch/${branchPattern}`, pattern: { branchPattern } })),
      ...settings.tags.map((tagPattern) => ({ key: `tag/${tagPattern}`, pattern: { tagPattern } })),
    ];
    for (const { key, pattern } of patterns)
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}/${key}`,
        { repository, environment: made.environment, ...pattern },
        { parent: this, deleteBeforeReplace: true },
      );
  }
}
