import type { Actors, BranchProtection, Repository } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { protectionOf } from "../../rules/applicable.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { refView } from "./ref.ts";

/** GraphQL's `BranchProtectionRule`. */
export function branchProtectionRuleView(graph: Graph, repository: Repository, rule: BranchProtection): View {
  const id = nodeId("BranchProtectionRule", repository.id, rule.id);
  const allowances = (name: AllowanceName) => (page: Page) =>
    connection(name, actorsOf(rule[name]), page, (actor) => ({
      id: `${id}:${name}:${actor.kind}:${actor.id}`,
      actor: () =>
        actor.kind === "user"
          ? graph.userById(actor.id)
          : actor.kind === "team"
            ? graph.teamById(actor.id)
            : graph.appById(actor.id),
      branchProtectionRule: () => branchProtectionRuleView(graph, repository, rule),
    }));
  return {
    __typename: "BranchProtectionRule",
    id,
    databaseId: rule.id,
    pattern: rule.pattern,
    repository: () => graph.repository(repository),
    creator: () => (rule.creatorId === null ? null : graph.userById(rule.creatorId)),
    allowsDeletions: rule.allowsDeletions,
    allowsForcePushes: rule.allowsForcePushes,
    blocksCreations: rule.blocksCreations,
    dismissesStaleReviews: rule.dismissesStaleReviews,
    isAdminEnforced: rule.isAdminEnforced,
    lockAllowsFetchAndMerge: rule.lockAllowsFetchAndMerge,
    lockBranch: rule.lockBranch,
    requireLastPushApproval: rule.requireLastPushApproval,
    requiredApprovingReviewCount: rule.requiredApprovingReviewCount,
    requiredDeploymentEnvironments: rule.requiredDeploymentEnvironments,
    requiredStatusCheckContexts: rule.requiredStatusChecks.map(({ context }) => context),
    requiredStatusChecks: () =>
      rule.requiredStatusChecks.map(({ context, appId }) => ({ context, app: graph.appById(appId) })),
    requiresApprovingReviews: rule.requiresApprovingReviews,
    requiresCodeOwnerReviews: rule.requiresCodeOwnerReviews,
    requiresCommitSignatures: rule.requiresCommitSignatures,
    requiresConversationResolution: rule.requiresConversationResolution,
    requiresDeployments: rule.requiresDeployments,
    requiresLinearHistory: rule.requiresLinearHistory,
    requiresStatusChecks: rule.requiresStatusChecks,
    requiresStrictStatusChecks: rule.requiresStrictStatusChecks,
    restrictsPushes: rule.restrictsPushes,
    restrictsReviewDismissals: rule.restrictsReviewDismissals,
    pushAllowances: allowances("pushAllowances"),
    reviewDismissalAllowances: allowances("reviewDismissalAllowances"),
    bypassForcePushAllowances: allowances("bypassForcePushAllowances"),
    bypassPullRequestAllowances: allowances("bypassPullRequestAllowances"),
    async matchingRefs({ query = null, ...page }: Page & { query?: string | null }) {
      const refs = [...(await graph.store.git(repository).refs())].filter(
        ([name]) =>
          name.startsWith(heads) &&
          protectionOf(repository, name.slice(heads.length)) === rule &&
          (query === null || name.includes(query)),
      );
      return connection("matchingRefs", refs, page, ([name, sha]) => refView(graph, repository, name, sha));
    },
  };
}

const heads = "refs/heads/";

type AllowanceName =
  "pushAllowances" | "reviewDismissalAllowances" | "bypassForcePushAllowances" | "bypassPullRequestAllowances";

const actorsOf = ({ users, teams, apps }: Actors) => [
  ...users.map((id) => ({ kind: "user", id }) as const),
  ...teams.map((id) => ({ kind: "team", id }) as const),
  ...apps.map((id) => ({ kind: "app", id }) as const),
];
