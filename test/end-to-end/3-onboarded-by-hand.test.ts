import assert from "node:assert/strict";

import * as z from "zod";

import {
  commitFile,
  emulator,
  fileOf,
  must,
  newRepository,
  rulesetsOf,
  secretsOf,
  writeSecret,
} from "../support/github.ts";
import { GitHubStack } from "../support/github-stack.ts";
import { coldStart } from "../support/sandbox.ts";

const name = "by-hand";
const R = `/repos/kbase/${name}`;

/** An entry in which every field is set that Drover manages. */
const entry = {
  name,
  branches: { develop: "develop", release: "main" },
  checks: [{ name: "coverage", app: "any" }],
  secrets: ["A"],
  dependabotSecrets: ["A"],
  variables: { KEPT: "ours", LOST: "ours" },
  environments: {
    prod: {
      reviewers: ["team:devops"],
      wait: 5,
      selfReview: false,
      adminBypass: false,
      branches: ["main", "release/*"],
      secrets: ["A"],
      variables: { KEPT: "ours" },
    },
  },
  protection: { approvals: 2, codeOwners: true, upToDate: true, bypass: ["team:devops"] },
  actions: { permissions: "read", pullRequests: true, access: "organization" },
};

const Ruleset = z.looseObject({
  name: z.string(),
  enforcement: z.string(),
  bypass_actors: z.array(z.unknown()),
  conditions: z.looseObject({
    ref_name: z.looseObject({ include: z.array(z.string()), exclude: z.array(z.string()) }),
  }),
  rules: z.array(z.looseObject({ type: z.string(), parameters: z.record(z.string(), z.unknown()).optional() })),
});
type Ruleset = z.infer<typeof Ruleset>;

const rulesetRoute = async (title: string) => `${R}/rulesets/${String((await rulesetsOf(name))[`Drover: ${title}`])}`;

/** Changes a ruleset as its page would. */
async function changeRuleset(title: string, change: (ruleset: Ruleset) => void): Promise<void> {
  const route = await rulesetRoute(title);
  const ruleset = Ruleset.parse(await must(`GET ${route}`));
  change(ruleset);
  const { name: newName, enforcement, bypass_actors, conditions, rules } = ruleset;
  await must(`PUT ${route}`, { name: newName, enforcement, bypass_actors, conditions, rules });
}

const parametersOf = ({ rules }: Ruleset, type: string) => rules.find((rule) => rule.type === type)?.parameters ?? {};

const Policies = z.looseObject({ branch_policies: z.array(z.looseObject({ id: z.number(), name: z.string() })) });
async function policyRoute(pattern: string): Promise<string> {
  const route = `${R}/environments/prod/deployment-branch-policies`;
  const { branch_policies: policies } = Policies.parse(await must(`GET ${route}`));
  return `${route}/${String(policies.find((policy) => policy.name === pattern)?.id)}`;
}

/** What a person changes on GitHub, all of it at once, before one preview. */
const edits: readonly (() => Promise<unknown>)[] = [
  () =>
    changeRuleset("pull requests", (ruleset) => {
      ruleset.enforcement = "disabled";
      ruleset.bypass_actors = [{ actor_type: "RepositoryRole", actor_id: 4, bypass_mode: "always" }];
      ruleset.conditions.ref_name.include = ["refs/heads/main"];
      Object.assign(parametersOf(ruleset, "pull_request"), {
        required_approving_review_count: 0,
        require_code_owner_review: false,
        dismiss_stale_reviews_on_push: false,
        required_review_thread_resolution: false,
      });
      Object.assign(parametersOf(ruleset, "required_status_checks"), {
        strict_required_status_checks_policy: false,
        required_status_checks: [{ context: "pull-request / gate" }],
      });
    }),
  () =>
    changeRuleset("long-lived branches", (ruleset) => {
      ruleset.name = "Renamed by hand";
      ruleset.conditions.ref_name.exclude = ["refs/heads/develop"];
      ruleset.rules = [];
    }),
  async () => must(`DELETE ${await rulesetRoute("versions")}`),
  () => commitFile(name, "develop", "name: By hand\n"),
  () => commitFile(name, "main", undefined),
  () => must(`PATCH ${R}/actions/variables/KEPT`, { value: "by hand" }),
  () => must(`DELETE ${R}/actions/variables/LOST`),
  () => must(`PATCH ${R}/environments/prod/variables/KEPT`, { value: "by hand" }),
  () => must(`DELETE ${R}/actions/secrets/A`),
  () => must(`DELETE ${R}/dependabot/secrets/A`),
  () => must(`DELETE ${R}/environments/prod/secrets/A`),
  async () => must(`DELETE ${await policyRoute("main")}`),
  async () => must(`PUT ${await policyRoute("release/*")}`, { name: "anything/*" }),
  async () => {
    const { id } = z.looseObject({ id: z.number() }).parse(await must("GET /orgs/kbase/teams/developers"));
    await must(`PUT ${R}/environments/prod`, {
      reviewers: [{ type: "Team", id }],
      wait_timer: 0,
      prevent_self_review: false,
      can_admins_bypass: true,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
  },
  () =>
    must(`PUT ${R}/actions/permissions/workflow`, {
      default_workflow_permissions: "write",
      can_approve_pull_request_reviews: false,
    }),
  () => must(`PUT ${R}/actions/permissions/access`, { access_level: "none" }),
];

/** Resource, what the preview does to it, and the fields that it shows. */
const shown: readonly [resource: string, op: "create" | "update", fields: readonly string[]][] = [
  [
    "RepositoryRuleset by-hand/pull-requests",
    "update",
    [
      "enforcement",
      "bypassActors",
      "conditions.refName.includes",
      "rules.pullRequest.requiredApprovingReviewCount",
      "rules.pullRequest.requireCodeOwnerReview",
      "rules.pullRequest.dismissStaleReviewsOnPush",
      "rules.pullRequest.requiredReviewThreadResolution",
      "rules.requiredStatusChecks.strictRequiredStatusChecksPolicy",
      "rules.requiredStatusChecks.requiredChecks",
    ],
  ],
  [
    "RepositoryRuleset by-hand/branches",
    "update",
    ["name", "conditions.refName.excludes", "rules.deletion", "rules.nonFastForward"],
  ],
  ["RepositoryRuleset by-hand/versions", "create", []],
  ["RepositoryFile by-hand/develop", "update", ["content"]],
  ["RepositoryFile by-hand/main", "create", []],
  ["ActionsVariable by-hand/KEPT", "update", ["value"]],
  ["ActionsVariable by-hand/LOST", "create", []],
  ["ActionsEnvironmentVariable by-hand/prod/KEPT", "update", ["value"]],
  ["ActionsSecret by-hand/actions/A", "create", []],
  ["DependabotSecret by-hand/dependabot/A", "create", []],
  ["ActionsEnvironmentSecret by-hand/environments/prod/A", "create", []],
  ["RepositoryEnvironmentDeploymentPolicy by-hand/prod/branch/main", "create", []],
  ["RepositoryEnvironmentDeploymentPolicy by-hand/prod/branch/release/*", "update", ["branchPattern"]],
  ["RepositoryEnvironment by-hand/prod", "update", ["reviewers", "waitTimer", "preventSelfReview", "canAdminsBypass"]],
  ["WorkflowRepositoryPermissions by-hand", "update", ["defaultWorkflowPermissions", "canApprovePullRequestReviews"]],
  ["ActionsRepositoryAccessLevel by-hand", "update", ["accessLevel"]],
];

const Preview = z.looseObject({
  steps: z.array(
    z.looseObject({ op: z.string(), urn: z.string(), detailedDiff: z.record(z.string(), z.unknown()).nullish() }),
  ),
});

/** Everything that is managed in the repository, as GitHub has it, without dates, commits and ids. */
async function managed(): Promise<unknown> {
  const rulesets = Object.keys(await rulesetsOf(name)).sort();
  const rules = await Promise.all(
    rulesets.map(async (title) =>
      Ruleset.parse(await must(`GET ${await rulesetRoute(title.replace("Drover: ", ""))}`)),
    ),
  );
  const environment = z
    .looseObject({ protection_rules: z.array(z.looseObject({ type: z.string() })), can_admins_bypass: z.boolean() })
    .parse(await must(`GET ${R}/environments/prod`));
  const variable = async (route: string) =>
    z.looseObject({ value: z.string() }).parse(await must(`GET ${R}/${route}`)).value;
  const policies = Policies.parse(await must(`GET ${R}/environments/prod/deployment-branch-policies`)).branch_policies;
  return {
    rules: rules.map(({ name: title, enforcement, bypass_actors, conditions, rules: all }) => ({
      ...{ title, enforcement, bypass_actors, conditions },
      rules: all.sort((a, b) => (a.type < b.type ? -1 : 1)),
    })),
    files: [await fileOf(name, "develop"), await fileOf(name, "main")],
    variables: [
      await variable("actions/variables/KEPT"),
      await variable("actions/variables/LOST"),
      await variable("environments/prod/variables/KEPT"),
    ],
    secrets: await secretsOf(name),
    environment: [
      environment.can_admins_bypass,
      environment.protection_rules.map((rule) => JSON.stringify({ ...rule, id: 0, node_id: "" })).sort(),
    ],
    policies: policies.map((policy) => policy.name).sort(),
    workflow: await must(`GET ${R}/actions/permissions/workflow`),
    access: await must(`GET ${R}/actions/permissions/access`),
  };
}

describe("what somebody changes by hand in an onboarded repository", () => {
  let stack: GitHubStack;
  let ours: unknown;
  let steps: z.infer<typeof Preview>["steps"];

  before(async function () {
    this.timeout(coldStart);
    stack = await GitHubStack.create();
    await newRepository(name);
    await must(`PATCH ${R}`, { visibility: "private" });
    stack.configure({ repositories: [entry] });
    await stack.mustUp();
    assert.deepEqual(await stack.previewed(), []);
    ours = await managed();
    for (const edit of edits) await edit();
    const preview: unknown = JSON.parse(await stack.previewJson());
    steps = Preview.parse(preview).steps.filter(({ op }) => !["same", "refresh", "read"].includes(op));
  });

  const keyOf = (urn: string) => {
    const [, , types = "", resource = ""] = urn.split("::");
    return `${types.split(":").at(-1) ?? ""} ${resource}`;
  };

  for (const [resource, op, fields] of shown)
    describe(resource, () => {
      it(op === "create" ? "is to be made again" : "is to be changed back", () => {
        const step = steps.find(({ urn }) => keyOf(urn) === resource);
        assert.equal(step?.op, op, steps.map(({ urn }) => keyOf(urn)).join("\n"));
      });
      for (const field of fields)
        it(`shows the change of ${field}`, () => {
          const diff = Object.keys(steps.find(({ urn }) => keyOf(urn) === resource)?.detailedDiff ?? {});
          assert.ok(
            diff.some((path) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)),
            diff.join("\n"),
          );
        });
    });

  it("is all that a preview shows", () =>
    assert.deepEqual(steps.map(({ urn }) => keyOf(urn)).sort(), shown.map(([resource]) => resource).sort()));

  it("is taken back by the next update, and stays so", async () => {
    await emulator("PUT /clock", { advance: 5 });
    await stack.mustUp();
    assert.deepEqual(await managed(), ours);
    assert.deepEqual(await stack.previewed(), []);
  });

  it("is noticed in every store of secrets by the dates, as GitHub shows no values, and written again once", async () => {
    const { actions, dependabot, environments } = await secretsOf(name);
    for (const store of ["actions", "dependabot", "environments/prod"]) {
      await emulator("PUT /clock", { advance: 5 });
      await writeSecret(`repos/kbase/${name}/${store}`, "A", "by hand");
    }
    await emulator("PUT /clock", { advance: 5 });
    const planned = await stack.previewed();
    for (const kind of ["ActionsSecret", "DependabotSecret", "ActionsEnvironmentSecret"])
      assert.ok(
        planned.some((step) => step.startsWith("replace ") && step.includes(`:${kind} `)),
        planned.join("\n"),
      );
    await stack.mustUp();
    assert.deepEqual(await secretsOf(name), { actions, dependabot, environments });
    assert.deepEqual(await stack.previewed(), []);
  });
});
