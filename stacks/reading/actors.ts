import * as z from "zod";

import { actorParts, needsId } from "../../components/actors.ts";
import type { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";
import type { ActorName, Onboarding } from "../../components/onboarding.ts";
import type { Organization } from "../organization-config.ts";
import { pooled } from "./pooled.ts";
import type { Reading } from "./reading.ts";
import { refuseErrors } from "./refuse-errors.ts";

/** Every actor that an entry names. */
const actorNames = (entries: readonly Onboarding[]): ActorName[] => [
  ...new Set(
    entries.flatMap(({ protection, environments }) => [
      ...protection.bypass,
      ...Object.values(environments).flatMap(({ reviewers }) => reviewers),
    ]),
  ),
];

const Numbered = z.looseObject({ databaseId: z.number() }).nullish();

/** Finds the ids of all actors that entries name, and the account of the credential. */
export async function readActors(
  client: GitHubClient,
  { name: owner, credential, repositories }: Organization,
): Promise<Pick<Reading, "actors" | "self">> {
  const names = actorNames(repositories).filter(needsId);
  const kind = (wanted: string) => names.filter((name) => actorParts(name)[0] === wanted);
  const text = (name: ActorName) => JSON.stringify(actorParts(name)[1]);
  const teams = kind("team").map((name, index) => `t${String(index)}: team(slug: ${text(name)}) { databaseId }`);
  const users = kind("user").map((name, index) => `u${String(index)}: user(login: ${text(name)}) { databaseId }`);
  const query = [
    ...(credential.kind === "token" ? ["viewer { databaseId }"] : []),
    ...(teams.length === 0 ? [] : [`organization(login: ${JSON.stringify(owner)}) { ${teams.join(" ")} }`]),
    ...users,
  ];
  const { data, errors } =
    query.length === 0 ? { data: {}, errors: [] } : await client.graphql(`query { ${query.join(" ")} }`);
  refuseErrors(errors);
  const inOrganization = z.record(z.string(), z.unknown()).catch({}).parse(data["organization"]);
  const apps = await pooled(kind("app"), (name) => appId(client, actorParts(name)[1]));
  const ids: [ActorName, number | undefined][] = [
    ...kind("team").map((name, index): [ActorName, number | undefined] => [
      name,
      Numbered.parse(inOrganization[`t${String(index)}`])?.databaseId,
    ]),
    ...kind("user").map((name, index): [ActorName, number | undefined] => [
      name,
      Numbered.parse(data[`u${String(index)}`])?.databaseId,
    ]),
    ...kind("app").map((name, index): [ActorName, number | undefined] => [name, apps[index]]),
  ];
  const viewer = Numbered.parse(data["viewer"])?.databaseId;
  const actor =
    credential.kind === "app"
      ? { actorType: "Integration" as const, actorId: Number(credential.id) }
      : viewer === undefined
        ? undefined
        : { actorType: "User" as const, actorId: viewer };
  return {
    actors: new Map(ids.flatMap(([name, id]) => (id === undefined ? [] : [[name, id]]))),
    self: actor && { ...actor, bypassMode: "always" },
  };
}

async function appId(client: GitHubClient, slug: string): Promise<number | undefined> {
  try {
    const { body } = await client.rest("GET /apps/{app_slug}", { app_slug: slug });
    return z.looseObject({ id: z.number() }).parse(body).id;
  } catch (error) {
    if (error instanceof GitHubFailure && error.status === 404) return undefined;
    throw error;
  }
}
