import { isMember, isOwner, seesMembers } from "../../access.ts";
import type { App, Organization, Team, User } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { noSuch } from "../problem.ts";
import { repositoriesOf } from "./repositories.ts";
import type { RepositoriesFilter } from "./repositories.ts";

/** GraphQL's `User` or `Bot`. */
export function userView(graph: Graph, user: User): View {
  const resourcePath = user.type === "Bot" ? `/apps/${user.login.replace(/\[bot\]$/u, "")}` : `/${user.login}`;
  return {
    __typename: user.type,
    ...basics(user.type, user),
    ...addresses(graph, resourcePath),
    login: user.login,
    avatarUrl: graph.url(`/avatars/u/${user.id}`),
    ...(user.type === "Bot"
      ? {}
      : {
          name: user.name,
          email: user.email ?? "",
          isSiteAdmin: user.siteAdmin,
          isViewer: user.id === graph.viewer.id,
          ...repositoryFields(graph, user),
        }),
  };
}

/** GraphQL's `Organization`. */
export function organizationView(graph: Graph, organization: Organization): View {
  const viewerIsAMember = isMember(organization, graph.viewer.id);
  // Whoever is no member, and no App that may see them, sees no team.
  const teams = () =>
    seesMembers(organization, graph.caller)
      ? graph.store.accounts.teams.filter(({ organizationId }) => organizationId === organization.id)
      : [];
  return {
    __typename: "Organization",
    ...basics("Organization", organization),
    ...addresses(graph, `/${organization.login}`),
    login: organization.login,
    name: organization.name,
    description: organization.description,
    avatarUrl: graph.url(`/avatars/u/${organization.id}`),
    viewerCanAdminister: isOwner(organization, graph.viewer.id),
    viewerIsAMember,
    ...repositoryFields(graph, organization),
    team({ slug }: { slug: string }) {
      const team = teams().find((one) => one.slug === slug.toLowerCase());
      return team === undefined ? null : teamView(graph, team);
    },
    teams({ query = null, rootTeamsOnly = false, ...page }: Page & { query?: string | null; rootTeamsOnly?: boolean }) {
      const named = (team: Team) => query === null || team.name.toLowerCase().includes(query.toLowerCase());
      const wanted = teams().filter((team) => named(team) && (!rootTeamsOnly || team.parentId === null));
      return connection("teams", wanted, page, (team) => teamView(graph, team));
    },
    membersWithRole(page: Page) {
      const members = viewerIsAMember ? organization.members : [];
      const { edges, ...rest } = connection("membersWithRole", members, page, (member) => member);
      return {
        ...rest,
        nodes: rest.nodes.map(({ userId }) => graph.userById(userId)),
        edges: edges.map(({ cursor, node: { userId, role } }) => ({
          cursor,
          role: role.toUpperCase(),
          node: graph.userById(userId),
        })),
      };
    },
  };
}

/** GraphQL's `Team`. */
export function teamView(graph: Graph, team: Team): View {
  const login = graph.store.loginOf(team.organizationId);
  return {
    __typename: "Team",
    ...basics("Team", team),
    ...addresses(graph, `/orgs/${login}/teams/${team.slug}`),
    slug: team.slug,
    name: team.name,
    description: team.description,
    combinedSlug: `${login}/${team.slug}`,
    privacy: team.privacy === "secret" ? "SECRET" : "VISIBLE",
    organization: () => graph.owner(team.organizationId),
    parentTeam: () => graph.teamById(team.parentId),
    members: (page: Page) => connection("members", team.members, page, ({ userId }) => graph.userById(userId)),
    repositories(page: Page) {
      const own = graph.store
        .repositories()
        .filter((one) => one.teams.some(({ id }) => id === team.id) && graph.sees(one));
      return connection("repositories", own, page, (one) => graph.repository(one));
    },
  };
}

/** GraphQL's `App`. */
export const appView = (graph: Graph, app: App): View => ({
  __typename: "App",
  ...basics("App", app),
  slug: app.slug,
  name: app.name,
  description: app.description,
  url: graph.url(`/apps/${app.slug}`),
});

const basics = (
  kind: "User" | "Bot" | "Organization" | "Team" | "App",
  { id, createdAt, updatedAt }: { readonly id: number; readonly createdAt: string; readonly updatedAt: string },
) => ({ id: nodeId(kind, id), databaseId: id, createdAt, updatedAt });

const addresses = (graph: Graph, resourcePath: string) => ({ resourcePath, url: graph.url(resourcePath) });

const repositoryFields = (graph: Graph, { id, login }: { readonly id: number; readonly login: string }) => ({
  repository({ name }: { name: string }) {
    const found = graph.visibleRepository(login, name);
    if (found === undefined) throw noSuch("Repository", `${login}/${name}`);
    return graph.repository(found);
  },
  repositories: (filter: Page & RepositoriesFilter) => repositoriesOf(graph, id, filter),
});
