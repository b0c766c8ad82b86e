import { unprocessable, validationFailed } from "../errors.ts";
import type { BypassActor, Repository, Rule } from "../model.ts";
import type { Store } from "../store.ts";
import { roleIds } from "./bypass.ts";

/** The App of GitHub Actions, which reports the checks of workflows. */
export const actionsAppId = 15_368;

/** Refuses bypass actors that do not exist or that GitHub does not take in a repository's ruleset. */
export function checkBypassActors(store: Store, repository: Repository, actors: readonly BypassActor[]): void {
  const organization = store.organizationById(repository.ownerId);
  for (const { actor_type: type, actor_id: id } of actors)
    switch (type) {
      case "Team": {
        const team = store.accounts.teams.find((one) => one.id === id);
        if (team?.organizationId !== repository.ownerId)
          throw validationFailed(`Actor team ${String(id)} must be part of the owner organization`);
        break;
      }
      case "Integration": {
        const app = store.accounts.apps.find((one) => one.id === id);
        const installed = app?.installations.some(({ organizationId }) => organizationId === repository.ownerId);
        if (installed !== true || id === actionsAppId)
          throw validationFailed(
            `Actor ${app?.name ?? String(id)} integration must be part of the ruleset source or owner organization`,
          );
        break;
      }
      case "RepositoryRole":
        if (!roleIds.has(id ?? 0)) throw validationFailed(`Actor repository role ${String(id)} does not exist`);
        break;
      case "OrganizationAdmin":
        if (organization === undefined)
          throw validationFailed("Actor organization admin is only for repositories of organizations");
        break;
      case "User":
        if (organization?.members.some(({ userId }) => userId === id) !== true)
          throw validationFailed(`Actor user ${String(id)} must be part of the owner organization`);
        break;
      case "DeployKey":
        break;
    }
  const keys = actors.map(({ actor_type: type, actor_id: id }) => `${type} ${String(id)}`);
  if (new Set(keys).size < keys.length) throw validationFailed("Bypass actors must be unique");
}

/** Refuses rules that make no sense for what the ruleset is about. */
export function checkRules(store: Store, target: "branch" | "tag" | "push", rules: readonly Rule[]): void {
  const types = rules.map(({ type }) => type);
  if (new Set(types).size < types.length) throw validationFailed("Rules must be unique");
  const onlyBranches = new Set<Rule["type"]>(["pull_request", "merge_queue", "branch_name_pattern"]);
  const wrong = types.find((type) => (target === "tag" ? onlyBranches.has(type) : type === "tag_name_pattern"));
  if (wrong !== undefined)
    throw unprocessable("Validation Failed", `Invalid rule '${wrong}': not for target ${target}`);
  if (target === "push" && types.length > 0)
    throw unprocessable("Validation Failed", `Invalid rule '${types[0] ?? ""}': not for target push`);
  for (const rule of rules) {
    if (rule.type !== "required_status_checks") continue;
    if (rule.parameters.required_status_checks.length === 0)
      throw unprocessable("Validation Failed", "Invalid rule 'required_status_checks': no check is named");
    const unknown = rule.parameters.required_status_checks.find(
      ({ integration_id: id }) => id != null && !store.accounts.apps.some((app) => app.id === id),
    );
    if (unknown !== undefined)
      throw unprocessable(
        "Validation Failed",
        `Invalid rule 'required_status_checks': integration ${String(unknown.integration_id)} does not exist`,
      );
  }
}
