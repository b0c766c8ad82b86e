import type { Repository } from "../../model.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { Problem } from "../problem.ts";

/** What a connection of repositories can be narrowed and ordered by. */
export interface RepositoriesFilter {
  readonly isArchived?: boolean | null;
  readonly visibility?: string | null;
  readonly privacy?: "PUBLIC" | "PRIVATE" | null;
  readonly orderBy?: { readonly field: string; readonly direction: "ASC" | "DESC" } | null;
}

/** An owner's repositories, as far as the viewer may see them. */
export function repositoriesOf(
  graph: Graph,
  ownerId: number,
  { isArchived = null, visibility = null, privacy = null, orderBy = null, ...page }: Page & RepositoriesFilter,
): View {
  const wanted = graph.store
    .repositories()
    .filter(
      (one) =>
        one.ownerId === ownerId &&
        graph.sees(one) &&
        (isArchived === null || one.archived === isArchived) &&
        (visibility === null || one.visibility.toUpperCase() === visibility) &&
        (privacy === null || (one.visibility === "public") === (privacy === "PUBLIC")),
    );
  if (orderBy !== null) {
    const key = orderKeys[orderBy.field];
    if (key === undefined)
      throw new Problem(
        "NOT_IN_STAND_IN",
        `Drover's stand-in for GitHub does not order repositories by ${orderBy.field}; GitHub itself does`,
      );
    wanted.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    if (orderBy.direction === "DESC") wanted.reverse();
  }
  return connection("repositories", wanted, page, (repository) => graph.repository(repository));
}

const orderKeys: Readonly<Record<string, ((repository: Repository) => string) | undefined>> = {
  NAME: ({ name }) => name.toLowerCase(),
  CREATED_AT: ({ createdAt }) => createdAt,
  UPDATED_AT: ({ updatedAt }) => updatedAt,
  PUSHED_AT: ({ pushedAt }) => pushedAt ?? "",
};
