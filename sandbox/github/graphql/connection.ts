import { Problem } from "./problem.ts";

/** The arguments of every connection. */
export interface Page {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** A part of a list, as GraphQL's connections have it. Nodes are made only for the part. */
export interface Connection<Node> {
  readonly totalCount: number;
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const mostRecords = 100;

/**
 * The part of a list that a query asks for.
 *
 * @param name the connection's field, for errors
 * @param view makes a node of an item
 * @throws Problem where GitHub insists on `first` or `last` between 1 and 100, or does not know a cursor
 */
export function connection<Item, Node>(
  name: string,
  items: readonly Item[],
  page: Page,
  view: (item: Item) => Node,
): Connection<Node> {
  checkBounds(name, page);
  let start = page.after == null ? 0 : position(page.after, "after") + 1;
  let end = page.before == null ? items.length : Math.min(items.length, position(page.before, "before"));
  if (page.first != null) end = Math.min(end, start + page.first);
  if (page.last != null) start = Math.max(start, end - page.last);
  const edges = items.slice(start, end).map((item, index) => ({ cursor: cursor(start + index), node: view(item) }));
  return {
    totalCount: items.length,
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function checkBounds(name: string, { first, last }: Page): void {
  if (first == null && last == null)
    throw new Problem(
      "MISSING_PAGINATION_BOUNDARIES",
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    );
  for (const [bound, size] of Object.entries({ first, last })) {
    if (size == null) continue;
    if (size > mostRecords)
      throw new Problem(
        "EXCESSIVE_PAGINATION",
        `Requesting ${size} records on the \`${name}\` connection exceeds the \`${bound}\` limit of ${mostRecords} records.`,
      );
    if (size < 0)
      throw new Problem("EXCESSIVE_PAGINATION", `\`${bound}\` on the \`${name}\` connection cannot be less than zero.`);
  }
}

const cursor = (index: number) => Buffer.from(`cursor:v2:${index}`).toString("base64");

function position(text: string, argument: string): number {
  const found = /^cursor:v2:(\d+)$/u.exec(Buffer.from(text, "base64").toString())?.[1];
  if (found === undefined)
    throw new Problem(
      "INVALID_CURSOR_ARGUMENTS",
      `\`${text}\` does not appear to be a valid cursor for \`${argument}\`.`,
    );
  return Number(found);
}
