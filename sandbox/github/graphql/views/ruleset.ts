import { includesRole } from "../../access.ts";
import type { BypassActor, Repository, Rule, Ruleset } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { roleIds } from "../../rules/bypass.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";

/** GraphQL's `RepositoryRuleset`. Who may bypass it shows only to those who may change it. */
export const rulesetView = (graph: Graph, repository: Repository, ruleset: Ruleset): View => ({
  __typename: "RepositoryRuleset",
  id: nodeId("RepositoryRuleset", ruleset.id),
  databaseId: ruleset.id,
  name: ruleset.name,
  target: ruleset.target.toUpperCase(),
  enforcement: ruleset.enforcement.toUpperCase(),
  createdAt: ruleset.createdAt,
  updatedAt: ruleset.updatedAt,
  source: () => graph.repository(repository),
  conditions: { refName: ruleset.refName, repositoryId: null, repositoryName: null, repositoryProperty: null },
  bypassActors: (page: Page) =>
    includesRole(graph.roleOf(repository), "admin")
      ? connection("bypassActors", ruleset.bypassActors, page, (actor) =>
          bypassActorView(graph, repository, ruleset, actor),
        )
      : null,
  rules({ type = null, ...page }: Page & { type?: string | null }) {
    const wanted = ruleset.rules.filter((rule) => type === null || rule.type.toUpperCase() === type);
    return connection("rules", wanted, page, (rule) => ruleView(graph, repository, ruleset, rule));
  },
});

function bypassActorView(
  graph: Graph,
  repository: Repository,
  ruleset: Ruleset,
  { actor_type: type, actor_id: id, bypass_mode: mode }: BypassActor,
): View {
  const isRole = type === "RepositoryRole";
  return {
    id: `${nodeId("RepositoryRuleset", ruleset.id)}:${type}:${id ?? 0}`,
    actor: () => (type === "Team" ? graph.teamById(id) : type === "Integration" ? graph.appById(id) : null),
    bypassMode: mode === "pull_request" ? "PULL_REQUEST" : "ALWAYS",
    deployKey: type === "DeployKey",
    enterpriseOwner: false,
    organizationAdmin: type === "OrganizationAdmin",
    repositoryRoleDatabaseId: isRole ? id : null,
    repositoryRoleName: isRole ? (roleIds.get(id ?? 0) ?? null) : null,
    repositoryRuleset: () => rulesetView(graph, repository, ruleset),
  };
}

const ruleView = (graph: Graph, repository: Repository, ruleset: Ruleset, rule: Rule): View => ({
  id: `${nodeId("RepositoryRuleset", ruleset.id)}:${rule.type}`,
  type: rule.type.toUpperCase(),
  parameters: "parameters" in rule && rule.parameters !== undefined ? parametersView(rule.type, rule.parameters) : null,
  repositoryRuleset: () => rulesetView(graph, repository, ruleset),
});

/** A rule's parameters: REST's names in GraphQL's spelling, with what REST may leave out. */
function parametersView(type: Rule["type"], parameters: object): View {
  const given = camelCased(parameters) as Readonly<Record<string, unknown>>;
  const checks = given["requiredStatusChecks"];
  return {
    __typename: `${camelCase(`_${type}`)}Parameters`,
    ...defaults[type],
    ...(type.endsWith("_pattern") ? { name: null, negate: false } : {}),
    ...given,
    ...(Array.isArray(checks)
      ? { requiredStatusChecks: checks.map((check: object) => ({ integrationId: null, ...check })) }
      : {}),
  };
}

const defaults: Readonly<Partial<Record<Rule["type"], object>>> = {
  pull_request: { allowedMergeMethods: ["merge", "squash", "rebase"] },
  required_status_checks: { doNotEnforceOnCreate: false },
};

const camelCase = (name: string) => name.replaceAll(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [camelCase(name), camelCased(one)]));
}
