import { nodeId } from "../node-id.ts";
import type { Role, Team } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { organizationFull } from "./account.ts";
import { permissionsOf } from "./repository.ts";

/** A role under the name that teams and collaborators carry it. */
export const legacyRole = (role: Role): string => ({ read: "pull", write: "push" })[role as string] ?? role;

/** A role by GitHub's older or newer name; undefined for a name that is neither. */
export function roleNamed(name: string): Role | undefined {
  const roles: Readonly<Record<string, Role>> = {
    pull: "read",
    read: "read",
    triage: "triage",
    push: "write",
    write: "write",
    maintain: "maintain",
    admin: "admin",
  };
  return roles[name];
}

/** A team as lists and rules show it. `role` is its role on the repository that it is shown for. */
export function teamView(store: Store, urls: Urls, team: Team, role?: Role): Schema<"team"> {
  return {
    ...simpleTeam(store, urls, team, role),
    parent: parentOf(store, urls, team),
    ...(role === undefined ? {} : { permissions: permissionsOf(role) }),
  };
}

function parentOf(store: Store, urls: Urls, { parentId }: Team) {
  const parent = store.accounts.teams.find(({ id }) => id === parentId);
  return parent === undefined ? null : simpleTeam(store, urls, parent);
}

function simpleTeam(store: Store, urls: Urls, team: Team, role?: Role) {
  const organization = store.loginOf(team.organizationId);
  const url = `${urls.api}/organizations/${String(team.organizationId)}/team/${String(team.id)}`;
  return {
    id: team.id,
    node_id: nodeId("Team", team.id),
    url,
    html_url: `${urls.html}/orgs/${organization}/teams/${team.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    name: team.name,
    slug: team.slug,
    description: team.description ?? "",
    privacy: team.privacy,
    notification_setting: "notifications_enabled" as const,
    permission: role === undefined ? "pull" : legacyRole(role),
    type: "organization" as const,
    organization_id: team.organizationId,
  };
}

/** A team as its own page shows it. */
export function teamFull(store: Store, urls: Urls, team: Team): Schema<"team-full"> {
  const organization = store.organizationById(team.organizationId);
  if (organization === undefined) throw new Error(`team ${team.slug} has no organization`);
  return {
    ...simpleTeam(store, urls, team),
    parent: parentOf(store, urls, team),
    created_at: team.createdAt,
    updated_at: team.updatedAt,
    members_count: team.members.length,
    repos_count: store.repositories().filter(({ teams }) => teams.some(({ id }) => id === team.id)).length,
    organization: organizationFull(urls, organization, { publicRepositories: 0, privateRepositories: 0 }),
  };
}
