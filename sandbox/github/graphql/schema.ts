import { readFileSync } from "node:fs";

import { buildASTSchema, parse } from "graphql";
import type { GraphQLSchema } from "graphql";

let built: GraphQLSchema | undefined;

/**
 * GitHub's published GraphQL schema, out of `@octokit/graphql-schema`. The first call reads and builds it, which takes
 * about a third of a second; it is taken as valid, since GitHub publishes it from the running service.
 */
export function githubSchema(): GraphQLSchema {
  built ??= buildASTSchema(parse(readFileSync(schemaFile(), "utf8"), { noLocation: true }), { assumeValid: true });
  return built;
}

/** Beside the package's entry, which would also load the same schema as five megabytes of JSON. */
const schemaFile = () => new URL("schema.graphql", import.meta.resolve("@octokit/graphql-schema"));
