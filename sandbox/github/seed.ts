import { readFileSync } from "node:fs";

import * as z from "zod";

import { digestOf } from "./caller.ts";
import { App, Organization, Permissions, Role, Team, Token, User } from "./model.ts";
import { createRepository } from "./new-repository.ts";
import { newScope } from "./sealed-boxes.ts";
import type { Store } from "./store.ts";

const login = z.string().regex(/^[a-z0-9][a-z0-9-]*$/iu, "must be a login of letters, digits and hyphens");
/** Text, an executable text, or an executable copy of a file of this machine. */
const File = z.union([
  z.string(),
  z.strictObject({ content: z.string(), executable: z.boolean() }),
  z.strictObject({ program: z.string() }),
]);

const SeedToken = z.strictObject({
  /** The token itself. */
  token: z.string().min(8),
  /** Login of the user, or slug of the App, that it acts as. */
  of: z.string(),
  /** Of a user's classic token. */
  scopes: z.array(z.string()).optional(),
  /** Of a user's fine-grained token, or an App's; default all that the App has. */
  permissions: Permissions.optional(),
  /** Names of the repositories that it reaches. Default all. */
  repositories: z.array(z.string()).optional(),
});

/** An organization as data: what a stand-in begins with. Everything is by name; ids are given when it is made. */
export const SeedOrganization = z.strictObject({
  login,
  name: z.string().optional(),
  description: z.string().optional(),
  plan: z.enum(["free", "team", "enterprise"]).optional(),
  /** What every member may do on each repository. Default read. */
  defaultRepositoryPermission: z.enum(["none", "read", "write", "admin"]).optional(),
  /** `owner` and `member` belong to the organization, `outside` does not. */
  users: z.array(z.strictObject({ login, name: z.string().optional(), role: z.enum(["owner", "member", "outside"]) })),
  teams: z
    .array(
      z.strictObject({
        slug: z.string(),
        name: z.string().optional(),
        description: z.string().optional(),
        /** Slug of the team above, earlier in the list. */
        parent: z.string().optional(),
        members: z.array(login),
      }),
    )
    .default([]),
  /** GitHub Apps that are installed; GitHub Actions always is. */
  apps: z
    .array(
      z.strictObject({
        id: z.int().optional(),
        slug: z.string(),
        name: z.string().optional(),
        permissions: Permissions.default({}),
      }),
    )
    .default([]),
  tokens: z.array(SeedToken).default([]),
  repositories: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]+$/u, "must be a name of letters, digits, ., - and _"),
        description: z.string().optional(),
        visibility: z.enum(["public", "private", "internal"]).default("public"),
        /** Default the first branch. */
        defaultBranch: z.string().optional(),
        branches: z.record(
          z.string(),
          z.strictObject({
            files: z.record(z.string(), File),
            message: z.string().default("Initial commit"),
            from: z.string().optional(),
          }),
        ),
        archived: z.boolean().default(false),
        /** The number of the next issue or pull request. */
        nextNumber: z.int().min(1).default(1),
        deleteBranchOnMerge: z.boolean().default(false),
        /** Team slug to role. */
        teams: z.record(z.string(), Role).default({}),
        /** Login to role. */
        collaborators: z.record(z.string(), Role).default({}),
      }),
    )
    .default([]),
});
export type SeedOrganization = z.input<typeof SeedOrganization>;
type Seed = z.output<typeof SeedOrganization>;

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

const stamps = (store: Store) => {
  const now = store.clock.now();
  return { createdAt: now, updatedAt: now };
};

function seedOrganization(store: Store, wanted: Seed): Organization {
  const { accounts } = store;
  let organization = store.organization(wanted.login);
  if (organization === undefined) {
    organization = Organization.parse({
      id: store.nextId(),
      login: wanted.login,
      name: wanted.name ?? null,
      description: wanted.description ?? null,
      plan: wanted.plan,
      defaultRepositoryPermission: wanted.defaultRepositoryPermission,
      actions: newScope(store.nextId()),
      dependabot: newScope(store.nextId()),
      ...stamps(store),
    });
    accounts.organizations.push(organization);
  }
  for (const { login: name, role, ...rest } of wanted.users) {
    let user = store.user(name);
    if (user === undefined) {
      user = User.parse({ id: store.nextId(), login: name, name: rest.name ?? null, ...stamps(store) });
      accounts.users.push(user);
    }
    const { id: userId } = user;
    organization.members = organization.members.filter((member) => member.userId !== userId);
    if (role !== "outside") organization.members.push({ userId, role: role === "owner" ? "admin" : "member" });
  }
  return organization;
}

function seedTeams(store: Store, { id: organizationId }: Organization, { teams }: Seed): void {
  for (const { slug, name, description, parent, members } of teams) {
    const find = (wanted: string | undefined) =>
      store.accounts.teams.find((one) => one.organizationId === organizationId && one.slug === wanted);
    const above = find(parent);
    if (parent !== undefined && above === undefined)
      throw new Error(`team ${slug}: there is no team ${parent} before it`);
    const people = members.map((member) => known(store, `team ${slug}`, member));
    let team = find(slug);
    if (team === undefined) {
      team = Team.parse({ id: store.nextId(), organizationId, slug, name: name ?? slug, ...stamps(store) });
      store.accounts.teams.push(team);
    }
    team.description = description ?? team.description;
    team.parentId = above?.id ?? null;
    team.members = people.map(({ id: userId }) => ({ userId, role: "member" }));
  }
}

/** Makes an App with its bot, or returns the one there is. */
function makeApp(store: Store, wanted: Seed["apps"][number], ownerId: number): App {
  const present = store.accounts.apps.find(({ slug }) => slug === wanted.slug);
  if (present !== undefined) return present;
  const bot = User.parse({ id: store.nextId(), login: `${wanted.slug}[bot]`, type: "Bot", ...stamps(store) });
  const app = App.parse({
    id: wanted.id ?? store.nextId(),
    slug: wanted.slug,
    name: wanted.name ?? wanted.slug,
    permissions: wanted.permissions,
    ownerId,
    botId: bot.id,
    ...stamps(store),
  });
  store.accounts.users.push(bot);
  store.accounts.apps.push(app);
  return app;
}

/** The App on whose behalf workflows act: its id is the same on all of GitHub. */
function seedActionsApp(store: Store): void {
  makeApp(store, { id: 15_368, slug: "github-actions", name: "GitHub Actions", permissions: {} }, 9919);
}

function seedApps(store: Store, { id: organizationId }: Organization, apps: Seed["apps"]): void {
  for (const wanted of apps) {
    const app = makeApp(store, wanted, organizationId);
    app.permissions = wanted.permissions;
    if (!app.installations.some((one) => one.organizationId === organizationId))
      app.installations.push({ id: store.nextId(), organizationId });
  }
}

function seedTokens(store: Store, organization: Organization, tokens: Seed["tokens"]): void {
  for (const { token, of, scopes, permissions, repositories } of tokens) {
    const app = store.accounts.apps.find(({ slug }) => slug === of);
    const user = app === undefined ? known(store, "a token", of) : store.userById(app.botId);
    if (user === undefined) throw new Error(`the App ${of} has no bot account`);
    const digest = digestOf(token);
    const reached = repositories?.map((name) => {
      const repository = store.repository(organization.login, name);
      if (repository === undefined) throw new Error(`a token of ${of}: there is no repository ${name}`);
      return repository.id;
    });
    store.accounts.tokens = store.accounts.tokens.filter((one) => one.digest !== digest);
    store.accounts.tokens.push(
      Token.parse({
        id: store.nextId(),
        name: of,
        digest,
        kind: app !== undefined ? "installation" : permissions === undefined ? "classic" : "fine-grained",
        userId: user.id,
        appId: app?.id ?? null,
        scopes: scopes ?? [],
        permissions: permissions ?? app?.permissions ?? {},
        repositories: reached ?? null,
        createdAt: store.clock.now(),
      }),
    );
  }
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

function known(store: Store, place: string, name: string): User {
  const user = store.user(name);
  if (user === undefined) throw new Error(`${place}: there is no user ${name}`);
  return user;
}
