import { teamsOf } from "./access.ts";
import type { Environment, Repository, User } from "./model.ts";
import { isProtected } from "./rules/applicable.ts";
import { fnmatch } from "./rules/fnmatch.ts";
import type { Store } from "./store.ts";

/** Why a ref may not deploy to an environment; undefined where it may. Of a pull request the ref is `refs/pull/N/merge`. */
export function refusal(repository: Repository, environment: Environment, ref: string): string | undefined {
  const { branchPolicy, branchPolicies, name } = environment;
  if (branchPolicy === null) return undefined;
  const type = ref.startsWith("refs/tags/") ? "tag" : "branch";
  const short = ref.replace(/^refs\/(?:heads\/|tags\/)?/u, "");
  const allowed = branchPolicy.protectedBranches
    ? ref.startsWith("refs/heads/") && isProtected(repository, short)
    : branchPolicies.some((policy) => policy.type === type && fnmatch(policy.name, short));
  if (allowed) return undefined;
  const what = type === "tag" ? "Tag" : "Branch";
  return `${what} "${short}" is not allowed to deploy to ${name} due to environment protection rules.`;
}

/** Whether somebody may review a deployment to an environment: one of its reviewers, who caused it only where that is allowed. */
export const mayReview = (store: Store, environment: Environment, user: User, actor: string): boolean =>
  !(environment.preventSelfReview && user.login === actor) &&
  environment.reviewers.some(({ type, id }) => (type === "User" ? id === user.id : teamsOf(store, user.id).has(id)));
