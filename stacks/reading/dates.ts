import * as z from "zod";

import type { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";
import type { Onboarding } from "../../components/onboarding.ts";
import { secretKey } from "../../components/secret-changes.ts";
import type { SecretStore } from "../../components/secret-changes.ts";
import { resourceName } from "../organization-memory.ts";
import type { Memory } from "../organization-memory.ts";
import { pooled } from "./pooled.ts";

/** The stores of an entry that have secrets of ours. */
function storesOf({ secrets, dependabotSecrets, environments }: Onboarding): [SecretStore, string[]][] {
  const all: [SecretStore, string[]][] = [
    ["actions", Object.keys(secrets)],
    ["dependabot", Object.keys(dependabotSecrets)],
    ...Object.entries(environments).map(([name, environment]): [SecretStore, string[]] => [
      `environments/${name}`,
      Object.keys(environment.secrets),
    ]),
  ];
  return all.filter(([, names]) => names.length > 0);
}

const Listed = z.looseObject({ name: z.string(), updated_at: z.string() });

/** When GitHub says that secrets were written which we have written before; nothing is asked of others. */
export async function readDates(
  client: GitHubClient,
  owner: string,
  entries: readonly Onboarding[],
  memory: Memory,
): Promise<Map<string, string>> {
  const stores = entries.flatMap((entry) => {
    const resource = resourceName(memory, entry.name);
    const isWritten = (store: SecretStore, name: string) =>
      memory.secrets[secretKey(resource, store, name)]?.written !== undefined;
    return storesOf(entry)
      .map(([store, names]) => ({ repository: entry.name, resource, store, names }))
      .filter(({ store, names }) => names.some((name) => isWritten(store, name)));
  });
  const dates = await pooled(stores, async ({ repository, resource, store, names }) => {
    const listed = await listOrNone(client, `GET /repos/{owner}/{repo}/${store}/secrets`, owner, repository, "secrets");
    const byName = new Map(listed.map((one) => Listed.parse(one)).map((one) => [one.name, one.updated_at]));
    return names.flatMap((name) => {
      const date = byName.get(name.toUpperCase());
      return date === undefined ? [] : [[secretKey(resource, store, name), date] as const];
    });
  });
  return new Map(dates.flat());
}

/** Variables that are there already in repositories which the last update did not know. */
export async function readVariables(
  client: GitHubClient,
  owner: string,
  entries: readonly Onboarding[],
  memory: Memory,
): Promise<Set<string>> {
  const fresh = entries.filter(
    ({ name, variables }) => Object.keys(variables).length > 0 && !Object.hasOwn(memory.repositories, name),
  );
  const found = await pooled(fresh, async ({ name }) => {
    const listed = await listOrNone(client, "GET /repos/{owner}/{repo}/actions/variables", owner, name, "variables");
    return listed.map((one) => `${name}/${z.looseObject({ name: z.string() }).parse(one).name}`);
  });
  return new Set(found.flat());
}

/** A list inside of a repository; none where the repository, or what has the list, does not exist. */
async function listOrNone(
  client: GitHubClient,
  route: string,
  owner: string,
  repo: string,
  member: string,
): Promise<unknown[]> {
  try {
    return await client.list(route, { owner, repo }, member);
  } catch (error) {
    if (error instanceof GitHubFailure && error.status === 404) return [];
    throw error;
  }
}
