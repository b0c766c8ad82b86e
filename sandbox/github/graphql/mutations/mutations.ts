import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";

/**
 * Mutations by the name of their field: each takes its input, whose type is the schema's, and returns the fields of its
 * payload besides `clientMutationId`, or throws a Problem.
 */
export type Mutations = Readonly<Record<string, (graph: Graph, input: never) => Promise<View>>>;
