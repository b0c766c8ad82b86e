import assert from "node:assert/strict";

import { DeclaredTypes } from "../../support/declared-types.ts";
import { PluginTypes } from "../../support/plugin-types.ts";

const declared = new DeclaredTypes("github");

describe("Types read out of an npm package's declarations", () => {
  it("show lists, nested types and what may be left out", () => {
    const { inputs, outputs } = declared.type("resource", "RepositoryEnvironment");
    assert.deepEqual(inputs, [
      "canAdminsBypass?: boolean",
      "deploymentBranchPolicy?: { customBranchPolicies: boolean; protectedBranches: boolean }",
      "environment: string",
      "preventSelfReview?: boolean",
      "repository: string",
      "reviewers?: { teams?: number[]; users?: number[] }[]",
      "waitTimer?: number",
    ]);
    assert.ok(outputs.includes("repositoryId: number"));
  });

  it("show maps", () => {
    const { inputs } = new DeclaredTypes("rancher2").type("resource", "Project");
    assert.ok(inputs.includes("labels?: { [key]: string }"), inputs.join("\n"));
  });

  it("show what stays secret", () => {
    const secrets = ["encryptedValue", "plaintextValue", "value", "valueEncrypted"];
    assert.deepEqual(declared.type("resource", "ActionsSecret").secrets, secrets);
    assert.deepEqual(declared.type("provider", "Provider").secrets, ["token"]);
  });

  it("show what a function takes and answers", () => {
    assert.deepEqual(declared.type("function", "getGithubApp"), {
      inputs: ["slug: string"],
      state: [],
      outputs: ["description: string", "id: string", "name: string", "nodeId: string", "slug: string"],
      secrets: [],
    });
    assert.deepEqual(declared.type("function", "getIpRanges").inputs, []);
  });

  it("are an error where the package has no such type", () => {
    assert.throws(() => declared.type("function", "getNothing"), /getNothing\.d\.ts/);
    assert.throws(() => declared.type("resource", "Provider"), /declares no ProviderState/);
  });
});

describe("Types read out of a plugin's schema", () => {
  const plugin = new PluginTypes(
    "github",
    JSON.stringify({
      version: "1.2.3",
      types: {
        "github:index/Rule:Rule": {
          properties: { name: { type: "string" }, id: { type: "integer" } },
          required: ["name"],
          language: { nodejs: { requiredOutputs: ["id", "name"] } },
        },
      },
      provider: { inputProperties: { token: { type: "string", secret: true } } },
      resources: {
        "github:index/ruleset:Ruleset": {
          properties: {
            rules: { type: "array", items: { $ref: "#/types/github:index%2FRule:Rule" } },
            key: { type: "string", secret: true },
          },
          required: ["rules"],
          inputProperties: {
            rules: { type: "array", items: { $ref: "#/types/github:index/Rule:Rule" } },
            labels: { type: "object", additionalProperties: { type: "string" } },
          },
          requiredInputs: ["rules"],
          stateInputs: { properties: { anything: { $ref: "pulumi.json#/Any" } } },
        },
        "github:index/odd:Odd": { inputProperties: { odd: { type: "object" } } },
      },
      functions: {
        "pulumi:providers:github/terraformConfig": {},
        "github:index/getIt:getIt": { outputs: { properties: { ok: { type: "boolean" } }, required: ["ok"] } },
      },
    }),
  );

  it("show inputs, state, outputs and secrets, nested types as each of them has it", () => {
    assert.deepEqual(plugin.type("resource", "Ruleset"), {
      inputs: ["labels?: { [key]: string }", "rules: { id?: number; name: string }[]"],
      state: ["anything?: any"],
      outputs: ["key?: string", "rules: { id: number; name: string }[]"],
      secrets: ["key"],
    });
    assert.deepEqual(plugin.type("provider", "Provider").inputs, ["token?: string"]);
    assert.deepEqual(plugin.type("function", "getIt").outputs, ["ok: boolean"]);
  });

  it("leave out the provider's methods", () => {
    assert.deepEqual(plugin.names("function"), ["getIt"]);
    assert.equal(plugin.version, "1.2.3");
  });

  it("are an error where they are missing or not understood", () => {
    assert.throws(() => plugin.type("resource", "Other"), /has no resource github:index\/other:Other/);
    assert.throws(() => plugin.type("resource", "Odd"), /not understood/);
  });
});
