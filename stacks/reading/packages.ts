import * as z from "zod";

import type { PackageFacts } from "../../components/container-package.ts";
import type { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";

const Package = z.looseObject({
  name: z.string(),
  visibility: z.string(),
  repository: z.looseObject({ name: z.string() }).nullish(),
});

/** All container packages in one listing. Apps and fine-grained tokens may not see them, and an Enterprise Server may have none. */
export async function readPackages(client: GitHubClient, owner: string): Promise<PackageFacts[] | undefined> {
  try {
    const all = await client.list("GET /orgs/{org}/packages", { org: owner, package_type: "container" });
    return all
      .map((one) => Package.parse(one))
      .map(({ name, visibility, repository }) => ({ name, visibility, repository: repository?.name }));
  } catch (error) {
    if (error instanceof GitHubFailure && !error.limited && [400, 403, 404].includes(error.status ?? 0))
      return undefined;
    throw error;
  }
}
