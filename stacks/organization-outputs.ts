import type * as pulumi from "@pulumi/pulumi";

import { packageReports } from "../components/container-package.ts";
import type { PackageReport } from "../components/container-package.ts";
import { webUrl } from "../components/github-access.ts";
import { legacyWorkflows } from "../components/legacy-workflows.ts";
import { longLived } from "../components/onboarding.ts";
import type { Onboarding } from "../components/onboarding.ts";
import type { RepositoryFacts } from "../components/repository-facts.ts";
import { requiredChecks } from "../components/rulesets.ts";
import type { SecretMemory } from "../components/secret-changes.ts";
import type { Organization } from "./organization-config.ts";
import { workflowBranches } from "./reading/problems.ts";
import type { Reading } from "./reading/reading.ts";
import type { EntryNames } from "./renames.ts";

/** One repository of the stack's output `repositories`: what is managed in it. What there is none of is left out. */
export interface RepositoryOutput {
  readonly id: number;
  /** The name of its resources, where the repository was renamed since. */
  readonly resource?: string | undefined;
  readonly url: string;
  /** Long-lived branches, which are protected. */
  readonly branches: readonly string[];
  /** How they are, where it is otherwise than by active rulesets. */
  readonly protection?: Onboarding["protection"]["mode"] | undefined;
  readonly requiredChecks: readonly string[];
  /** Branches with the workflow file. */
  readonly workflow: readonly string[];
  readonly secrets?: readonly string[] | undefined;
  readonly dependabotSecrets?: readonly string[] | undefined;
  readonly variables?: readonly string[] | undefined;
  readonly environments?: readonly string[] | undefined;
  /** The state of each by its name. */
  readonly packages: Readonly<Record<string, PackageReport["state"]>>;
}

/** The outputs of the stack `github`. */
export interface OrganizationOutputs {
  readonly repositories: Readonly<Record<string, RepositoryOutput>>;
  /** What a person has to do, a line each. */
  readonly todo: readonly string[];
  /** For the next update: when each secret was written. */
  readonly secrets: pulumi.Output<Record<string, SecretMemory>>;
}

/** What is managed of every repository, and what a person has to do. Pure. */
export function describeOrganization(
  organization: Organization,
  reading: Reading,
  names: ReadonlyMap<string, EntryNames> = new Map(),
): Pick<OrganizationOutputs, "repositories" | "todo"> {
  const web = webUrl(organization);
  const described = organization.repositories.flatMap((entry) => {
    const facts = reading.repositories.get(entry.name);
    if (facts === undefined) return [];
    const { visibility } = facts;
    const packages = packageReports(entry, {
      web,
      organization: organization.name,
      visibility,
      packages: reading.packages,
    });
    const url = `${web}/${organization.name}/${facts.name}`;
    const todo = [...legacyTodo(entry, facts), ...packages.flatMap((one) => one.todo)];
    return [{ name: entry.name, output: outputOf(entry, facts, url, packages, names.get(entry.name)?.resource), todo }];
  });
  const unseen =
    reading.packages === undefined
      ? ["the token may not see container packages, so none was checked: give it read:packages (classic tokens only)"]
      : [];
  return {
    repositories: Object.fromEntries(described.map(({ name, output }) => [name, output])),
    todo: [...unseen, ...described.flatMap(({ name, todo }) => todo.map((line) => `${name}: ${line}`))],
  };
}

const outputOf = (
  entry: Onboarding,
  facts: RepositoryFacts,
  url: string,
  packages: readonly PackageReport[],
  resource = entry.name,
): RepositoryOutput => ({
  id: facts.id,
  resource: resource === entry.name ? undefined : resource,
  url,
  branches: longLived(entry.branches),
  protection: entry.protection.mode === "active" ? undefined : entry.protection.mode,
  requiredChecks: requiredChecks(entry.checks).map(({ name }) => name),
  workflow: workflowBranches(entry, facts),
  secrets: namesUnlessNone(entry.secrets),
  dependabotSecrets: namesUnlessNone(entry.dependabotSecrets),
  variables: namesUnlessNone(entry.variables),
  environments: namesUnlessNone(entry.environments),
  packages: Object.fromEntries(packages.map(({ name, state }) => [name, state])),
});

function namesUnlessNone(named: object): readonly string[] | undefined {
  const names = Object.keys(named).sort();
  return names.length === 0 ? undefined : names;
}

/** Workflow files of earlier generations, on the branches that have ours; branches with the same ones together. */
function legacyTodo(entry: Onboarding, facts: RepositoryFacts): string[] {
  const found = new Map<string, string[]>();
  for (const branch of workflowBranches(entry, facts)) {
    const files = legacyWorkflows(facts.branches[branch]?.workflows ?? []).join(", ");
    if (files !== "") found.set(files, [...(found.get(files) ?? []), branch]);
  }
  return [...found].map(
    ([files, branches]) => `remove ${files} (${branches.join(", ")}), which build the same images as our workflow`,
  );
}
