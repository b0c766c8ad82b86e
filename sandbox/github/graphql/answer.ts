import { OperationTypeNode } from "graphql";

import { prepare, run } from "./execute.ts";
import type { GraphqlAnswer, GraphqlRequest } from "./execute.ts";
import type { Graph } from "./graph.ts";
import { mutationView } from "./mutations/all.ts";
import { queryView } from "./query.ts";
import type { Rate } from "./query.ts";

/** Answers one request to the GraphQL API. */
export async function answer(
  graph: Graph,
  request: GraphqlRequest,
  rate: Rate,
  log: (line: string) => void,
): Promise<GraphqlAnswer> {
  const prepared = prepare(request);
  if (!("document" in prepared)) return prepared;
  const mutates = prepared.operation.operation === OperationTypeNode.MUTATION;
  return run(prepared, mutates ? mutationView(graph) : queryView(graph, prepared.cost, rate), log);
}
