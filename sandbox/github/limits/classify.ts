import { Kind, parse } from "graphql";

/** What the limits need to know of a request. */
export interface RequestFacts {
  readonly resource: "core" | "graphql";
  /** The method and the route's pattern; of GraphQL the operation's type and first field. */
  readonly endpoint: string;
  /** Of the primary limit. */
  readonly primary: number;
  /** Of the secondary limit: points. */
  readonly points: number;
  /** Whether it creates content. */
  readonly content: boolean;
}

/** Requests of the REST API that create content: what GitHub shows to people, or tells them of. */
const contentRoutes: readonly RegExp[] = [
  /^(?:PUT|DELETE) \/repos\/[^/]+\/[^/]+\/contents\//u,
  /^POST \/repos\/[^/]+\/[^/]+\/(?:git\/commits|merges|pulls|issues|releases|forks)$/u,
  /^POST \/repos\/[^/]+\/[^/]+\/(?:pulls|issues)\/[^/]+\/(?:comments|reviews|requested_reviewers)(?:\/|$)/u,
  /^PUT \/repos\/[^/]+\/[^/]+\/pulls\/[^/]+\/merge$/u,
  /^PATCH \/repos\/[^/]+\/[^/]+\/(?:pulls|issues)\/\d+$/u,
  /^PATCH \/repos\/[^/]+\/[^/]+\/(?:pulls|issues)\/comments\//u,
  /^POST \/repos\/[^/]+\/[^/]+\/commits\/[^/]+\/comments$/u,
  /^POST \/(?:orgs\/[^/]+|user)\/repos$/u,
];

const contentMutations = new Set([
  "addComment",
  "addPullRequestReview",
  "closePullRequest",
  "createCommitOnBranch",
  "createIssue",
  "createPullRequest",
  "createRepository",
  "mergeBranch",
  "mergePullRequest",
  "requestReviews",
  "submitPullRequestReview",
  "updateIssueComment",
  "updatePullRequest",
]);

const readMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** Facts of a request to the REST API. @param route the route's pattern, for counting by endpoint */
export function restFacts(method: string, path: string, route: string): RequestFacts {
  const reads = readMethods.has(method);
  return {
    resource: "core",
    endpoint: `${method} ${route}`,
    primary: 1,
    points: reads ? 1 : 5,
    content: !reads && contentRoutes.some((one) => one.test(`${method} ${path}`)),
  };
}

/** Facts of a request to the GraphQL API. @param cost its points of the primary limit */
export function graphqlFacts(query: string, cost: number): RequestFacts {
  const { type, fields } = operationOf(query);
  const mutates = type === "mutation";
  return {
    resource: "graphql",
    endpoint: `${type} ${fields[0] ?? ""}`.trim(),
    primary: cost,
    points: mutates ? 5 : 1,
    content: mutates && fields.some((field) => contentMutations.has(field)),
  };
}

/** The first operation of a document and the names of its fields; a document that does not parse counts as a query. */
export function operationOf(query: string): { readonly type: string; readonly fields: readonly string[] } {
  try {
    for (const definition of parse(query, { noLocation: true }).definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION)
        return {
          type: definition.operation,
          fields: definition.selectionSet.selections.flatMap((one) =>
            one.kind === Kind.FIELD ? [one.name.value] : [],
          ),
        };
  } catch {
    // GitHub counts it too; what is wrong with it is said by who answers it.
  }
  return { type: "query", fields: [] };
}
