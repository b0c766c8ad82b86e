import { getOperationAST, Kind, parse } from "graphql";

import { queryCost } from "../graphql/cost.ts";

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
    primary: route === "/rate_limit" ? 0 : 1,
    points: reads ? 1 : 5,
    content: !reads && contentRoutes.some((one) => one.test(`${method} ${path}`)),
  };
}

/** Facts of a request to the GraphQL API; what does not parse counts as a query of one point. */
export function graphqlFacts(query: string, variables: Readonly<Record<string, unknown>>): RequestFacts {
  const { type, fields, points } = operationOf(query, variables);
  const mutates = type === "mutation";
  return {
    resource: "graphql",
    endpoint: `${type} ${fields[0] ?? ""}`.trim(),
    primary: points,
    points: mutates ? 5 : 1,
    content: mutates && fields.some((field) => contentMutations.has(field)),
  };
}

/** The first operation of a document: its type, the names of its fields, and what it costs of the primary limit. */
export function operationOf(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): { readonly type: string; readonly fields: readonly string[]; readonly points: number } {
  try {
    const document = parse(query, { noLocation: true });
    const operation = getOperationAST(document);
    if (operation != null)
      return {
        type: operation.operation,
        fields: operation.selectionSet.selections.flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : [])),
        points: queryCost(document, operation, variables).points,
      };
  } catch {
    // What is wrong with it is said by who answers it.
  }
  return { type: "query", fields: [], points: 1 };
}
