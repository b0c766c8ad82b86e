import type { GraphqlAnswer } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";

/**
 * Takes answers of GraphQL that say what does not exist, and no others.
 *
 * @throws GitHubFailure with GitHub's own words
 */
export function refuseErrors(errors: GraphqlAnswer["errors"]): void {
  const other = errors.find(({ type }) => type !== "NOT_FOUND");
  if (other !== undefined)
    throw new GitHubFailure(`GitHub does not answer what it was asked: ${other.message}; nothing was changed`);
}
