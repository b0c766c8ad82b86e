import { GitHubError } from "../../errors.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { problemOf } from "../problem.ts";
import { branchProtectionMutations } from "./branch-protection.ts";
import { commitMutations } from "./commit.ts";
import type { Mutations } from "./mutations.ts";
import { pullRequestMutations } from "./pull-request.ts";

const all: Mutations = { ...branchProtectionMutations, ...commitMutations, ...pullRequestMutations };

/** GraphQL's `Mutation`, the root of what can be changed. */
export const mutationView = (graph: Graph): View => ({
  __typename: "Mutation",
  ...Object.fromEntries(
    Object.entries(all).map(([name, run]) => [
      name,
      async ({ input }: { input: { readonly clientMutationId?: string | null } }) => ({
        clientMutationId: input.clientMutationId ?? null,
        // An input that does not fit the schema was refused before.
        ...(await run(graph, input as never).catch((error: unknown) => {
          throw error instanceof GitHubError ? problemOf(error) : error;
        })),
      }),
    ]),
  ),
});
