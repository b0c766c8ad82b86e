import * as z from "zod";

import type { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";
import type { Organization } from "../organization-config.ts";

/** What a classic token must be allowed, and what for (docs.github.com, "Scopes for OAuth apps"). */
const scopes: readonly { readonly anyOf: readonly string[]; readonly purpose: string }[] = [
  { anyOf: ["repo", "public_repo"], purpose: "rules, secrets and files of repositories" },
  { anyOf: ["workflow"], purpose: "files below .github/workflows" },
];

/** Whether the organization is one, and whether the token's scopes will do. */
export async function checkOrganization(client: GitHubClient, { name }: Organization): Promise<string[]> {
  try {
    const { body, headers } = await client.rest("GET /orgs/{org}", { org: name });
    z.looseObject({ login: z.string(), id: z.number() }).parse(body);
    const given = headers["x-oauth-scopes"]?.split(/,\s*/);
    if (given === undefined) return [];
    return scopes
      .filter(({ anyOf }) => !anyOf.some((scope) => given.includes(scope)))
      .map(
        ({ anyOf: [scope = ""], purpose }) =>
          `The token (drover:githubToken) lacks the scope ${scope}, which ${purpose} need; set one that has it: pulumi config set --secret githubToken`,
      );
  } catch (error) {
    if (!(error instanceof GitHubFailure) || error.status !== 404) throw error;
    const { status } = await client.rest("GET /users/{username}", { username: name }).then(
      () => ({ status: 200 }),
      (failure: unknown) => ({ status: failure instanceof GitHubFailure ? failure.status : undefined }),
    );
    return [
      status === 200
        ? `drover:organization is "${name}", which is a user: Drover works for organizations`
        : `drover:organization is "${name}", which does not exist, or the token may not see it`,
    ];
  }
}
