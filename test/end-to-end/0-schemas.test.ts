import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

import { pluginExecutable } from "../../sandbox/engine/plugins.ts";
import { checkout } from "../../sandbox/world/layout.ts";
import { DeclaredTypes } from "../support/declared-types.ts";
import { PluginTypes } from "../support/plugin-types.ts";
import { coldStart, sandbox, succeed } from "../support/sandbox.ts";
import type { PackagePart, VisibleType } from "../support/visible-types.ts";

/** Every type that Drover uses of the providers that the sandbox builds itself. */
const used = {
  github: [
    "Provider",
    "ActionsEnvironmentSecret",
    "ActionsEnvironmentVariable",
    "ActionsRepositoryAccessLevel",
    "ActionsRepositoryPermissions",
    "ActionsSecret",
    "ActionsVariable",
    "Branch",
    "BranchProtection",
    "DependabotSecret",
    "Repository",
    "RepositoryEnvironment",
    "RepositoryEnvironmentDeploymentPolicy",
    "RepositoryFile",
    "RepositoryRuleset",
    "WorkflowRepositoryPermissions",
    "getActionsEnvironmentSecrets",
    "getActionsSecrets",
    "getBranch",
    "getDependabotSecrets",
    "getGithubApp",
    "getOrganization",
    "getRepository",
    "getRepositoryFile",
    "getTeam",
    "getUser",
  ],
  rancher2: ["Provider", "Namespace", "Project", "Registry"],
} as const;

type Package = keyof typeof used;

const partOf = (name: string): PackagePart =>
  name === "Provider" ? "provider" : name.startsWith("get") ? "function" : "resource";

/** Asks the plugin that the sandbox's engine runs, official or not. */
async function pluginTypes(name: Package): Promise<PluginTypes> {
  const { layout } = await sandbox();
  return new PluginTypes(name, await succeed("package", "get-schema", pluginExecutable(layout, name)));
}

/**
 * What the bridged Rancher provider 1.25.0 has otherwise than npm's package, which wraps a later one: fields that are gone since,
 * and no quota of extended resources. The official plugin has none of these differences.
 */
const onlyInOldRancher = /^(enableProjectMonitoring|podSecurityPolicyTemplateId|projectMonitoringInput)\?/;
const notInOldRancher = "extended?: { [key]: string }; ";

const withoutAge = (lines: readonly string[]) =>
  lines.filter((line) => !onlyInOldRancher.test(line)).map((line) => line.replaceAll(notInOldRancher, ""));

/** A type without what is known to differ. */
const compared = (name: Package, type: VisibleType): VisibleType =>
  name === "github"
    ? type
    : { ...type, inputs: withoutAge(type.inputs), state: withoutAge(type.state), outputs: withoutAge(type.outputs) };

for (const [name, types] of Object.entries(used) as [Package, readonly string[]][]) {
  describe(`The resource plugin ${name}`, () => {
    const declared = new DeclaredTypes(name);
    let plugin: PluginTypes;

    before(async function () {
      this.timeout(coldStart);
      plugin = await pluginTypes(name);
    });

    for (const type of types)
      it(`has ${type} as npm's package declares it`, () => {
        const part = partOf(type);
        assert.deepEqual(compared(name, plugin.type(part, type)), compared(name, declared.type(part, type)));
      });

    it("is compared in every type that the program uses", () => {
      const sources = globSync("{index.ts,components/*.ts,stacks/*.ts}", { cwd: checkout })
        .map((file) => readFileSync(path.join(checkout, file), "utf8"))
        .join("\n");
      const mentioned = [...sources.matchAll(new RegExp(`\\b${name}\\.(get[A-Z]\\w*|[A-Z]\\w*)`, "g"))].map(
        ([, word = ""]) => word.replace(/(Output)?(Args|State|Result)?$/, ""),
      );
      assert.deepEqual(
        mentioned.filter((word) => !types.includes(word)),
        [],
      );
    });
  });
}

it("The resource plugin github has every resource and function of npm's package of its version, as declared there", async function () {
  this.timeout(coldStart);
  const declared = new DeclaredTypes("github");
  const plugin = await pluginTypes("github");
  if (plugin.version !== declared.version) {
    console.log(`    SKIPPED: the official plugin ${plugin.version} serves the package ${declared.version} here`);
    this.skip();
  }
  for (const part of ["resource", "function"] as const) {
    const names = declared.names(part);
    assert.ok(names.includes(part === "resource" ? "RepositoryRuleset" : "getRepository"));
    assert.deepEqual(plugin.names(part), names);
    for (const name of names) assert.deepEqual(plugin.type(part, name), declared.type(part, name), name);
  }
});
