import { getOperationAST, Kind, parse } from "graphql";

import { queryCost } from "../graphql/cost.ts";
import type { RequestFacts } from "./rest-facts.ts";

/** Mutations that create content, as `contentRoutes` of the REST API do. */
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

/** Facts of a request to the GraphQL API; what does not parse counts as a query of one point. */
export function graphqlFacts(
  query: string,
  variables: Readonly<Record<string, unknown>>,
): RequestFacts & { readonly fields: readonly string[] } {
  const { type, fields, points } = operationOf(query, variables);
  const mutates = type === "mutation";
  return {
    resource: "graphql",
    endpoint: `${type} ${fields[0] ?? ""}`.trim(),
    primary: points,
    points: mutates ? 5 : 1,
    content: mutates && fields.some((field) => contentMutations.has(field)),
    fields,
  };
}

/** The first operation of a document: its type, the names of its fields, and what it costs of the primary limit. */
function operationOf(
  query: string,
  variables: Readonly<Record<string, unknown>>,
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
