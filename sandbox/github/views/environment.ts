import { nodeId } from "../node-id.ts";
import type { Environment, Repository } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { simpleUser } from "./account.ts";
import { teamView } from "./team.ts";

/** An environment with its protection rules, those that have something to say. */
export function environmentView(
  store: Store,
  urls: Urls,
  repository: Repository,
  environment: Environment,
): Schema<"environment"> {
  const { id, name, waitTimer, preventSelfReview, reviewers, branchPolicy, ruleIds } = environment;
  const rule = (index: 0 | 1 | 2) => ({ id: ruleIds[index], node_id: nodeId("GateRule", ruleIds[index]) });
  return {
    id,
    node_id: nodeId("Environment", id),
    name,
    url: `${urls.repository(store, repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${urls.page(store, repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    ...{ can_admins_bypass: environment.canAdminsBypass },
    protection_rules: [
      ...(waitTimer > 0 ? [{ ...rule(0), type: "wait_timer", wait_timer: waitTimer }] : []),
      ...(reviewers.length > 0
        ? [
            {
              ...rule(1),
              type: "required_reviewers",
              prevent_self_review: preventSelfReview,
              reviewers: reviewers.flatMap((reviewer) => reviewerView(store, urls, reviewer)),
            },
          ]
        : []),
      ...(branchPolicy === null ? [] : [{ ...rule(2), type: "branch_policy" }]),
    ],
    deployment_branch_policy:
      branchPolicy === null
        ? null
        : {
            protected_branches: branchPolicy.protectedBranches,
            custom_branch_policies: branchPolicy.customBranchPolicies,
          },
  };
}

type Rules = NonNullable<Schema<"environment">["protection_rules"]>;
type Reviewers = NonNullable<Extract<Rules[number], { reviewers?: unknown }>["reviewers"]>;

function reviewerView(store: Store, urls: Urls, { type, id }: Environment["reviewers"][number]): Reviewers {
  if (type === "User") {
    const user = store.userById(id);
    return user === undefined ? [] : [{ type, reviewer: simpleUser(urls, user) }];
  }
  const team = store.accounts.teams.find((one) => one.id === id);
  return team === undefined ? [] : [{ type, reviewer: teamView(store, urls, team) }];
}

/** A pattern of branches or tags that may deploy to an environment. */
export const branchPolicyView = ({
  id,
  name,
  type,
}: Environment["branchPolicies"][number]): Schema<"deployment-branch-policy"> => ({
  id,
  node_id: nodeId("DeploymentBranchPolicy", id),
  name,
  type,
});
