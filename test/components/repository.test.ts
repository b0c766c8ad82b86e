import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { imageWorkflowFile } from "../../components/image-workflow.ts";
import { secretKey } from "../../components/secret-changes.ts";
import type { RepositoryFacts } from "../../components/repository-facts.ts";
import { declareOrganization } from "../../stacks/organization.ts";
import { Memory } from "../../stacks/organization-memory.ts";
import type { Reading } from "../../stacks/reading/reading.ts";
import { isSecret, plain, register, revealed, unknown } from "../support/mocks.ts";
import type { Registration } from "../support/mocks.ts";
import { factsOf, noMemory, organizationOf, readingOf } from "../support/organization.ts";
import { treeOf } from "../support/registrations.ts";

const secrets = { A: "value-a", B: "value-b", PROD: "value-prod" };
const everything = {
  name: "web",
  secrets: ["A"],
  dependabotSecrets: { NPM: "B" },
  variables: { LEVEL: "debug" },
  environments: {
    prod: {
      reviewers: ["team:devops", "user:jdoe"],
      wait: 5,
      selfReview: false,
      adminBypass: false,
      branches: ["main"],
      tags: ["v*"],
      secrets: { A: "PROD" },
      variables: { LEVEL: "info" },
    },
  },
  protection: { bypass: ["team:devops"] },
  actions: { pullRequests: true, access: "organization" },
};

/** Declares an organization with one entry under mocks. */
function declare(
  entry: unknown,
  options: {
    facts?: Partial<RepositoryFacts>;
    reading?: Partial<Reading>;
    memory?: unknown;
    preview?: boolean;
    hook?: boolean;
  } = {},
): Promise<Registration> {
  const name = typeof entry === "string" ? entry : String(Reflect.get(Object(entry), "name"));
  const organization = organizationOf({ secrets, repositories: [entry] });
  const reading = readingOf([factsOf(name, options.facts)], {
    names: ["team:devops", "user:jdoe"],
    ...options.reading,
  });
  const memory = options.memory === undefined ? noMemory : Memory.parse(options.memory);
  return register(
    () => {
      const hook = options.hook === true ? new pulumi.ResourceHook("hook", () => Promise.resolve()) : undefined;
      declareOrganization(organization, reading, memory, hook);
    },
    { stack: "github", preview: options.preview ?? false },
  );
}

const inputsOf = ({ resources }: Registration, key: string) => plain(resources.get(`github:index/${key}`)?.inputs);

describe("an onboarded repository", () => {
  it("that is only a name gets its workflow file and its rules", async () => {
    assert.equal(
      treeOf(await declare("web")),
      [
        "drover:index:Repository web",
        "  drover:index:BranchProtection web",
        "    github:index/repositoryRuleset:RepositoryRuleset web/branches, via github, deleteBeforeReplace",
        "    github:index/repositoryRuleset:RepositoryRuleset web/pull-requests, via github, deleteBeforeReplace",
        "    github:index/repositoryRuleset:RepositoryRuleset web/versions, via github, deleteBeforeReplace",
        "  drover:index:WorkflowFiles web",
        "    github:index/repositoryFile:RepositoryFile web/develop, via github, deleteBeforeReplace",
        "    github:index/repositoryFile:RepositoryFile web/main, via github, deleteBeforeReplace",
        "pulumi:providers:github github",
        "",
      ].join("\n"),
    );
  });

  it("gets everything that its entry says", async () => {
    assert.equal(
      treeOf(await declare(everything)),
      [
        "drover:index:Repository web",
        "  drover:index:ActionsSecrets web",
        "    github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret web/environments/prod/A, via github, deleteBeforeReplace",
        "    github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable web/prod/LEVEL, via github, deleteBeforeReplace",
        "    github:index/actionsSecret:ActionsSecret web/actions/A, via github, deleteBeforeReplace",
        "    github:index/actionsVariable:ActionsVariable web/LEVEL, via github, deleteBeforeReplace",
        "    github:index/dependabotSecret:DependabotSecret web/dependabot/NPM, via github, deleteBeforeReplace",
        "    pulumi:index:Stash web/actions/A, deleteBeforeReplace, replaceOnChanges",
        "    pulumi:index:Stash web/dependabot/NPM, deleteBeforeReplace, replaceOnChanges",
        "    pulumi:index:Stash web/environments/prod/A, deleteBeforeReplace, replaceOnChanges",
        "  drover:index:BranchProtection web",
        "    github:index/repositoryRuleset:RepositoryRuleset web/branches, via github, deleteBeforeReplace",
        "    github:index/repositoryRuleset:RepositoryRuleset web/pull-requests, via github, deleteBeforeReplace",
        "    github:index/repositoryRuleset:RepositoryRuleset web/versions, via github, deleteBeforeReplace",
        "  drover:index:RepositoryEnvironments web",
        "    github:index/repositoryEnvironment:RepositoryEnvironment web/prod, via github, protect, deleteBeforeReplace",
        "    github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy web/prod/branch/main, via github, deleteBeforeReplace",
        "    github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy web/prod/tag/v*, via github, deleteBeforeReplace",
        "  drover:index:WorkflowFiles web",
        "    github:index/repositoryFile:RepositoryFile web/develop, via github, deleteBeforeReplace",
        "    github:index/repositoryFile:RepositoryFile web/main, via github, deleteBeforeReplace",
        "  github:index/actionsRepositoryAccessLevel:ActionsRepositoryAccessLevel web, via github, deleteBeforeReplace",
        "  github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions web, via github, deleteBeforeReplace",
        "pulumi:providers:github github",
        "",
      ].join("\n"),
    );
  });

  it("gets environments as the entry has them, with the ids of reviewers", async () => {
    const run = await declare(everything);
    assert.deepEqual(inputsOf(run, "repositoryEnvironment:RepositoryEnvironment::web/prod"), {
      repository: "web",
      environment: "prod",
      canAdminsBypass: false,
      preventSelfReview: true,
      waitTimer: 5,
      reviewers: [{ teams: [1], users: [2] }],
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
    const policy = "repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
    assert.deepEqual(inputsOf(run, `${policy}::web/prod/branch/main`), {
      repository: "web",
      environment: "prod",
      branchPattern: "main",
    });
    assert.deepEqual(inputsOf(run, `${policy}::web/prod/tag/v*`), {
      repository: "web",
      environment: "prod",
      tagPattern: "v*",
    });
  });

  it("gets an environment that says nothing without any rule", async () => {
    const run = await declare({ name: "web", environments: { ci: {} } });
    assert.deepEqual(inputsOf(run, "repositoryEnvironment:RepositoryEnvironment::web/ci"), {
      repository: "web",
      environment: "ci",
      canAdminsBypass: true,
      preventSelfReview: false,
    });
  });

  it("gets secrets as secrets, and their values nowhere else", async () => {
    const run = await declare(everything);
    const values = [
      "actionsSecret:ActionsSecret::web/actions/A",
      "dependabotSecret:DependabotSecret::web/dependabot/NPM",
      "actionsEnvironmentSecret:ActionsEnvironmentSecret::web/environments/prod/A",
    ].map((key) => revealed(run.resources.get(`github:index/${key}`)?.inputs["value"]));
    assert.deepEqual(values, ["value-a", "value-b", "value-prod"]);
    for (const [key, { inputs }] of run.resources)
      for (const [name, input] of Object.entries(inputs))
        if (!isSecret(input)) assert.doesNotMatch(JSON.stringify(plain(input)), /value-|ghp_/, `${key}.${name}`);
    assert.equal(revealed(run.resources.get("pulumi:providers:github::github")?.inputs["token"]), "ghp_not-a-real-one");
  });

  it("gets its file before its rules, and what the file's workflow needs before the file", async () => {
    const { resources } = await declare(everything);
    const dependencies = (key: string) => resources.get(key)?.dependencies ?? [];
    const has = (key: string, ...types: string[]) => {
      for (const type of types)
        assert.ok(
          dependencies(key).some((dependency) => dependency.startsWith(type)),
          `${key} does not wait for ${type}`,
        );
    };
    has(
      "github:index/repositoryFile:RepositoryFile::web/develop",
      "github:index/actionsSecret:",
      "github:index/actionsVariable:",
      "github:index/repositoryEnvironment:",
      "github:index/workflowRepositoryPermissions:",
    );
    has(
      "github:index/repositoryFile:RepositoryFile::web/main",
      "github:index/repositoryFile:RepositoryFile::web/develop",
    );
    has(
      "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret::web/environments/prod/A",
      "github:index/repositoryEnvironment:",
    );
    for (const ruleset of ["branches", "pull-requests", "versions"])
      has(
        `github:index/repositoryRuleset:RepositoryRuleset::web/${ruleset}`,
        "github:index/repositoryFile:RepositoryFile::web/develop",
        "github:index/repositoryFile:RepositoryFile::web/main",
      );
  });

  it("writes the rendered workflow, with the same message always and no author", async () => {
    const run = await declare("web");
    const organization = organizationOf({ secrets, repositories: ["web"] });
    const [entry] = organization.repositories;
    assert.ok(entry !== undefined);
    assert.deepEqual(inputsOf(run, "repositoryFile:RepositoryFile::web/main"), {
      repository: "web",
      branch: "main",
      file: ".github/workflows/images.yml",
      content: imageWorkflowFile(entry, organization.workflows),
      commitMessage: "Image workflow, managed by Drover",
    });
  });

  it("adopts files that are there, without a commit where they are what we would write", async () => {
    const organization = organizationOf({ secrets, repositories: ["web"] });
    const [entry] = organization.repositories;
    assert.ok(entry !== undefined);
    const ours = imageWorkflowFile(entry, organization.workflows);
    const { resources } = await declare("web", {
      facts: {
        branches: { develop: { file: ours, workflows: [] }, main: { file: "# Managed by Drover: old", workflows: [] } },
      },
    });
    const options = (branch: string) =>
      resources.get(`github:index/repositoryFile:RepositoryFile::web/${branch}`)?.options;
    assert.deepEqual(options("develop"), {
      deleteBeforeReplace: true,
      import: "web:.github/workflows/images.yml:develop",
      ignoreChanges: ["commitMessage"],
    });
    assert.deepEqual(options("main"), {
      deleteBeforeReplace: true,
      import: "web:.github/workflows/images.yml:main",
    });
  });

  it("adopts variables that are there, and no others", async () => {
    const { resources } = await declare(
      { name: "web", variables: { LEVEL: "debug", OTHER: "x" } },
      { reading: { variables: new Set(["web/LEVEL", "website/OTHER"]) } },
    );
    const adopted = [...resources.values()].filter(({ options }) => options.import !== undefined);
    assert.deepEqual(
      adopted.map(({ name, options }) => [name, options.import]),
      [["web/LEVEL", "web:LEVEL"]],
    );
  });

  it("has rulesets with its hook, so that one that the state does not know is not in the way", async () => {
    const { resources } = await declare("web", { hook: true });
    const rulesets = [...resources.values()].filter(({ type }) => type.endsWith(":RepositoryRuleset"));
    assert.equal(rulesets.length, 3);
    for (const { options } of rulesets) assert.deepEqual(options.hooks, { beforeCreate: ["hook"] });
  });

  it("lets the declared actors and its own account by, where pull requests are asked for, and nowhere else", async () => {
    const run = await declare(everything);
    const bypass = (name: string) =>
      Reflect.get(
        Object(inputsOf(run, `repositoryRuleset:RepositoryRuleset::web/${name}`)) as object,
        "bypassActors",
      ) as unknown;
    assert.deepEqual(bypass("pull-requests"), [
      { actorType: "Team", actorId: 1, bypassMode: "always" },
      { actorType: "User", actorId: 77, bypassMode: "always" },
    ]);
    assert.deepEqual([bypass("branches"), bypass("versions")], [undefined, undefined]);
  });

  it("has rulesets that only report where the entry asks for that", async () => {
    const { resources } = await declare({ name: "web", protection: { mode: "evaluate" } });
    const rulesets = [...resources.values()].filter(({ type }) => type.endsWith(":RepositoryRuleset"));
    assert.deepEqual(
      rulesets.map(({ inputs }) => inputs["enforcement"]),
      ["evaluate", "evaluate", "evaluate"],
    );
  });

  it("has classic protection where the entry asks for that", async () => {
    const run = await declare({
      name: "web",
      checks: ["unit"],
      protection: { mode: "classic", approvals: 2, upToDate: true, bypass: ["user:jdoe", "team:devops"] },
    });
    const names = [...run.resources.values()].filter(({ type }) => /Ruleset|BranchProtection$/.test(type));
    assert.deepEqual(names.map(({ type, name }) => `${type} ${name}`).sort(), [
      "drover:index:BranchProtection web",
      "github:index/branchProtection:BranchProtection web/develop",
      "github:index/branchProtection:BranchProtection web/main",
    ]);
    assert.deepEqual(inputsOf(run, "branchProtection:BranchProtection::web/main"), {
      repositoryId: "web",
      pattern: "main",
      enforceAdmins: false,
      allowsDeletions: false,
      allowsForcePushes: false,
      requireConversationResolution: true,
      requiredPullRequestReviews: [
        {
          requiredApprovingReviewCount: 2,
          requireCodeOwnerReviews: false,
          dismissStaleReviews: true,
          pullRequestBypassers: ["/jdoe", "kbase/devops"],
        },
      ],
      requiredStatusChecks: [{ contexts: ["pull-request / gate", "unit"], strict: true }],
    });
  });

  it("gives a secret that somebody else wrote another reason to be written, and only that one", async () => {
    const key = secretKey("web", "actions", "A");
    const other = secretKey("web", "environments/prod", "A");
    const written = "2026-11-25T07:00:00Z";
    const run = await declare(everything, {
      memory: { secrets: { [key]: { written, trigger: "" }, [other]: { written, trigger: "before" } } },
      reading: {
        dates: new Map([
          [key, "2026-11-25T08:00:00Z"],
          [other, written],
        ]),
      },
    });
    const reasons = [...run.resources.values()]
      .filter(({ type }) => type === "pulumi:index:Stash")
      .map(({ name, inputs }) => [name, inputs["input"]]);
    assert.deepEqual(Object.fromEntries(reasons), {
      "web/actions/A": "written by somebody else at 2026-11-25T08:00:00Z",
      "web/dependabot/NPM": "",
      "web/environments/prod/A": "before",
    });
  });

  it("can be previewed while nothing is known yet", async () => {
    const run = await declare(everything, { preview: true });
    assert.equal(treeOf(run), treeOf(await declare(everything)));
    const policy = "repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy::web/prod/branch/main";
    assert.notEqual(Reflect.get(Object(inputsOf(run, policy)) as object, "repository"), unknown);
  });
});

describe("a repository that was renamed on GitHub", () => {
  const memory = {
    repositories: { old: { id: 1003, resource: "old", workflow: ["develop", "main"] } },
    secrets: { "old/actions/A": { written: "2026-11-25T07:00:00Z", trigger: "before" } },
  };
  const file = { file: "# Managed by Drover: old", workflows: [] };
  const run = () =>
    declare(
      { name: "web", secrets: ["A"], variables: { LEVEL: "x" } },
      {
        memory,
        facts: { id: 1003, branches: { develop: file, main: file } },
        reading: { variables: new Set(["web/LEVEL"]) },
      },
    );

  it("keeps its resources, which get the new name", async () => {
    const { resources } = await run();
    for (const [key, { type, name, inputs }] of resources)
      if (!type.startsWith("pulumi:")) {
        assert.ok(name === "old" || name.startsWith("old/"), key);
        if (type.startsWith("github:")) assert.equal(inputs["repository"], "web", key);
      }
    assert.equal(resources.get("pulumi:index:Stash::old/actions/A")?.inputs["input"], "before");
  });

  it("adopts nothing, as that would replace what the state knows by the former name", async () => {
    const { resources } = await run();
    assert.deepEqual(
      [...resources.values()].filter(({ options }) => options.import !== undefined),
      [],
    );
  });
});
