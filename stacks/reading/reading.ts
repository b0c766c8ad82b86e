import * as z from "zod";

import type { PackageFacts } from "../../components/container-package.ts";
import type { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";
import type { RepositoryFacts } from "../../components/repository-facts.ts";
import type { Organization } from "../organization-config.ts";
import type { Memory } from "../organization-memory.ts";
import { readActors } from "./actors.ts";
import type { ActorReading } from "./actors.ts";
import { readDates, readVariables } from "./dates.ts";
import { checkOrganization } from "./organization.ts";
import { readPackages } from "./packages.ts";
import { readRepositories } from "./repositories.ts";

/** What GitHub says before anything is declared. */
export interface Reading extends ActorReading {
  /** By the entry's name; those alone that exist. */
  readonly repositories: ReadonlyMap<string, RepositoryFacts>;
  /** All container packages of the organization; undefined where the token may not see them. */
  readonly packages: readonly PackageFacts[] | undefined;
  /** When secrets that we wrote were last written, by `secretKey`. */
  readonly dates: ReadonlyMap<string, string>;
  /** Variables that repositories have which are new in the list: `narrative/LOG_LEVEL`. */
  readonly variables: ReadonlySet<string>;
}

/**
 * Asks GitHub everything that a preview has to know, in few requests: one for the organization, one for every 25 repositories, one a
 * hundred packages, and one for every store of secrets that has some of ours.
 *
 * @returns what was read, or why it could not be
 */
export async function readGitHub(
  client: GitHubClient,
  organization: Organization,
  memory: Memory,
): Promise<{ reading?: Reading; problems: readonly string[] }> {
  const owner = organization.name;
  try {
    const { problems, isServer } = await checkOrganization(client, organization);
    if (problems.length > 0) return { problems };
    const [repositories, actors, packages] = await Promise.all([
      readRepositories(client, owner, organization.repositories),
      readActors(client, organization, isServer),
      readPackages(client, owner),
    ]);
    // Of others GitHub would only say that they may not be asked, and that they can't be administered is said anyway.
    const administered = organization.repositories.filter(({ name }) => {
      const facts = repositories.get(name);
      return facts !== undefined && (facts.permission === null || facts.permission === "ADMIN");
    });
    const [dates, variables] = await Promise.all([
      readDates(client, owner, administered, memory),
      readVariables(client, owner, administered, memory),
    ]);
    return { reading: { repositories, ...actors, packages, dates, variables }, problems: [] };
  } catch (error) {
    if (error instanceof GitHubFailure) return { problems: [error.message] };
    if (error instanceof z.ZodError) return { problems: [client.strange().message] };
    throw error;
  }
}
