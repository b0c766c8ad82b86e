import { includesRole, isOwner, roleOf, teamsOf } from "../access.ts";
import type { Actor } from "../actor.ts";
import type { BypassActor, Repository, Role, Ruleset } from "../model.ts";
import type { Store } from "../store.ts";

/** Ids by which rulesets name the roles that repositories have by themselves. */
export const roleIds: ReadonlyMap<number, Role> = new Map([
  [1, "read"],
  [3, "triage"],
  [4, "write"],
  [2, "maintain"],
  [5, "admin"],
]);

/** Whether a bypass actor of a ruleset is, or includes, somebody. */
function covers(store: Store, repository: Repository, bypass: BypassActor, { user, app }: Actor): boolean {
  const { actor_type: type, actor_id: id } = bypass;
  if (type === "Integration") return app !== undefined && app.id === id;
  if (app !== undefined) return false;
  switch (type) {
    case "Team":
      return id !== null && teamsOf(store, user.id).has(id);
    case "User":
      return user.id === id;
    case "OrganizationAdmin":
      return isOwner(store.organizationById(repository.ownerId), user.id);
    case "RepositoryRole": {
      const role = roleIds.get(id ?? 0);
      return role !== undefined && includesRole(roleOf(store, user, repository), role);
    }
    case "DeployKey":
      // Clones here are over http alone; there are no keys.
      return false;
  }
}

/** How far a ruleset lets somebody by: always, only when merging a pull request, or not at all. */
export function bypassOf(
  store: Store,
  repository: Repository,
  ruleset: Ruleset,
  actor: Actor,
): "always" | "pull_request" | "exempt" | "never" {
  const modes = ruleset.bypassActors
    .filter((bypass) => covers(store, repository, bypass, actor))
    .map(({ bypass_mode: mode }) => mode);
  return (["exempt", "always", "pull_request"] as const).find((mode) => modes.includes(mode)) ?? "never";
}
