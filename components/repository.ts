import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

import { ActionsSecrets } from "./actions-secrets.ts";
import { bypassActors } from "./actors.ts";
import type { ActorIds, BypassActor } from "./actors.ts";
import { BranchProtection } from "./branch-protection.ts";
import { imageWorkflowFile } from "./image-workflow.ts";
import type { WorkflowSource } from "./image-workflow.ts";
import { longLived } from "./onboarding.ts";
import type { Onboarding } from "./onboarding.ts";
import { RepositoryEnvironments } from "./repository-environments.ts";
import type { SecretMemory } from "./secret-changes.ts";
import { WorkflowFiles } from "./workflow-files.ts";

/** One entry of the list, and what GitHub says of its repository. */
export interface RepositoryArgs {
  readonly entry: Onboarding;
  /** The organization's name. */
  readonly organization: string;
  readonly workflows: WorkflowSource;
  /** The stack's named secret values. */
  readonly values: Readonly<Record<string, string>>;
  /** Branches that need the workflow file, in the order in which changes pass through them. */
  readonly workflowBranches: readonly string[];
  /** Branch to the text of the file that is at the workflow file's path. */
  readonly existingFiles: ReadonlyMap<string, string>;
  /** Names of variables that are there already. */
  readonly existingVariables: ReadonlySet<string>;
  /** By `secretKey`, see `triggerOf`. */
  readonly secretTriggers: ReadonlyMap<string, string>;
  readonly actors: ActorIds;
  /** The account that Drover works as. */
  readonly self: BypassActor | undefined;
  /** Runs before a ruleset is made. */
  readonly beforeRuleset?: pulumi.ResourceHook | undefined;
}

/**
 * Everything that one repository gets: environments, secrets and variables, then the workflow file that uses them, then the rules that
 * protect the branches it is on. The repository itself is read and never made, changed or deleted; what it had of this goes with its entry.
 *
 *     new Repository("narrative", { entry, … }, { providers: { github } })
 */
export class Repository extends pulumi.ComponentResource {
  /** By `secretKey`: what to remember of each secret until the next update. */
  readonly secretMemory: pulumi.Output<Record<string, SecretMemory>>;

  constructor(name: string, args: RepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    // No inputs: one that changes would count as a second update.
    super("drover:index:Repository", name, {}, opts);
    const { entry, organization, actors } = args;
    const repository = entry.name;
    const child = { parent: this };
    const environments = isEmpty(entry.environments)
      ? []
      : [new RepositoryEnvironments(name, { repository, environments: entry.environments, actors }, child)];
    const secrets = hasSecrets(entry)
      ? [
          new ActionsSecrets(
            name,
            {
              repository,
              entry,
              values: args.values,
              triggers: args.secretTriggers,
              existingVariables: args.existingVariables,
              after: environments,
            },
            child,
          ),
        ]
      : [];
    this.secretMemory = secrets[0]?.memory ?? pulumi.output<Record<string, SecretMemory>>({});
    const settings = this.#actionsSettings(name, entry);
    // The commit starts the workflow, which finds all that it needs.
    const files = new WorkflowFiles(
      name,
      {
        repository,
        branches: args.workflowBranches,
        content: imageWorkflowFile(entry, args.workflows),
        existing: args.existingFiles,
        after: [...environments, ...secrets, ...settings],
      },
      child,
    );
    new BranchProtection(
      name,
      {
        repository,
        organization,
        branches: longLived(entry.branches),
        protection: entry.protection,
        checks: entry.checks,
        bypass: bypassActors(entry.protection.bypass, actors, args.self),
        beforeCreate: args.beforeRuleset,
        after: [files],
      },
      child,
    );
    this.registerOutputs();
  }

  #actionsSettings(name: string, { name: repository, actions }: Onboarding): pulumi.Resource[] {
    if (actions === undefined) return [];
    const child = { parent: this, deleteBeforeReplace: true };
    const permissions = new github.WorkflowRepositoryPermissions(
      name,
      {
        repository,
        defaultWorkflowPermissions: actions.permissions,
        canApprovePullRequestReviews: actions.pullRequests,
      },
      child,
    );
    return actions.access === undefined
      ? [permissions]
      : [
          permissions,
          new github.ActionsRepositoryAccessLevel(name, { repository, accessLevel: actions.access }, child),
        ];
  }
}

const isEmpty = (all: object): boolean => Object.keys(all).length === 0;

const hasSecrets = ({ secrets, dependabotSecrets, variables, environments }: Onboarding): boolean =>
  [
    secrets,
    dependabotSecrets,
    variables,
    ...Object.values(environments).flatMap((one) => [one.secrets, one.variables]),
  ].some((all) => !isEmpty(all));
