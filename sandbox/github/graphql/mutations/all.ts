import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { branchProtectionMutations } from "./branch-protection.ts";

/**
 * Mutations by the name of their field: each takes its input, whose type is the schema's, and returns the fields of its
 * payload besides `clientMutationId`, or throws a Problem.
 */
export type Mutations = Readonly<Record<string, (graph: Graph, input: never) => Promise<View>>>;

const all: Mutations = { ...branchProtectionMutations };

/** GraphQL's `Mutation`, the root of what can be changed. */
export const mutationView = (graph: Graph): View => ({
  __typename: "Mutation",
  ...Object.fromEntries(
    Object.entries(all).map(([name, run]) => [
      name,
      async ({ input }: { input: { readonly clientMutationId?: string | null } }) => ({
        clientMutationId: input.clientMutationId ?? null,
        // An input that does not fit the schema was refused before.
        ...(await run(graph, input as never)),
      }),
    ]),
  ),
});
