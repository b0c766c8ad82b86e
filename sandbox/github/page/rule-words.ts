import type { BranchProtection, BypassActor, Repository, Rule, Ruleset } from "../model.ts";
import { roleIds } from "../rules/bypass.ts";
import type { Store } from "../store.ts";

/** What a rule demands, in words. */
export function ruleWords(store: Store, rule: Rule): string {
  switch (rule.type) {
    case "creation":
      return "Nobody may create it.";
    case "update":
      return "Nobody may push to it.";
    case "deletion":
      return "Nobody may delete it.";
    case "non_fast_forward":
      return "No force push.";
    case "required_linear_history":
      return "No merge commits.";
    case "required_signatures":
      return "Commits must be signed.";
    case "pull_request":
      return pullRequestWords(rule.parameters);
    case "required_status_checks": {
      const { required_status_checks: checks, strict_required_status_checks_policy: strict } = rule.parameters;
      const names = checks.map(({ context, integration_id: id }) => checkWords(store, context, id ?? null));
      return `Needs ${names.join(" and ")}${strict ? ", on top of the newest base" : ""}.`;
    }
    case "required_deployments":
      return `Needs a deployment to ${rule.parameters.required_deployment_environments.join(" and ")}.`;
    case "merge_queue":
      return "Merges go through a queue.";
    default: {
      const { negate, operator, pattern } = rule.parameters;
      const what = rule.type.replace(/_pattern$/u, "").replaceAll("_", " ");
      return `The ${what} must ${negate === true ? "not " : ""}${operatorWords[operator]} “${pattern}”.`;
    }
  }
}

const operatorWords = {
  starts_with: "start with",
  ends_with: "end with",
  contains: "contain",
  regex: "match",
} as const;

const checkWords = (store: Store, context: string, appId: number | null) => {
  const app = store.accounts.apps.find(({ id }) => id === appId);
  return `check “${context}”${appId === null ? "" : ` of ${app?.name ?? `App ${appId}`}`}`;
};

const approvals = (count: number) =>
  count === 0 ? "no approval" : count === 1 ? "one approval" : `${count} approvals`;

function pullRequestWords(parameters: Extract<Rule, { type: "pull_request" }>["parameters"]): string {
  const more = [
    parameters.require_code_owner_review && "code owners must approve",
    parameters.dismiss_stale_reviews_on_push && "a push dismisses approvals",
    parameters.require_last_push_approval && "somebody else than who pushed last must approve",
    parameters.required_review_thread_resolution && "conversations must be resolved",
    parameters.allowed_merge_methods !== undefined && `merged by ${parameters.allowed_merge_methods.join(", ")}`,
  ].filter((one) => one !== false);
  return `Changes only by pull request: ${[approvals(parameters.required_approving_review_count), ...more].join("; ")}.`;
}

/** Who is let by a ruleset, in words. */
export function bypassWords(store: Store, { actor_type: type, actor_id: id, bypass_mode: mode }: BypassActor): string {
  const { apps, teams } = store.accounts;
  const who = {
    Integration: `App ${apps.find((app) => app.id === id)?.name ?? String(id)}`,
    Team: `team ${teams.find((team) => team.id === id)?.name ?? String(id)}`,
    RepositoryRole: `role ${roleIds.get(id ?? 0) ?? String(id)}`,
    OrganizationAdmin: "owners of the organization",
    DeployKey: "deploy keys",
    User: `user ${store.userById(id ?? 0)?.login ?? String(id)}`,
  }[type];
  return mode === "pull_request" ? `${who}, in pull requests` : who;
}

/** What a ruleset is about, in words. */
export function targetWords({ target, refName: { include, exclude } }: Ruleset, repository: Repository): string {
  const name = (pattern: string) =>
    pattern === "~ALL"
      ? "all"
      : pattern === "~DEFAULT_BRANCH"
        ? `the default branch (${repository.defaultBranch})`
        : pattern.replace(/^refs\/(?:heads|tags)\//u, "");
  const but = exclude.length === 0 ? "" : ` but ${exclude.map(name).join(", ")}`;
  return `${target === "tag" ? "Tags" : target === "push" ? "Pushes to" : "Branches"} ${include.map(name).join(", ")}${but}`;
}

/** What classic protection demands, in words. */
export function protectionWords(store: Store, rule: BranchProtection): readonly string[] {
  const words: readonly (string | false)[] = [
    !rule.allowsDeletions && "Nobody may delete it.",
    !rule.allowsForcePushes && "No force push.",
    rule.lockBranch && "Nobody may push to it.",
    rule.requiresApprovingReviews &&
      pullRequestWords({
        required_approving_review_count: rule.requiredApprovingReviewCount ?? 1,
        require_code_owner_review: rule.requiresCodeOwnerReviews,
        dismiss_stale_reviews_on_push: rule.dismissesStaleReviews,
        require_last_push_approval: rule.requireLastPushApproval,
        required_review_thread_resolution: rule.requiresConversationResolution,
      }),
    !rule.requiresApprovingReviews && rule.requiresConversationResolution && "Conversations must be resolved.",
    rule.requiresStatusChecks &&
      `Needs ${rule.requiredStatusChecks.map(({ context, appId }) => checkWords(store, context, appId)).join(" and ")}${rule.requiresStrictStatusChecks ? ", on top of the newest base" : ""}.`,
    rule.requiresCommitSignatures && "Commits must be signed.",
    rule.requiresLinearHistory && "No merge commits.",
    rule.restrictsPushes && "Only some may push.",
    rule.isAdminEnforced && "Administrators must keep to it too.",
  ];
  return words.filter((one) => one !== false);
}
