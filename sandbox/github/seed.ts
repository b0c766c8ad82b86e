import { readFileSync } from "node:fs";

import type { Organization, User } from "./model.ts";
import { createRepository } from "./new-repository.ts";
import { known, seedActionsApp, seedApps, seedOrganization, seedTeams, seedTokens } from "./seed-accounts.ts";
import { SeedOrganization } from "./seed-schema.ts";
import type { Seed } from "./seed-schema.ts";
import type { Store } from "./store.ts";

/** Repositories that are made at the same time. */
const atOnce = 8;

/**
 * Brings an organization with its users, teams, Apps, tokens and repositories into a store. What is there already stays as it is,
 * except that tokens, memberships of teams and roles of users become as they are said here: seeding twice is harmless.
 * @throws Error that names what refers to something that there is not
 */
export async function seed(store: Store, data: SeedOrganization): Promise<void> {
  const wanted = SeedOrganization.parse(data);
  seedActionsApp(store);
  const organization = seedOrganization(store, wanted);
  seedTeams(store, organization, wanted);
  seedApps(store, organization, wanted.apps);
  store.saveAccounts();
  await seedRepositories(store, organization, wanted.repositories);
  seedTokens(store, organization, wanted.tokens);
  store.saveAccounts();
}

async function seedRepositories(store: Store, organization: Organization, all: Seed["repositories"]): Promise<void> {
  const owner = store.userById(organization.members.find(({ role }) => role === "admin")?.userId ?? 0);
  if (owner === undefined && all.length > 0) throw new Error(`${organization.login} has no owner to make repositories`);
  const waiting = all.filter(({ name }) => store.repository(organization.login, name) === undefined);
  const next = async (): Promise<void> => {
    for (let wanted = waiting.shift(); wanted !== undefined; wanted = waiting.shift())
      if (owner !== undefined) await seedRepository(store, organization, owner, wanted);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

async function seedRepository(
  store: Store,
  { id: ownerId }: Organization,
  user: User,
  wanted: Seed["repositories"][number],
) {
  const { name, description, visibility, defaultBranch, branches } = wanted;
  const repository = await createRepository(store, {
    name,
    ownerId,
    visibility,
    branches: Object.fromEntries(
      Object.entries(branches).map(([branch, one]) => [branch, { ...one, files: withPrograms(one.files) }]),
    ),
    actor: { user, workflows: true },
    ...(description === undefined ? {} : { description }),
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    settings: {
      archived: wanted.archived,
      nextNumber: wanted.nextNumber,
      deleteBranchOnMerge: wanted.deleteBranchOnMerge,
      teams: Object.entries(wanted.teams).map(([slug, role]) => {
        const team = store.accounts.teams.find((one) => one.organizationId === ownerId && one.slug === slug);
        if (team === undefined) throw new Error(`repository ${name}: there is no team ${slug}`);
        return { id: team.id, role };
      }),
      collaborators: Object.entries(wanted.collaborators).map(([who, role]) => ({
        id: known(store, `repository ${name}`, who).id,
        role,
      })),
    },
  });
  return repository;
}

const withPrograms = (files: Seed["repositories"][number]["branches"][string]["files"]) =>
  Object.fromEntries(
    Object.entries(files).map(([path, file]) => [
      path,
      typeof file === "object" && "program" in file ? { content: readFileSync(file.program), executable: true } : file,
    ]),
  );
