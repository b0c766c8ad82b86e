import { needsId } from "../../components/actors.ts";
import { managedMark, workflowPath } from "../../components/image-workflow.ts";
import { longLived } from "../../components/onboarding.ts";
import type { Onboarding } from "../../components/onboarding.ts";
import type { RepositoryFacts } from "../../components/repository-facts.ts";
import { actionsApp } from "../../components/reusable-workflows.ts";
import { jobChecks } from "../../components/workflow-jobs.ts";
import { nearestTo } from "../config.ts";
import type { Organization } from "../organization-config.ts";
import type { Memory } from "../organization-memory.ts";
import type { Reading } from "./reading.ts";

/**
 * Everything in which the list and GitHub do not go together, a line each, with the entry's key, what is wrong and what to do. Pure.
 *
 * @param memory says which files are ours that somebody has changed beyond recognition
 */
export function readingProblems(
  { name: owner, repositories }: Organization,
  reading: Reading,
  memory: Memory,
): string[] {
  return repositories.flatMap((entry, index) => {
    const facts = reading.repositories.get(entry.name);
    const problems =
      facts === undefined
        ? [`does not exist in ${owner}, or the token may not see it: correct the name, or give the token access`]
        : (unusable(entry, facts) ?? [
            ...missingBranches(entry, facts),
            ...foreignFiles(entry, facts, memory),
            ...unknownChecks(entry, facts),
            ...needlessAccess(entry, facts),
          ]);
    return [...problems, ...unknownActors(entry, reading)].map(
      (problem) => `drover:repositories[${String(index)}] (${entry.name}) ${problem}`,
    );
  });
}

/** Why nothing can be done in a repository at all. */
function unusable({ name }: Onboarding, facts: RepositoryFacts): string[] | undefined {
  if (facts.name !== name)
    return [
      facts.name.toLowerCase() === name.toLowerCase()
        ? `is written ${facts.name} on GitHub: write it so`
        : `was renamed to ${facts.name} on GitHub: write the new name`,
    ];
  if (facts.archived) return ["is archived, so that nothing in it can be changed: unarchive it, or remove the entry"];
  if (facts.permission !== null && facts.permission !== "ADMIN")
    return [
      `lets the token's account only ${facts.permission.toLowerCase()}, and its secrets and rules are for administrators: give the account the role Admin, or set another token`,
    ];
  if (facts.defaultBranch === undefined) return ["has no commits yet: push its first one"];
  return undefined;
}

const missingBranches = ({ branches }: Onboarding, facts: RepositoryFacts): string[] =>
  (["develop", "release"] as const).flatMap((kind) => {
    const branch = branches[kind];
    return branch === undefined || Object.hasOwn(facts.branches, branch)
      ? []
      : [
          `has no branch "${branch}" (branches.${kind}); its default branch is ${facts.defaultBranch ?? ""}: create the branch, or set branches as they are, leaving out what there is not`,
        ];
  });

/** The branches that need the workflow file: the long-lived ones, and the default one, from which schedules and dispatches run. */
export const workflowBranches = ({ branches }: Onboarding, { defaultBranch }: RepositoryFacts): string[] => [
  ...new Set([...longLived(branches), ...(defaultBranch === undefined ? [] : [defaultBranch])]),
];

function foreignFiles(entry: Onboarding, facts: RepositoryFacts, memory: Memory): string[] {
  if (entry.adopt) return [];
  const known = memory.repositories[entry.name]?.workflow ?? [];
  return workflowBranches(entry, facts).flatMap((branch) => {
    const file = facts.branches[branch]?.file;
    return file === undefined || file.startsWith(managedMark) || known.includes(branch)
      ? []
      : [
          `has a file ${workflowPath} of somebody else's on ${branch}: rename it there, or say adopt: true in the entry to replace it`,
        ];
  });
}

/** Checks of GitHub Actions that no workflow of any long-lived branch reports: nothing could ever be merged. */
function unknownChecks({ checks, branches }: Onboarding, facts: RepositoryFacts): string[] {
  const jobs = longLived(branches).flatMap((branch) =>
    (facts.branches[branch]?.workflows ?? []).flatMap(({ text }) => (text == null ? [] : [jobChecks(text)])),
  );
  const names = [...new Set(jobs.flatMap((one) => one.names))].sort();
  return checks.flatMap(({ name, app }) => {
    if (app !== actionsApp || jobs.some((one) => one.reports(name))) return [];
    const nearest = nearestTo(name, names);
    return [
      `requires the check "${name}", which no job of its workflows reports, so that nothing could be merged; ${
        nearest !== undefined
          ? `did you mean "${nearest}"?`
          : `its jobs are ${names.length === 0 ? "none" : names.join(", ")}; a check of another App is written { name: ${name}, app: ID }`
      }`,
    ];
  });
}

const needlessAccess = ({ actions }: Onboarding, { visibility }: RepositoryFacts): string[] =>
  actions?.access !== undefined && visibility === "public"
    ? ["is public, so that everybody may use its actions and GitHub refuses actions.access: remove it"]
    : [];

/** Actors that GitHub does not know. */
function unknownActors({ protection, environments }: Onboarding, { actors }: Reading): string[] {
  const named: [key: string, name: string][] = [
    ...protection.bypass.map((name): [string, string] => ["protection.bypass", name]),
    ...Object.entries(environments).flatMap(([environment, { reviewers }]) =>
      reviewers.map((name): [string, string] => [`environments.${environment}.reviewers`, name]),
    ),
  ];
  return named.flatMap(([key, name]) =>
    needsId(name) && !actors.has(name)
      ? [`names ${name} (${key}), which GitHub does not know, or the token may not see`]
      : [],
  );
}
