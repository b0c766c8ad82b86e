import * as z from "zod";

import type { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";
import type { Organization } from "../organization-config.ts";
import { permissionProblems } from "./app-permissions.ts";

/** What a classic token must be allowed, and what for (docs.github.com, "Scopes for OAuth apps"). */
const scopes: readonly { readonly anyOf: readonly string[]; readonly purpose: string }[] = [
  { anyOf: ["repo", "public_repo"], purpose: "rules, secrets and files of repositories" },
  { anyOf: ["workflow"], purpose: "files below .github/workflows" },
];

/** What is wrong with the organization or the token, and whether an Enterprise Server says so. */
export interface OrganizationCheck {
  readonly problems: readonly string[];
  readonly isServer: boolean;
}

/** Looks whether the organization is one, and whether the token's scopes will do. */
export async function checkOrganization(
  client: GitHubClient,
  { name, repositories }: Organization,
): Promise<OrganizationCheck> {
  try {
    const { body, headers } = await client.rest("GET /orgs/{org}", { org: name });
    z.looseObject({ login: z.string(), id: z.number() }).parse(body);
    // Fine-grained tokens have no scopes; what they may do shows only when they are refused.
    const given = headers["x-oauth-scopes"]?.split(/,\s*/);
    const missing = scopes.filter(({ anyOf }) => given !== undefined && !anyOf.some((scope) => given.includes(scope)));
    const problems = missing.map(
      ({ anyOf: [scope = ""], purpose }) =>
        `The token (drover:githubToken) lacks the scope ${scope}, which ${purpose} need; set one that has it: pulumi config set --secret githubToken`,
    );
    return {
      problems: [...problems, ...permissionProblems(repositories, client.permissions)],
      isServer: headers["x-github-enterprise-version"] !== undefined,
    };
  } catch (error) {
    if (!(error instanceof GitHubFailure) || error.status !== 404) throw error;
    const isUser = await client.rest("GET /users/{username}", { username: name }).then(
      () => true,
      () => false,
    );
    const what = isUser
      ? "which is a user: Drover works for organizations"
      : "which does not exist, or the token may not see it";
    return { problems: [`drover:organization is "${name}", ${what}`], isServer: false };
  }
}
