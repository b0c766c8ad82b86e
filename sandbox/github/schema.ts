import type { components } from "@octokit/openapi-types";

/** A schema of GitHub's published OpenAPI description, as the type of what an answer must have. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
