import type { Repository } from "../../model.ts";
import { gitNodeId } from "../../node-id.ts";
import { protectionOf } from "../../rules/applicable.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { branchProtectionRuleView } from "./branch-protection.ts";
import { objectView } from "./git-object.ts";
import { pullRequestsOf } from "./pull-request.ts";
import type { PullRequestsFilter } from "./pull-request.ts";

/** What a connection of refs can be narrowed and ordered by. */
export interface RefsFilter {
  /** As `refs/heads/`. */
  readonly refPrefix: string;
  readonly query?: string | null;
  readonly direction?: "ASC" | "DESC" | null;
  readonly orderBy?: { readonly direction: "ASC" | "DESC" } | null;
}

/** A ref by its full name, or a branch or tag by its short one; null where there is none. */
export async function findRef(graph: Graph, repository: Repository, name: string): Promise<View | null> {
  const all = await graph.store.git(repository).refs();
  for (const full of [name, `refs/${name}`, `refs/heads/${name}`, `refs/tags/${name}`]) {
    const sha = full.startsWith("refs/") ? all.get(full) : undefined;
    if (sha !== undefined) return refView(graph, repository, full, sha);
  }
  return null;
}

/** Refs by prefix, in the order of their names. */
export async function refsOf(
  graph: Graph,
  repository: Repository,
  { refPrefix, query = null, direction = null, orderBy = null, ...page }: Page & RefsFilter,
): Promise<View> {
  const prefix = refPrefix.endsWith("/") ? refPrefix : `${refPrefix}/`;
  const all = await graph.store.git(repository).refs();
  const wanted = [...all].filter(
    ([name]) => name.startsWith(prefix) && (query === null || name.slice(prefix.length).includes(query)),
  );
  if ((orderBy?.direction ?? direction) === "DESC") wanted.reverse();
  return connection("refs", wanted, page, ([name, sha]) => refView(graph, repository, name, sha));
}

/** GraphQL's `Ref`. */
export function refView(graph: Graph, repository: Repository, fullName: string, sha: string): View {
  const [prefix, name] = splitRef(fullName);
  return {
    __typename: "Ref",
    id: gitNodeId("Ref", repository.id, fullName),
    name,
    prefix,
    repository: () => graph.repository(repository),
    target: async () => objectView(graph, repository, await graph.store.git(repository).object(sha)),
    branchProtectionRule() {
      const rule = prefix === "refs/heads/" ? protectionOf(repository, name) : undefined;
      return rule === undefined ? null : branchProtectionRuleView(graph, repository, rule);
    },
    associatedPullRequests: (filter: Page & PullRequestsFilter) =>
      pullRequestsOf(
        "associatedPullRequests",
        graph,
        repository,
        repository.issues.filter(({ pullRequest }) => prefix === "refs/heads/" && pullRequest?.head.ref === name),
        filter,
      ),
  };
}

/** `refs/heads/a/b` is `refs/heads/` and `a/b`. */
function splitRef(fullName: string): [prefix: string, name: string] {
  const prefix = /^refs\/[^/]+\//u.exec(fullName)?.[0] ?? "";
  return [prefix, fullName.slice(prefix.length)];
}
