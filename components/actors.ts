import type { ActorName } from "./onboarding.ts";

/** Somebody who may bypass a ruleset, as the provider takes it. */
export interface BypassActor {
  readonly actorType: "DeployKey" | "Integration" | "OrganizationAdmin" | "RepositoryRole" | "Team" | "User";
  readonly actorId?: number;
  readonly bypassMode: "always";
}

/** Ids of the repository roles that can bypass (docs.github.com, "Create a repository ruleset"; GitHub's API names them nowhere else). */
const roles: Readonly<Record<string, number>> = { "role:maintain": 2, "role:write": 4, "role:admin": 5 };

/** What kind of actor a name is, and the name without it: `["team", "devops"]`. */
export function actorParts(name: ActorName): [kind: string, name: string] {
  const colon = name.indexOf(":");
  return colon < 0 ? [name, ""] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Whether GitHub must be asked for an actor's id. */
export const needsId = (name: ActorName): boolean => ["team", "user", "app"].includes(actorParts(name)[0]);

/** Ids of actors by name, as GitHub has them. */
export type ActorIds = ReadonlyMap<ActorName, number>;

/**
 * The actors of a ruleset, sorted, so that their order never shows as a change. Names whose ids are not known are left out: that they are
 * missing has been said before.
 *
 * @param self the account that Drover works as: without it, a protected branch would refuse the next version of the workflow file
 */
export function bypassActors(names: readonly ActorName[], ids: ActorIds, self: BypassActor | undefined): BypassActor[] {
  const actors = [...names.flatMap((name) => actorOf(name, ids)), ...(self === undefined ? [] : [self])];
  const byKey = new Map(actors.map((actor) => [`${actor.actorType} ${String(actor.actorId ?? "")}`, actor]));
  return [...byKey.values()].sort(
    (a, b) => (a.actorId ?? 0) - (b.actorId ?? 0) || (a.actorType < b.actorType ? -1 : 1),
  );
}

function actorOf(name: ActorName, ids: ActorIds): BypassActor[] {
  const bypassMode = "always";
  const role = roles[name];
  if (role !== undefined) return [{ actorType: "RepositoryRole", actorId: role, bypassMode }];
  // These two have no id: one that was written would look like a change for ever.
  if (name === "organization-admins") return [{ actorType: "OrganizationAdmin", bypassMode }];
  if (name === "deploy-keys") return [{ actorType: "DeployKey", bypassMode }];
  const types = { team: "Team", user: "User", app: "Integration" } as const;
  const [kind] = actorParts(name);
  const actorId = ids.get(name);
  return actorId === undefined || !isKey(types, kind) ? [] : [{ actorType: types[kind], actorId, bypassMode }];
}

const isKey = <Key extends string>(object: Readonly<Record<Key, unknown>>, key: string): key is Key =>
  Object.hasOwn(object, key);

/** Ids of an environment's reviewers, teams and users apart and sorted. */
export function reviewerIds(names: readonly ActorName[], ids: ActorIds): { teams: number[]; users: number[] } {
  const idsOf = (kind: string) =>
    names
      .filter((name) => actorParts(name)[0] === kind)
      .flatMap((name) => ids.get(name) ?? [])
      .sort((a, b) => a - b);
  return { teams: idsOf("team"), users: idsOf("user") };
}
