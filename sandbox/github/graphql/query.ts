import type { Cost } from "./cost.ts";
import type { View } from "./execute.ts";
import type { Graph } from "./graph.ts";
import { findNode } from "./nodes.ts";
import { noLogin, noSuch, Problem } from "./problem.ts";
import { organizationView, userView } from "./views/accounts.ts";

/** The state of the primary limit, as `rateLimit` tells it; `reset` in seconds since 1970. */
export interface Rate {
  readonly limit: number;
  readonly remaining: number;
  readonly used: number;
  readonly reset: number;
}

/** GraphQL's `Query`, the root of what can be asked for. */
export function queryView(graph: Graph, cost: Cost, rate: Rate): View {
  const node = ({ id }: { id: string }) => findNode(graph, id);
  const query = {
    __typename: "Query",
    viewer: () => userView(graph, graph.viewer),
    node,
    /** Each that is missing is null, with an error of its own. */
    nodes: ({ ids }: { ids: readonly string[] }) => ids.map((id) => node({ id })),
    organization({ login }: { login: string }) {
      const organization = graph.store.organization(login);
      if (organization === undefined) throw noLogin("Organization", login);
      return organizationView(graph, organization);
    },
    user({ login }: { login: string }) {
      const user = graph.store.user(login);
      if (user === undefined) throw noLogin("User", login);
      return userView(graph, user);
    },
    repositoryOwner({ login }: { login: string }) {
      const owner = graph.store.owner(login);
      return owner === undefined ? null : graph.owner(owner.id);
    },
    repository({ owner, name }: { owner: string; name: string }) {
      const repository = graph.visibleRepository(owner, name);
      if (repository === undefined) throw noSuch("Repository", `${owner}/${name}`);
      return graph.repository(repository);
    },
    rateLimit: ({ dryRun = false }: { dryRun?: boolean | null }) => {
      if (dryRun === true) throw new Problem("NOT_IN_STAND_IN", "Drover's stand-in for GitHub does not do dry runs");
      return {
        cost: cost.points,
        nodeCount: cost.nodes,
        limit: rate.limit,
        remaining: rate.remaining,
        used: rate.used,
        resetAt: new Date(rate.reset * 1000).toISOString().replace(".000Z", "Z"),
      };
    },
    relay: (): View => query,
  };
  return query;
}
