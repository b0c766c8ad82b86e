import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { checkout } from "../world/layout.ts";
import type { Settings } from "../world/settings.ts";
import { kbaseRepositories } from "./organization/kbase-repositories.ts";
import type { KBaseRepository } from "./organization/kbase-repositories.ts";
import { repositoryFiles } from "./organization/repository-files.ts";
import type { SeedOrganization } from "./seed-schema.ts";

/** The repositories of the sandbox's organization. The whole organization is for tests: `kbaseRepositories`. */
const handful = [
  "narrative",
  "auth2",
  "JobRunner",
  "kbase-ui",
  "tablescanner",
  "collections",
  "execution_engine2",
  "groups",
];

/** Where a repository's numbers go on: as if there had been others before, of which the sandbox's registry has images. */
const firstNumbers: Readonly<Record<string, number>> = { narrative: 12, auth2: 7 };

/** Who there is, and which token of the sandbox's settings acts as whom. */
export const people = {
  admin: "kbase-admin",
  developer: "kbase-developer",
  reader: "kbase-reader",
  reviewer: "kbase-reviewer",
  app: "drover",
} as const;

/** Scopes of the token that the stack `github` works with. */
export const adminScopes = ["repo", "workflow", "read:org", "write:packages", "delete:packages"] as const;

/** Settings that differ between the sandbox and tests. */
export interface OrganizationOptions {
  /** Default a handful. */
  readonly repositories?: readonly KBaseRepository[];
  /** Path of the demo application's executable, which the images of the repositories run. */
  readonly program?: string;
}

/** The organization `kbase` of the sandbox. */
export function organizationSeed(
  tokens: Omit<Settings["githubTokens"], "emulator">,
  { repositories = kbaseRepositories.filter(({ name }) => handful.includes(name)), program }: OrganizationOptions = {},
): SeedOrganization {
  return {
    login: "kbase",
    name: "KBase",
    description: "The sandbox's copy of an organization with some tens of repositories",
    users: [
      { login: people.admin, name: "Kim Admin", role: "owner" },
      { login: people.developer, name: "Dana Developer", role: "member" },
      { login: people.reviewer, name: "Robin Reviewer", role: "member" },
      { login: people.reader, name: "Rene Reader", role: "member" },
    ],
    teams: [
      { slug: "devops", name: "DevOps", members: [people.admin, people.reviewer] },
      { slug: "developers", name: "Developers", members: [people.developer, people.reviewer] },
    ],
    apps: [
      {
        slug: people.app,
        name: "Drover",
        permissions: { contents: "write", workflows: "write", pull_requests: "write", deployments: "write" },
      },
    ],
    tokens: [
      { token: tokens.admin, of: people.admin, scopes: [...adminScopes] },
      { token: tokens.developer, of: people.developer, scopes: ["repo", "workflow", "read:org", "read:packages"] },
      { token: tokens.reader, of: people.reader, scopes: ["repo", "read:org"] },
      { token: tokens.app, of: people.app },
    ],
    repositories: [
      ...repositories.map((repository) => ({
        name: repository.name,
        description: `${repository.name} of KBase`,
        branches: branchesOf(repository, program),
        teams: { devops: "admin", developers: "write" } as const,
        nextNumber: firstNumbers[repository.name] ?? 1,
      })),
      {
        name: "drover",
        description: "The workflows that the other repositories call",
        branches: {
          main: {
            files: { "README.md": "# Drover\n\nThe workflows that the other repositories call.\n", ...workflows() },
          },
        },
        teams: { devops: "admin" },
      },
    ],
  };
}

function branchesOf(repository: KBaseRepository, program: string | undefined) {
  const [first, ...others] = repository.branches;
  const files = repositoryFiles(repository, program);
  return {
    [first]: { files, message: "Everything so far" },
    // All branches begin at the same commit, as after a release.
    ...Object.fromEntries(others.map((branch) => [branch, { files: {}, from: first }])),
  };
}

/** This checkout's own reusable workflows, where it has them. */
function workflows(): Record<string, string> {
  const folder = path.join(checkout, ".github", "workflows");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.ya?ml$/u.test(name)) : [];
  return Object.fromEntries(
    names.map((name) => [`.github/workflows/${name}`, readFileSync(path.join(folder, name), "utf8")]),
  );
}
