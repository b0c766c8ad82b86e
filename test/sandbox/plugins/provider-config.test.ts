import assert from "node:assert/strict";

import { activeContext, parseKubeconfig } from "../../../sandbox/plugins/kubernetes/kubeconfig.ts";
import { checkConfig, compareConfigs } from "../../../sandbox/plugins/kubernetes/provider-config.ts";
import { readSettings } from "../../../sandbox/plugins/kubernetes/settings.ts";
import { unknown } from "../../../sandbox/plugins/shared/values.ts";
import type { ValueMap } from "../../../sandbox/plugins/shared/values.ts";

const kubeconfig = (server: string, token = "t") =>
  JSON.stringify({
    "current-context": "one",
    clusters: [
      { name: "one", cluster: { server } },
      { name: "two", cluster: { server: "https://two" } },
    ],
    users: [{ name: "me", user: { token } }],
    contexts: [
      { name: "one", context: { cluster: "one", user: "me", namespace: "shop" } },
      { name: "two", context: { cluster: "two", user: "me" } },
      { name: "lost", context: { cluster: "nowhere", user: "me" } },
    ],
  });

describe("a changed provider configuration", () => {
  const here = kubeconfig("https://here");
  const cases: readonly [string, ValueMap, ValueMap, readonly string[], readonly string[]][] = [
    ["nothing", { kubeconfig: here }, { kubeconfig: here }, [], []],
    ["a new token", { kubeconfig: here }, { kubeconfig: kubeconfig("https://here", "u") }, ["kubeconfig"], []],
    [
      "another server",
      { kubeconfig: here },
      { kubeconfig: kubeconfig("https://there") },
      ["kubeconfig"],
      ["kubeconfig"],
    ],
    ["another context", { kubeconfig: here }, { kubeconfig: here, context: "two" }, ["context"], ["context"]],
    [
      "another server for the same identity",
      { kubeconfig: here, clusterIdentifier: "a" },
      { kubeconfig: kubeconfig("https://there"), clusterIdentifier: "a" },
      ["kubeconfig"],
      [],
    ],
    [
      "another identity",
      { kubeconfig: here, clusterIdentifier: "a" },
      { kubeconfig: here, clusterIdentifier: "b" },
      ["clusterIdentifier"],
      ["clusterIdentifier"],
    ],
    ["a first identity", { kubeconfig: here }, { kubeconfig: here, clusterIdentifier: "a" }, ["clusterIdentifier"], []],
    [
      "a kubeconfig that is not known yet",
      { kubeconfig: here },
      { kubeconfig: unknown },
      ["kubeconfig"],
      ["kubeconfig"],
    ],
    [
      "the same for a known identity",
      { kubeconfig: here, clusterIdentifier: "a" },
      { kubeconfig: unknown, clusterIdentifier: "a" },
      ["kubeconfig"],
      [],
    ],
    ["a flag", { enablePatchForce: "false" }, { enablePatchForce: "true" }, ["enablePatchForce"], []],
  ];
  for (const [name, olds, news, changed, replaces] of cases)
    it(`(${name}) replaces ${replaces.length === 0 ? "nothing" : "what it made"}`, async () => {
      assert.deepEqual(await compareConfigs(olds, news), { changed, replaces });
    });

  it("that asks for what the stand-in lacks is refused", () => {
    assert.deepEqual(
      checkConfig({ renderYamlToDirectory: "x" }).map(({ property }) => property),
      ["renderYamlToDirectory"],
    );
    assert.deepEqual(
      checkConfig({ strictMode: "true", context: "a" }).map(({ property }) => property),
      ["kubeconfig"],
    );
    assert.deepEqual(checkConfig({ kubeconfig: "x" }), []);
  });
});

describe("a kubeconfig", () => {
  it("is read from JSON, from YAML and from nothing", async () => {
    const yaml = "current-context: a\nclusters: []\n";
    assert.deepEqual(await parseKubeconfig(yaml), { "current-context": "a", clusters: [] });
    assert.deepEqual(await parseKubeconfig("{current-context: a}"), { "current-context": "a" });
    assert.deepEqual(await parseKubeconfig(""), {});
    await assert.rejects(parseKubeconfig("/no/such/file"), /neither a file that exists nor a YAML or JSON document/);
  });

  it("leads to a cluster, a user and a namespace, and what overrides it counts", async () => {
    const config = await parseKubeconfig(kubeconfig("https://here"));
    assert.deepEqual(activeContext(config, {}), {
      cluster: { server: "https://here" },
      user: { token: "t" },
      namespace: "shop",
    });
    assert.deepEqual(activeContext(config, { context: "two", namespace: "x" }).cluster, { server: "https://two" });
    assert.deepEqual(activeContext(config, { cluster: "two" }).cluster, { server: "https://two" });
    assert.throws(() => activeContext(config, { context: "none" }), { message: 'context "none" does not exist' });
    assert.throws(() => activeContext(config, { context: "lost" }), { message: 'cluster "nowhere" does not exist' });
    assert.throws(() => activeContext({}, {}), /no configuration has been provided/);
  });
});

describe("the provider's settings", () => {
  it("are those of the official plugin by default", () => {
    const settings = readSettings(new Map(), {});
    assert.deepEqual(
      [settings.enableServerSideApply, settings.upsertExistingObjects, settings.enableSecretMutable],
      [true, false, false],
    );
  });

  it("go before the environment", () => {
    const variables = new Map([
      ["kubernetes:config:enablePatchForce", "false"],
      ["kubernetes:config:kubeClientSettings", '{"timeout":7}'],
    ]);
    const environment = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true", PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    const settings = readSettings(variables, environment);
    assert.deepEqual(
      [settings.enablePatchForce, settings.deleteUnreachable, settings.requestTimeout],
      [false, true, 7],
    );
  });
});
