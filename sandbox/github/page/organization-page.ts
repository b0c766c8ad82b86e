import type { GitHubEvent } from "../events.ts";
import type { Organization, Repository } from "../model.ts";
import type { Package } from "../packages/model.ts";
import type { ActiveVersion } from "../packages/packages.ts";
import { settingsPage } from "../packages/views.ts";
import type { Store } from "../store.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { link, list, moment, section, table } from "./layout.ts";
import { eventWords } from "./recent-events.ts";

/** All organizations. */
export const homePage = (store: Store): Html =>
  list(store.accounts.organizations.map(({ login, name }) => link(`/${login}`, name ?? login)));

/** A package with its versions. */
export interface SeenPackage {
  readonly one: Package;
  readonly versions: readonly ActiveVersion[];
}

/** One organization: people, repositories, packages, what happened. */
export function organizationPage(
  store: Store,
  organization: Organization,
  packages: readonly SeenPackage[],
  events: readonly GitHubEvent[],
): Html {
  const repositories = store.repositories().filter(({ ownerId }) => ownerId === organization.id);
  const teams = store.accounts.teams.filter(({ organizationId }) => organizationId === organization.id);
  const apps = store.accounts.apps.filter(({ installations }) =>
    installations.some(({ organizationId }) => organizationId === organization.id),
  );
  const logins = (ids: readonly number[]) => ids.map((id) => store.loginOf(id)).join(", ");
  const owners = organization.members.filter(({ role }) => role === "admin").map(({ userId }) => userId);
  return html`<p class="quiet">${organization.description}</p>
    ${section(`Repositories (${repositories.length})`, repositoryTable(store, repositories), repositories.length === 0)}
    ${section(`Packages (${packages.length})`, packageTable(store, packages), packages.length === 0)}
    ${section(
      "People",
      table(
        ["", "Who"],
        [
          ["Owners", logins(owners)],
          ["Members", `${organization.members.length}`],
          ...teams.map((team) => [`Team ${team.slug}`, logins(team.members.map(({ userId }) => userId))]),
          ...apps.map((app) => [`App ${app.slug}`, permissionWords(app.permissions)]),
        ],
      ),
    )}
    ${eventSection(store, events)}`;
}

const permissionWords = (permissions: Readonly<Record<string, string>>) =>
  Object.entries(permissions)
    .map(([name, level]) => `${name}: ${level}`)
    .join(", ");

const repositoryTable = (store: Store, repositories: readonly Repository[]) =>
  table(
    ["Name", "Default branch", "Rulesets", "Secrets", "Variables", "Environments", "Open pull requests"],
    [...repositories]
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((one) => [
        html`${link(`/${store.loginOf(one.ownerId)}/${one.name}`, one.name)} ${tags(one)}`,
        one.defaultBranch,
        one.rulesets.length + one.branchProtections.length,
        one.actions.secrets.length + one.dependabot.secrets.length,
        one.variables.length,
        one.environments.map(({ name }) => name).join(", "),
        one.issues.filter(({ state, pullRequest }) => state === "open" && pullRequest !== null).length,
      ]),
  );

/** What is special about a repository. */
export const tags = ({ visibility, archived }: Repository) =>
  [visibility === "public" ? undefined : visibility, archived ? "archived" : undefined].map(
    (tag) => tag !== undefined && html`<span class="tag">${tag}</span>`,
  );

/** Packages with the tags that they have. */
export const packageTable = (store: Store, packages: readonly SeenPackage[]): Html =>
  table(
    ["Package", "Visibility", "Repository", "Versions", "Tags"],
    packages.map(({ one, versions }) => {
      const owner = store.organizationById(one.ownerId) ?? store.userById(one.ownerId);
      const repository = one.repositoryId === null ? undefined : store.repositoryById(one.repositoryId);
      return [
        owner === undefined ? one.name : link(settingsPage(owner, one.name), one.name),
        one.visibility,
        repository?.name ?? html`<span class="quiet">not linked</span>`,
        versions.length,
        versions
          .flatMap((version) => version.tags)
          .sort()
          .join(", "),
      ];
    }),
  );

/** What happened, newest first. */
export const eventSection = (store: Store, events: readonly GitHubEvent[]): Html =>
  section(
    "Recent events",
    table(
      ["When", "Where", "What", "Who"],
      events.map((event) => [
        moment(event.at),
        event.repository === undefined
          ? event.organization?.login
          : link(`/${store.loginOf(event.repository.ownerId)}/${event.repository.name}`, event.repository.name),
        eventWords(event),
        event.sender.login,
      ]),
    ),
    events.length === 0,
  );
