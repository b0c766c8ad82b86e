import { kbaseRepositories } from "../../sandbox/github/organization/kbase-repositories.ts";
import type { RepositoryFacts } from "../../components/repository-facts.ts";
import type { Onboarding } from "../../components/onboarding.ts";
import { parseOrganization } from "../../stacks/organization-config.ts";
import type { Organization } from "../../stacks/organization-config.ts";
import { Memory } from "../../stacks/organization-memory.ts";
import type { Reading } from "../../stacks/reading/reading.ts";
import { written } from "./configuration.ts";

/** A commit that workflows can be pinned to. */
export const commit = "0123456789abcdef0123456789abcdef01234567";

/** The smallest configuration of the stack `github`: one repository `web`. */
const smallest = {
  organization: "kbase",
  githubToken: "ghp_not-a-real-one",
  workflows: { repository: "kbase/drover", commit, version: "v1.0.0" },
  repositories: ["web"],
};

/** The smallest configuration with changes, parsed. */
export const parsedOrganization = (
  changes: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[] = ["githubToken", "githubApp", "secrets"],
): ReturnType<typeof parseOrganization> => parseOrganization(written({ ...smallest, ...changes }), new Set(secretKeys));

/** What is wrong with the smallest configuration with changes: `key message`. */
export const organizationProblemsOf = (
  changes: Readonly<Record<string, unknown>>,
  secretKeys?: readonly string[],
): string[] => parsedOrganization(changes, secretKeys).problems.map(({ key, message }) => `${key} ${message}`);

/** The smallest configuration with changes, which must be right. */
export function organizationOf(changes: Readonly<Record<string, unknown>> = {}): Organization {
  const { organization, problems } = parsedOrganization(changes);
  if (organization === undefined || problems.length > 0)
    throw new Error(problems.map(({ key, message }) => `${key} ${message}`).join("\n"));
  return organization;
}

/** One entry as it counts. Its secrets must be in the stack's: `A`, `B` and `C` are. */
export function entryOf(entry: unknown, changes: Readonly<Record<string, unknown>> = {}): Onboarding {
  const secrets = { A: "value-a", B: "value-b", C: "value-c" };
  const [first] = organizationOf({ secrets, ...changes, repositories: [entry] }).repositories;
  if (first === undefined) throw new Error("there is no entry");
  return first;
}

/** What GitHub says of a repository that has nothing of ours: public, with the branches that it is asked for. */
export const factsOf = (name: string, changes: Partial<RepositoryFacts> = {}): RepositoryFacts => ({
  id: 1000 + name.length,
  name,
  archived: false,
  visibility: "public",
  permission: "ADMIN",
  defaultBranch: "develop",
  branches: {
    develop: { file: undefined, workflows: [] },
    main: { file: undefined, workflows: [] },
    master: { file: undefined, workflows: [] },
  },
  rulesets: [],
  ...changes,
});

/** What GitHub says where nothing is ours yet; ids of actors are their place in the list, from 1. */
export const readingOf = (
  facts: readonly RepositoryFacts[],
  changes: Partial<Reading> & { readonly names?: readonly string[] } = {},
): Reading => {
  const { names = [], ...others } = changes;
  return {
    repositories: new Map(facts.map((one) => [one.name, one])),
    actors: new Map(names.map((name, index) => [name, index + 1])),
    self: { actorType: "User", actorId: 77, bypassMode: "always" },
    packages: [],
    dates: new Map(),
    variables: new Set(),
    ...others,
  };
};

/** What is remembered of a stack without a last update. */
export const noMemory: Memory = Memory.parse({});

const workflowText = (name: string) => `jobs:\n  ${name}:\n    runs-on: ubuntu-24.04\n    steps: []\n`;

/** What GitHub says of the 38 repositories of kbase: their branches, the default one first, and their workflows. */
export const kbaseFacts: readonly RepositoryFacts[] = kbaseRepositories.map(({ name, branches, workflows }, index) => {
  const [defaultBranch] = branches;
  const files = workflows.map((file) => ({
    name: file.endsWith(".yaml") ? file : `${file}.yml`,
    text: workflowText(file.replace(/\.yaml$/, "")),
  }));
  return factsOf(name, {
    id: 2000 + index,
    defaultBranch,
    branches: Object.fromEntries(branches.map((branch) => [branch, { file: undefined, workflows: files }])),
  });
});

/** What the README asks for where a GitHub App is used. */
export const appPermissions = {
  administration: "write",
  contents: "write",
  workflows: "write",
  secrets: "write",
  dependabot_secrets: "write",
  actions_variables: "write",
  environments: "write",
  actions: "read",
  members: "read",
} as const;
