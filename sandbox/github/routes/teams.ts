import * as z from "zod";

import type { Api } from "../api.ts";
import type { Call } from "../call.ts";
import { callerRole, includesRole } from "../access.ts";
import { GitHubError, notFound, validationFailed } from "../errors.ts";
import { roles } from "../model.ts";
import type { Organization, Repository, Team } from "../model.ts";
import { simpleUser } from "../views/account.ts";
import { permissionsOf, repositoryView } from "../views/repository.ts";
import { roleNamed, teamFull, teamView } from "../views/team.ts";
import { memberOf, usersOf } from "./accounts.ts";

const scopes = { scopes: ["admin:org", "read:org", "repo", "user", "write:org"] } as const;

/** Teams by the organization's name and theirs, and by both ids. */
export function teamRoutes(api: Api): void {
  const { store } = api;
  const at = (method: "GET" | "PUT" | "DELETE", path: string, handler: (call: Call, team: Team) => unknown) => {
    api.on(method, `/orgs/:org/teams/:team_slug${path}`, scopes, (call) => {
      const { id } = memberOf(call);
      return handler(
        call,
        teamOf(call, (team) => team.organizationId === id && team.slug === call.param("team_slug")),
      );
    });
    const byIds = (call: Call) => {
      const [organizationId, teamId] = [call.id("org_id"), call.id("team_id")];
      visibleOrganization(call, organizationId);
      return handler(
        call,
        teamOf(call, (team) => team.organizationId === organizationId && team.id === teamId),
      );
    };
    api.on(method, `/organizations/:org_id/team/:team_id${path}`, scopes, byIds);
  };
  api.on("GET", "/orgs/:org/teams", scopes, (call) => {
    const { id } = memberOf(call);
    const teams = store.accounts.teams.filter(({ organizationId }) => organizationId === id);
    return call.page(teams).items.map((team) => teamView(store, call.urls, team));
  });
  at("GET", "", (call, team) => teamFull(store, call.urls, team));
  at("GET", "/members", (call, team) => {
    const members = team.members.filter(({ role }) => ["all", role].includes(call.query("role") ?? "all"));
    return call.page(usersOf(call, members)).items.map((user) => simpleUser(call.urls, user));
  });
  at("GET", "/memberships/:username", (call, team) => {
    const user = store.user(call.param("username"));
    const member = team.members.find(({ userId }) => userId === user?.id);
    if (user === undefined || member === undefined) throw notFound();
    const url = `${call.urls.api}/organizations/${String(team.organizationId)}/team/${String(team.id)}`;
    return { url: `${url}/memberships/${user.login}`, role: member.role, state: "active" };
  });
  at("GET", "/teams", (call, team) => {
    const children = store.accounts.teams.filter(({ parentId }) => parentId === team.id);
    return call.page(children).items.map((child) => teamView(store, call.urls, child));
  });
  at("GET", "/repos", (call, team) => {
    const repositories = store.repositories().filter((one) => grantOf(one, team) !== undefined);
    return call.page(repositories).items.map((repository) => teamRepository(call, repository, team));
  });
  repositoryOfTeamRoutes(at);
}

type At = (method: "GET" | "PUT" | "DELETE", path: string, handler: (call: Call, team: Team) => unknown) => void;

/** What a team may do on one repository. */
function repositoryOfTeamRoutes(at: At): void {
  const path = "/repos/:owner/:repo";
  at("GET", path, (call, team) => {
    const repository = repositoryOf(call);
    if (grantOf(repository, team) === undefined) throw notFound();
    // The plain answer is empty; the role is only told to those who ask for this type.
    const wantsRole = /application\/vnd\.github(\.v3)?\.repository\+json/u.test(call.request.headers.accept ?? "");
    return wantsRole ? teamRepository(call, repository, team) : call.noContent();
  });
  at("PUT", path, (call, team) => {
    const { permission } = call.body(z.object({ permission: z.string().default("push") }));
    const role = roleNamed(permission);
    if (role === undefined) throw validationFailed({ resource: "TeamMember", code: "invalid", field: "permission" });
    return change(call, (repository) => {
      const grant = grantOf(repository, team);
      if (grant === undefined) repository.teams.push({ id: team.id, role });
      else grant.role = role;
    });
  });
  at("DELETE", path, (call, team) =>
    change(call, (repository) => {
      repository.teams = repository.teams.filter(({ id }) => id !== team.id);
    }),
  );
}

/** Changes a repository's teams on behalf of somebody who administers it. */
async function change(call: Call, apply: (repository: Repository) => void): Promise<null> {
  const repository = repositoryOf(call);
  if (!includesRole(callerRole(call.store, call.caller, repository), "admin"))
    throw new GitHubError(403, "Must have admin rights to Repository.");
  await call.store.lock(repository, () => {
    apply(repository);
    call.store.save(repository);
  });
  return call.noContent();
}

function teamOf({ store }: Call, matches: (team: Team) => boolean): Team {
  const team = store.accounts.teams.find(matches);
  if (team === undefined) throw notFound();
  return team;
}

function visibleOrganization(call: Call, id: number): Organization {
  const organization = call.store.organizationById(id);
  if (!organization?.members.some(({ userId }) => userId === call.user().id)) throw notFound();
  return organization;
}

function repositoryOf(call: Call): Repository {
  const repository = call.store.repository(call.param("owner"), call.param("repo"));
  if (repository === undefined || callerRole(call.store, call.caller, repository) === undefined) throw notFound();
  return repository;
}

const grantOf = (repository: Repository, team: Team) => repository.teams.find(({ id }) => id === team.id);

function teamRepository(call: Call, repository: Repository, team: Team): object {
  const role = grantOf(repository, team)?.role ?? roles[0];
  return {
    ...repositoryView(call.store, call.urls, repository),
    permissions: permissionsOf(role),
    role_name: role,
  };
}
