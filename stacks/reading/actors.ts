import * as z from "zod";

import { actorParts, bypassActors, needsId } from "../../components/actors.ts";
import type { ActorIds, BypassActor } from "../../components/actors.ts";
import type { Credential } from "../../components/github-access.ts";
import type { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";
import type { ActorName, Onboarding } from "../../components/onboarding.ts";
import type { Organization } from "../organization-config.ts";
import { pooled } from "./pooled.ts";
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
const idOf = (answer: unknown) => Numbered.parse(answer)?.databaseId;
const byKind = (names: readonly ActorName[], wanted: string) =>
  names.map(actorParts).flatMap(([kind, name]) => (kind === wanted ? [name] : []));
/** An alias in GraphQL for each of some names. */
const aliased = (names: readonly string[], letter: string, fieldOf: (text: string) => string) =>
  names.map((name, index) => `${letter}${String(index)}: ${fieldOf(JSON.stringify(name))} { databaseId }`);

/** Who entries name, and who asks. */
export interface ActorReading {
  /** The ids of all actors that entries name. */
  readonly actors: ActorIds;
  /** The account that Drover works as. */
  readonly self: BypassActor | undefined;
}

/** Finds the ids of all actors that entries name, and the account of the credential. */
export async function readActors(
  client: GitHubClient,
  { name: owner, credential, repositories }: Organization,
  isServer: boolean,
): Promise<ActorReading> {
  const names = actorNames(repositories).filter(needsId);
  const [teams, users, apps] = [byKind(names, "team"), byKind(names, "user"), byKind(names, "app")];
  const query = [
    ...(credential.kind === "token" ? ["viewer { databaseId }"] : []),
    ...(teams.length === 0
      ? []
      : [
          `organization(login: ${JSON.stringify(owner)}) {`,
          ...aliased(teams, "t", (slug) => `team(slug: ${slug})`),
          "}",
        ]),
    ...aliased(users, "u", (login) => `user(login: ${login})`),
  ];
  const { data, errors } =
    query.length === 0 ? { data: {}, errors: [] } : await client.graphql(`query { ${query.join(" ")} }`);
  refuseErrors(errors);
  const inOrganization = z.record(z.string(), z.unknown()).catch({}).parse(data["organization"]);
  const appIds = await pooled(apps, (slug) => appId(client, slug));
  const ids = [
    ...teams.map((slug, index) => ({ name: `team:${slug}`, id: idOf(inOrganization[`t${String(index)}`]) })),
    ...users.map((login, index) => ({ name: `user:${login}`, id: idOf(data[`u${String(index)}`]) })),
    ...apps.map((slug, index) => ({ name: `app:${slug}`, id: appIds[index] })),
  ];
  return {
    actors: new Map(ids.flatMap(({ name, id }) => (id === undefined ? [] : [[name, id]]))),
    self: selfOf(credential, idOf(data["viewer"]), isServer),
  };
}

/** The account of a credential as a bypass actor. An Enterprise Server takes no single users; the token's account is an administrator. */
export function selfOf(credential: Credential, viewer: number | undefined, isServer: boolean): BypassActor | undefined {
  const bypassMode = "always";
  if (credential.kind === "app") return { actorType: "Integration", actorId: Number(credential.id), bypassMode };
  if (isServer) return bypassActors(["role:admin"], new Map(), undefined)[0];
  return viewer === undefined ? undefined : { actorType: "User", actorId: viewer, bypassMode };
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
