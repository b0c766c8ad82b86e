import type { Actor } from "../actor.ts";
import { nodeId } from "../node-id.ts";
import type { Repository, Rule, Ruleset } from "../model.ts";
import { bypassOf } from "../rules/bypass.ts";
import type { Store } from "../store.ts";
import { fullName } from "../urls.ts";
import type { Urls } from "../urls.ts";

/** A rule with the values that GitHub takes for what was not said. */
export function ruleView(rule: Rule): Rule {
  switch (rule.type) {
    case "update":
      return { ...rule, parameters: rule.parameters ?? { update_allows_fetch_and_merge: false } };
    case "pull_request": {
      const { allowed_merge_methods: methods, ...rest } = rule.parameters;
      return { ...rule, parameters: { ...rest, allowed_merge_methods: methods ?? ["merge", "squash", "rebase"] } };
    }
    case "required_status_checks": {
      const { do_not_enforce_on_create: lax, required_status_checks: checks, ...rest } = rule.parameters;
      return {
        ...rule,
        parameters: {
          ...rest,
          do_not_enforce_on_create: lax ?? false,
          required_status_checks: checks.map(({ context, integration_id: id }) => ({
            context,
            ...(id == null ? {} : { integration_id: id }),
          })),
        },
      };
    }
    default:
      return rule;
  }
}

/** A ruleset as the list shows it. */
export function shortRuleset(store: Store, urls: Urls, repository: Repository, ruleset: Ruleset) {
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: ruleset.target,
    source_type: "Repository" as const,
    source: fullName(store, repository),
    enforcement: ruleset.enforcement,
    node_id: nodeId("RepositoryRuleset", ruleset.id),
    created_at: ruleset.createdAt,
    updated_at: ruleset.updatedAt,
    _links: {
      self: { href: `${urls.repository(store, repository)}/rulesets/${String(ruleset.id)}` },
      html: { href: `${urls.page(store, repository)}/rules/${String(ruleset.id)}` },
    },
  };
}

/** A ruleset in full; bypass actors show only to those who may change it. */
export function rulesetView(
  store: Store,
  urls: Urls,
  repository: Repository,
  ruleset: Ruleset,
  viewer: Actor | undefined,
  showsBypass: boolean,
) {
  const bypass = viewer === undefined ? "never" : bypassOf(store, repository, ruleset, viewer);
  return {
    ...shortRuleset(store, urls, repository, ruleset),
    conditions: { ref_name: ruleset.refName },
    rules: ruleset.rules.map(ruleView),
    current_user_can_bypass: bypass === "pull_request" ? ("pull_requests_only" as const) : bypass,
    ...(showsBypass ? { bypass_actors: ruleset.bypassActors } : {}),
  };
}
