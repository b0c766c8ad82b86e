import { includesRole, roleOf, teamsOf } from "../access.ts";
import type { Actor } from "../actor.ts";
import type { Actors, BranchProtection } from "../model.ts";
import { protectionOf } from "./applicable.ts";
import { broughtCommits, isBehind, isForced } from "./attempt.ts";
import type { Attempt } from "./attempt.ts";
import { checksProblem } from "./required-checks.ts";
import { reviewProblems } from "./reviews.ts";

/** Why classic branch protection does not allow an attempt, in GitHub's words; none where it does. */
export async function classicProblems(attempt: Attempt): Promise<string[]> {
  const { store, repository, actor, ref, from, to, merge } = attempt;
  const protection = ref.startsWith("refs/heads/")
    ? protectionOf(repository, ref.slice("refs/heads/".length))
    : undefined;
  if (protection === undefined) return [];
  const isAdmin = actor.app === undefined && includesRole(roleOf(store, actor.user, repository), "admin");
  const bound = !isAdmin || protection.isAdminEnforced;
  const names = (actors: Actors) => isAmong(attempt, actors, actor);
  if (from === null) {
    const restricted =
      protection.restrictsPushes && protection.blocksCreations && bound && !names(protection.pushAllowances);
    return restricted ? ["You're not authorized to push to this branch."] : [];
  }
  if (to === null) return protection.allowsDeletions && !protection.lockBranch ? [] : ["Cannot delete this branch"];
  const problems: string[] = [];
  if (protection.lockBranch && bound) problems.push("Cannot change this locked branch");
  if (protection.restrictsPushes && bound && !names(protection.pushAllowances))
    problems.push("You're not authorized to push to this branch.");
  if ((await isForced(attempt)) && !protection.allowsForcePushes && !names(protection.bypassForcePushAllowances))
    problems.push("Cannot force-push to this branch");
  if (bound && protection.requiresLinearHistory) {
    const merges = (await broughtCommits(attempt)).some(({ parents }) => parents.length > 1);
    if (merges) problems.push("This branch must not contain merge commits.");
  }
  if (bound && protection.requiresApprovingReviews && !names(protection.bypassPullRequestAllowances)) {
    if (merge === undefined) problems.push("Changes must be made through a pull request.");
    else problems.push(...(await reviewProblems(store, repository, merge.issue, merge.pull, demands(protection))));
  }
  if (bound && protection.requiresStatusChecks) {
    const problem = checksProblem(repository, merge?.pull.head.sha ?? to, protection.requiredStatusChecks);
    if (problem !== undefined) problems.push(problem);
    if (protection.requiresStrictStatusChecks && (await isBehind(attempt)))
      problems.push("Head branch is out of date. Review and try the merge again.");
  }
  return problems;
}

const demands = (protection: BranchProtection) => ({
  approvals: protection.requiredApprovingReviewCount ?? 1,
  codeOwners: protection.requiresCodeOwnerReviews,
  lastPush: protection.requireLastPushApproval,
  resolvedConversations: protection.requiresConversationResolution,
});

function isAmong({ store }: Attempt, { users, teams, apps }: Actors, { user, app }: Actor): boolean {
  if (app !== undefined) return apps.includes(app.id);
  const mine = teamsOf(store, user.id);
  return users.includes(user.id) || teams.some((id) => mine.has(id));
}
