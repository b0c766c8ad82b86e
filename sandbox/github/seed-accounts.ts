import { digestOf } from "./caller.ts";
import { App, Organization, Team, Token, User } from "./model.ts";
import { newScope } from "./sealed-boxes.ts";
import type { Seed } from "./seed-schema.ts";
import type { Store } from "./store.ts";

const stamps = (store: Store) => {
  const now = store.clock.now();
  return { createdAt: now, updatedAt: now };
};

/** The organization with its people; roles become as they are said. */
export function seedOrganization(store: Store, wanted: Seed): Organization {
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

/** Its teams; members become as they are said. */
export function seedTeams(store: Store, { id: organizationId }: Organization, { teams }: Seed): void {
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
export function seedActionsApp(store: Store): void {
  makeApp(store, { id: 15_368, slug: "github-actions", name: "GitHub Actions", permissions: {} }, 9919);
}

/** The Apps that are installed. */
export function seedApps(store: Store, { id: organizationId }: Organization, apps: Seed["apps"]): void {
  for (const wanted of apps) {
    const app = makeApp(store, wanted, organizationId);
    app.permissions = wanted.permissions;
    app.publicKey = wanted.publicKey ?? app.publicKey;
    if (!app.installations.some((one) => one.organizationId === organizationId))
      app.installations.push({ id: wanted.installation ?? store.nextId(), organizationId });
  }
}

/** Tokens; one that is there already gets what is said. */
export function seedTokens(store: Store, organization: Organization, tokens: Seed["tokens"]): void {
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

/**
 * A user that a seed names.
 * @throws Error that says where it is named
 */
export function known(store: Store, place: string, name: string): User {
  const user = store.user(name);
  if (user === undefined) throw new Error(`${place}: there is no user ${name}`);
  return user;
}
