import * as z from "zod";

import { includesRole, roleOf } from "../access.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { GitHubError, notFound, unprocessable } from "../errors.ts";
import type { Environment } from "../model.ts";
import { newScope } from "../sealed-boxes.ts";
import { branchPolicyView, environmentView } from "../views/environment.ts";

const Put = z.object({
  wait_timer: z.int().min(0).max(43_200).nullish(),
  prevent_self_review: z.boolean().nullish(),
  can_admins_bypass: z.boolean().nullish(),
  reviewers: z
    .array(z.object({ type: z.enum(["User", "Team"]), id: z.int() }))
    .max(6)
    .nullish(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

const Policy = z.object({ name: z.string().min(1), type: z.enum(["branch", "tag"]).default("branch") });

const read = { permissions: ["actions=read"] } as const;
const write = { role: "admin", permissions: ["administration=write"] } as const;

/** The environment that a path names, in any letter case. */
export function environmentOf(call: RepositoryCall): Environment {
  const name = call.param("environment").toLowerCase();
  const environment = call.repository.environments.find((one) => one.name.toLowerCase() === name);
  if (environment === undefined) throw notFound();
  return environment;
}

/** Environments with their rules, and the branches that may deploy to them. */
export function environmentRoutes(api: Api): void {
  const { store } = api;
  const view = (call: RepositoryCall, environment: Environment) =>
    environmentView(store, call.urls, call.repository, environment);
  api.repositoryAndById("GET", "/environments", read, (call) => {
    const { items, total } = call.page(call.repository.environments);
    return { total_count: total, environments: items.map((environment) => view(call, environment)) };
  });
  api.repositoryAndById("GET", "/environments/:environment", read, (call) => view(call, environmentOf(call)));
  api.repositoryAndById("PUT", "/environments/:environment", write, (call) => {
    const { repository } = call;
    const wanted = call.body(Put);
    const name = call.param("environment");
    if (name.length > 255 || /[\\'"`;\n]/u.test(name))
      throw unprocessable("Environment name contains invalid characters");
    checkReviewers(call, wanted.reviewers ?? []);
    const policy = wanted.deployment_branch_policy;
    if (policy?.protected_branches === policy?.custom_branch_policies && policy != null)
      throw unprocessable("protected_branches and custom_branch_policies cannot have the same value");
    const now = store.clock.now();
    let environment = repository.environments.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (environment === undefined) {
      environment = newEnvironment(call, name);
      repository.environments.push(environment);
    }
    Object.assign(environment, {
      waitTimer: wanted.wait_timer ?? 0,
      preventSelfReview: wanted.prevent_self_review ?? false,
      canAdminsBypass: wanted.can_admins_bypass ?? true,
      reviewers: wanted.reviewers ?? [],
      branchPolicy:
        policy == null
          ? null
          : { protectedBranches: policy.protected_branches, customBranchPolicies: policy.custom_branch_policies },
      branchPolicies: policy?.custom_branch_policies === true ? environment.branchPolicies : [],
      updatedAt: now,
    } satisfies Partial<Environment>);
    call.save();
    return view(call, environment);
  });
  api.repositoryAndById("DELETE", "/environments/:environment", write, (call) => {
    const { environments } = call.repository;
    environments.splice(environments.indexOf(environmentOf(call)), 1);
    call.save();
    return call.noContent();
  });
  policyRoutes(api);
}

/** A new environment without any rule; it is not in the repository yet. */
export function newEnvironment({ store }: Pick<RepositoryCall, "store">, name: string): Environment {
  const now = store.clock.now();
  return {
    id: store.nextId(),
    name,
    waitTimer: 0,
    preventSelfReview: false,
    canAdminsBypass: true,
    reviewers: [],
    branchPolicy: null,
    branchPolicies: [],
    actions: newScope(store.nextId()),
    variables: [],
    ruleIds: [store.nextId(), store.nextId(), store.nextId()],
    createdAt: now,
    updatedAt: now,
  };
}

/** Reviewers must be able to read the repository. */
function checkReviewers(
  { store, repository }: RepositoryCall,
  reviewers: readonly { type: string; id: number }[],
): void {
  for (const { type, id } of reviewers) {
    const user = type === "User" ? store.userById(id) : undefined;
    const team = type === "Team" ? store.accounts.teams.find((one) => one.id === id) : undefined;
    const able =
      user === undefined
        ? team?.organizationId === repository.ownerId
        : includesRole(roleOf(store, user, repository), "read");
    if (!able) throw unprocessable("Validation Failed", `Reviewer ${type} ${String(id)} must have read access`);
  }
}

/** Patterns of branches and tags that may deploy, for environments that have custom ones. */
function policyRoutes(api: Api): void {
  const path = "/environments/:environment/deployment-branch-policies";
  const policyOf = (call: RepositoryCall) => {
    const policy = environmentOf(call).branchPolicies.find(({ id }) => id === call.id("policy"));
    if (policy === undefined) throw notFound();
    return policy;
  };
  api.repositoryAndById("GET", path, read, (call) => {
    const { items, total } = call.page(environmentOf(call).branchPolicies);
    return { total_count: total, branch_policies: items.map(branchPolicyView) };
  });
  api.repositoryAndById("POST", path, write, (call) => {
    const environment = environmentOf(call);
    const { name, type } = call.body(Policy);
    if (environment.branchPolicy?.customBranchPolicies !== true) throw notFound();
    const present = environment.branchPolicies.find((one) => one.name === name && one.type === type);
    if (present !== undefined)
      throw new GitHubError(303, "A deployment branch policy with this name exists already", {
        headers: { Location: `${call.url}/environments/${environment.name}/deployment-branch-policies/${present.id}` },
      });
    const policy = { id: call.store.nextId(), name, type };
    environment.branchPolicies.push(policy);
    call.save();
    return branchPolicyView(policy);
  });
  api.repositoryAndById("GET", `${path}/:policy`, read, (call) => branchPolicyView(policyOf(call)));
  api.repositoryAndById("PUT", `${path}/:policy`, write, (call) => {
    const policy = policyOf(call);
    policy.name = call.body(Policy).name;
    call.save();
    return branchPolicyView(policy);
  });
  api.repositoryAndById("DELETE", `${path}/:policy`, write, (call) => {
    const { branchPolicies } = environmentOf(call);
    branchPolicies.splice(branchPolicies.indexOf(policyOf(call)), 1);
    call.save();
    return call.noContent();
  });
}
