import { parseNodeId } from "../../node-id.ts";
import { BranchProtection } from "../../model.ts";
import type { Actors, Repository } from "../../model.ts";
import type { Graph } from "../graph.ts";
import { repositoryOfNode } from "../nodes.ts";
import { noNode, Problem } from "../problem.ts";
import { branchProtectionRuleView } from "../views/branch-protection.ts";
import type { Mutations } from "./mutations.ts";

/** The fields that are stored as they are given. */
const plainFields = [
  "allowsDeletions",
  "allowsForcePushes",
  "blocksCreations",
  "dismissesStaleReviews",
  "isAdminEnforced",
  "lockAllowsFetchAndMerge",
  "lockBranch",
  "requireLastPushApproval",
  "requiredDeploymentEnvironments",
  "requiresApprovingReviews",
  "requiresCodeOwnerReviews",
  "requiresCommitSignatures",
  "requiresConversationResolution",
  "requiresDeployments",
  "requiresLinearHistory",
  "requiresStatusChecks",
  "requiresStrictStatusChecks",
  "restrictsPushes",
  "restrictsReviewDismissals",
] as const;

/** The lists of actors, by the name of their argument. */
const actorLists = {
  pushActorIds: "pushAllowances",
  reviewDismissalActorIds: "reviewDismissalAllowances",
  bypassForcePushActorIds: "bypassForcePushAllowances",
  bypassPullRequestActorIds: "bypassPullRequestAllowances",
} as const;

type Settings = { readonly [Name in (typeof plainFields)[number]]?: BranchProtection[Name] | null } & {
  readonly [Name in keyof typeof actorLists]?: readonly string[] | null;
} & {
  readonly pattern?: string | null;
  readonly requiredApprovingReviewCount?: number | null;
  readonly requiredStatusCheckContexts?: readonly string[] | null;
  readonly requiredStatusChecks?: readonly { readonly context: string; readonly appId?: string | null }[] | null;
};

const requirement = { role: "admin", permissions: ["administration=write"], scopes: ["repo"] } as const;

/** Mutations of classic branch protection. */
export const branchProtectionMutations: Mutations = {
  async createBranchProtectionRule(graph, input: Settings & { readonly repositoryId: string }) {
    const repository = repositoryOfNode(graph, input.repositoryId);
    const rule = await graph.store.lock(repository, () => {
      graph.authorize(repository, requirement, "createBranchProtectionRule");
      const made = changed(
        graph,
        repository,
        BranchProtection.parse({ id: graph.store.nextId(), creatorId: graph.viewer.id, pattern: input.pattern ?? "" }),
        input,
      );
      repository.branchProtections.push(made);
      graph.store.save(repository);
      return made;
    });
    return { branchProtectionRule: branchProtectionRuleView(graph, repository, rule) };
  },
  async updateBranchProtectionRule(graph, input: Settings & { readonly branchProtectionRuleId: string }) {
    const repository = repositoryOfRule(graph, input.branchProtectionRuleId);
    const rule = await graph.store.lock(repository, () => {
      graph.authorize(repository, requirement, "updateBranchProtectionRule");
      const old = ruleOf(repository, input.branchProtectionRuleId);
      const next = changed(graph, repository, old, input);
      repository.branchProtections = repository.branchProtections.map((one) => (one === old ? next : one));
      graph.store.save(repository);
      return next;
    });
    return { branchProtectionRule: branchProtectionRuleView(graph, repository, rule) };
  },
  async deleteBranchProtectionRule(graph, input: { readonly branchProtectionRuleId: string }) {
    const repository = repositoryOfRule(graph, input.branchProtectionRuleId);
    await graph.store.lock(repository, () => {
      graph.authorize(repository, requirement, "deleteBranchProtectionRule");
      const old = ruleOf(repository, input.branchProtectionRuleId);
      repository.branchProtections = repository.branchProtections.filter((one) => one !== old);
      graph.store.save(repository);
    });
    return {};
  },
};

function repositoryOfRule(graph: Graph, id: string): Repository {
  const parsed = parseNodeId(id);
  if (parsed?.kind !== "BranchProtectionRule" || !("ids" in parsed)) throw noNode(id);
  const repository = graph.store.repositoryById(parsed.ids[0] ?? 0);
  if (repository === undefined || !graph.sees(repository)) throw noNode(id);
  ruleOf(repository, id);
  return repository;
}

function ruleOf(repository: Repository, id: string): BranchProtection {
  const parsed = parseNodeId(id);
  const ruleId = parsed !== undefined && "ids" in parsed ? parsed.ids[1] : undefined;
  const rule = repository.branchProtections.find((one) => one.id === ruleId);
  if (rule === undefined) throw noNode(id);
  return rule;
}

/** A rule with what an input asks for; what is null or missing stays as it was. */
function changed(graph: Graph, repository: Repository, rule: BranchProtection, input: Settings): BranchProtection {
  const next = { ...rule, pattern: input.pattern ?? rule.pattern };
  if (next.pattern === "") throw new Problem("UNPROCESSABLE", "Pattern can't be blank");
  if (repository.branchProtections.some(({ id, pattern }) => id !== rule.id && pattern === next.pattern))
    throw new Problem("UNPROCESSABLE", `Name already protected: ${next.pattern}`);
  for (const name of plainFields) Object.assign(next, input[name] == null ? {} : { [name]: input[name] });
  const count = input.requiredApprovingReviewCount ?? rule.requiredApprovingReviewCount;
  if (count !== null && (count < 0 || count > 6))
    throw new Problem("UNPROCESSABLE", "Required approving review count must be between 0 and 6");
  next.requiredApprovingReviewCount = next.requiresApprovingReviews ? (count ?? 1) : count;
  if (input.requiredStatusChecks != null)
    next.requiredStatusChecks = input.requiredStatusChecks.map(({ context, appId }) => ({
      context,
      appId: appId == null || appId === "any" ? null : actorId(graph, appId, ["App"]),
    }));
  else if (input.requiredStatusCheckContexts != null)
    next.requiredStatusChecks = input.requiredStatusCheckContexts.map((context) => ({ context, appId: null }));
  for (const [argument, name] of Object.entries(actorLists) as [keyof typeof actorLists, AllowanceName][]) {
    const ids = input[argument];
    if (ids != null) next[name] = actors(graph, ids);
  }
  if (!next.restrictsPushes) next.pushAllowances = actors(graph, []);
  return next;
}

type AllowanceName = (typeof actorLists)[keyof typeof actorLists];

function actors(graph: Graph, ids: readonly string[]): Actors {
  const found: Actors = { users: [], teams: [], apps: [] };
  const lists = { User: found.users, Team: found.teams, App: found.apps };
  for (const id of ids) {
    const number = actorId(graph, id, ["User", "Team", "App"]);
    const kind = parseNodeId(id)?.kind;
    const list = kind === "User" || kind === "Team" || kind === "App" ? lists[kind] : [];
    if (!list.includes(number)) list.push(number);
  }
  return found;
}

/** The number in the global id of somebody who exists. */
function actorId({ store }: Graph, id: string, kinds: readonly ("User" | "Team" | "App")[]): number {
  const parsed = parseNodeId(id);
  const number = parsed !== undefined && "ids" in parsed ? parsed.ids[0] : undefined;
  const kind = kinds.find((one) => one === parsed?.kind);
  const { users, teams, apps } = store.accounts;
  const all = kind === "User" ? users : kind === "Team" ? teams : kind === "App" ? apps : [];
  if (number === undefined || !all.some((one) => one.id === number)) throw noNode(id);
  return number;
}
