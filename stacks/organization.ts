import * as pulumi from "@pulumi/pulumi";

import { GitHubClient } from "../components/github-client.ts";
import { GitHubFailure } from "../components/github-failure.ts";
import type { Onboarding } from "../components/onboarding.ts";
import type { RepositoryFacts } from "../components/repository-facts.ts";
import { Repository } from "../components/repository.ts";
import { triggerOf } from "../components/secret-changes.ts";
import { estimateOf, requestsOf } from "./estimate.ts";
import { environmentProblems, githubProvider } from "./github-provider.ts";
import { readOrganization } from "./organization-config.ts";
import type { Organization } from "./organization-config.ts";
import { readMemory } from "./organization-memory.ts";
import type { Memory } from "./organization-memory.ts";
import { describeOrganization } from "./organization-outputs.ts";
import type { OrganizationOutputs } from "./organization-outputs.ts";
import { orphanedRulesets } from "./orphaned-rulesets.ts";
import { readingProblems, workflowBranches } from "./reading/problems.ts";
import { readGitHub } from "./reading/reading.ts";
import type { Reading } from "./reading/reading.ts";
import { removalProblem } from "./removals.ts";
import { namesOf } from "./renames.ts";

/**
 * The stack `github`: everything that exists once per repository of the organization.
 *
 * @throws RunError that lists what is wrong with the configuration, or with GitHub and the list; nothing has been attempted then
 */
export async function organizationStack(): Promise<OrganizationOutputs> {
  const organization = readOrganization();
  const memory = await readMemory();
  refuse(environmentProblems(process.env));
  const client = await GitHubClient.open(organization).catch((error: unknown) => {
    throw error instanceof GitHubFailure ? new pulumi.RunError(error.message) : error;
  });
  const { reading, problems } = await readGitHub(client, organization, memory);
  if (reading === undefined) throw new pulumi.RunError(problems.join("\n"));
  const renamed = [...namesOf(organization, reading.repositories, memory).values()].flatMap(
    ({ former }) => former ?? [],
  );
  const removal = removalProblem(organization, memory, new Set(renamed));
  refuse([...readingProblems(organization, reading, memory), ...(removal === undefined ? [] : [removal])]);
  const estimate = estimateOf(freshRequests(organization, reading, memory));
  if (estimate !== undefined && pulumi.runtime.isDryRun()) await pulumi.log.info(estimate);
  const hook = orphanedRulesets(client, organization.name, reading);
  return declareOrganization(organization, reading, memory, hook);
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
}

/** What the repositories take that the last update did not know. */
const freshRequests = ({ repositories }: Organization, reading: Reading, memory: Memory) =>
  repositories.flatMap((entry) => {
    const facts = reading.repositories.get(entry.name);
    return facts === undefined || Object.hasOwn(memory.repositories, entry.name)
      ? []
      : [requestsOf(entry, workflowBranches(entry, facts).length)];
  });

/**
 * Declares the organization's resources. Asks nobody anything.
 *
 * @param beforeRuleset runs before a ruleset is made
 */
export function declareOrganization(
  organization: Organization,
  reading: Reading,
  memory: Memory,
  beforeRuleset?: pulumi.ResourceHook,
): OrganizationOutputs {
  const github = githubProvider("github", organization, {});
  const names = namesOf(organization, reading.repositories, memory);
  const declare = (entry: Onboarding, facts: RepositoryFacts): Repository => {
    const { resource = entry.name, former } = names.get(entry.name) ?? {};
    // What the state knows by the former name must not be adopted by the new one: that would replace it.
    const isNew = former === undefined;
    return new Repository(
      resource,
      {
        entry,
        organization: organization.name,
        workflows: organization.workflows,
        values: organization.secrets,
        workflowBranches: workflowBranches(entry, facts),
        existingFiles: isNew ? filesOf(facts) : new Map(),
        existingVariables: isNew ? namesBelow(entry.name, reading.variables) : new Set(),
        secretTriggers: triggersOf(resource, reading, memory),
        actors: reading.actors,
        self: reading.self,
        beforeRuleset,
      },
      { providers: { github } },
    );
  };
  const declared = organization.repositories.flatMap((entry) => {
    const facts = reading.repositories.get(entry.name);
    return facts === undefined ? [] : [declare(entry, facts)];
  });
  const secrets = pulumi
    .all(declared.map(({ secretMemory }) => secretMemory))
    .apply((all) => Object.fromEntries(all.flatMap((one) => Object.entries(one))));
  return { ...describeOrganization(organization, reading, names), secrets };
}

const filesOf = ({ branches }: RepositoryFacts): Map<string, string> =>
  new Map(Object.entries(branches).flatMap(([branch, { file }]) => (file === undefined ? [] : [[branch, file]])));

const namesBelow = (repository: string, names: ReadonlySet<string>): Set<string> =>
  new Set([...names].flatMap((name) => (name.startsWith(`${repository}/`) ? [name.slice(repository.length + 1)] : [])));

/** The triggers of all secrets of a repository that the last update wrote. */
const triggersOf = (resource: string, { dates }: Reading, { secrets }: Memory): Map<string, string> =>
  new Map(
    Object.entries(secrets)
      .filter(([key]) => key.startsWith(`${resource}/`))
      .map(([key, remembered]) => [key, triggerOf(remembered, dates.get(key))]),
  );
