import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";

import { authenticate } from "../authenticate.ts";
import { GitHubError } from "../errors.ts";
import type { Store } from "../store.ts";
import { Graph } from "./graph.ts";
import type { Rate } from "./query.ts";

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** What the GraphQL API needs besides the store. */
export interface GraphqlOptions {
  readonly log: (line: string) => void;
  /** The state of the caller's primary limit. */
  readonly rate: (request: FastifyRequest) => Rate;
}

/** The GraphQL API, at `/graphql` and, for clients of GitHub Enterprise Server, at `/api/graphql`. */
export function graphqlRoutes(root: FastifyInstance, store: Store, { log, rate }: GraphqlOptions): void {
  void root.register((app, _options, done) => {
    app.addHook("onRequest", authenticate(store));
    const handler = async (request: FastifyRequest) => {
      const { caller } = request;
      if (caller.user === undefined)
        throw new GitHubError(401, "This endpoint requires you to be authenticated.", {
          documentationUrl:
            "https://docs.github.com/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql",
        });
      const body = Body.safeParse(request.body);
      if (!body.success) throw new GitHubError(400, "A query attribute must be specified and must be a string.");
      const { query, variables, operationName } = body.data;
      // What it takes to run queries is loaded when the first one comes: most starts of the stand-in need none of it.
      const { answer } = await import("./answer.ts");
      return answer(
        new Graph(store, caller, caller.user, `${request.protocol}://${request.host}`),
        { query, variables: variables ?? {}, operationName: operationName ?? undefined },
        rate(request),
        log,
      );
    };
    for (const url of ["/graphql", "/api/graphql"]) app.post(url, handler);
    done();
  });
}
