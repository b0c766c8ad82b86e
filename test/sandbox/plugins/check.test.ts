import assert from "node:assert/strict";

import { check } from "../../../sandbox/plugins/kubernetes/check.ts";
import type { CheckRequest } from "../../../sandbox/plugins/kubernetes/check.ts";
import { Secret, revealedMap, unknown } from "../../../sandbox/plugins/shared/values.ts";
import type { ValueMap } from "../../../sandbox/plugins/shared/values.ts";
import { offline } from "./support.ts";

const urn = (type: string) => `urn:pulumi:appdev::drover::kubernetes:${type}::web`;

async function checked(
  type: string,
  news: ValueMap,
  rest: Partial<CheckRequest> = {},
  config: Record<string, string> = {},
) {
  return check(offline(config), { urn: urn(type), news, olds: {}, seed: new Uint8Array(), naming: undefined, ...rest });
}

const configMap = (metadata: ValueMap = {}): ValueMap => ({ apiVersion: "v1", kind: "ConfigMap", metadata });
const metadataOf = async (...args: Parameters<typeof checked>) => revealedMap(await checked(...args))["metadata"];
const autonamed = { "pulumi.com/autonamed": "true" };

describe("checked inputs", () => {
  it("get a name of the resource's and eight digits, and are marked", async () => {
    const metadata = await metadataOf("core/v1:ConfigMap", configMap());
    assert.match(
      JSON.stringify(metadata),
      /^\{"name":"web-[0-9a-f]{8}","annotations":\{"pulumi.com\/autonamed":"true"\},"namespace":"shop"\}$/,
    );
  });

  it("get the same name from the same seed", async () => {
    const seed = { seed: Buffer.from("seed") };
    assert.deepEqual(
      await metadataOf("core/v1:ConfigMap", configMap(), seed),
      await metadataOf("core/v1:ConfigMap", configMap(), seed),
    );
  });

  it("get the name that the engine's settings propose, or none at all", async () => {
    const proposed = { naming: { mode: "enforced", name: "shop-web" } } as const;
    assert.deepEqual(await metadataOf("core/v1:ConfigMap", configMap(), proposed), {
      name: "shop-web",
      annotations: autonamed,
      namespace: "shop",
    });
    await assert.rejects(checked("core/v1:ConfigMap", configMap(), { naming: { mode: "disabled", name: "" } }), {
      message: "autonaming is disabled, resource requires the .metadata.name field to be set",
    });
  });

  it("keep the name that was made for them before", async () => {
    const olds = configMap({ name: "web-0123abcd", annotations: autonamed });
    assert.deepEqual(await metadataOf("core/v1:ConfigMap", configMap(), { olds }), {
      name: "web-0123abcd",
      annotations: autonamed,
      namespace: "shop",
    });
  });

  it("keep their own names and namespaces, also unknown ones", async () => {
    assert.deepEqual(await metadataOf("core/v1:ConfigMap", configMap({ name: "a", namespace: "b" })), {
      name: "a",
      namespace: "b",
    });
    assert.deepEqual(await metadataOf("core/v1:ConfigMap", configMap({ name: unknown, namespace: unknown })), {
      name: unknown,
      namespace: unknown,
    });
  });

  it("get no namespace where the kind has none", async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } };
    assert.deepEqual(await metadataOf("core/v1:Namespace", namespace), { name: "a" });
  });

  it("are labelled for client-side apply alone", async () => {
    const metadata = await metadataOf(
      "core/v1:ConfigMap",
      configMap({ name: "a" }),
      {},
      { enableServerSideApply: "false" },
    );
    assert.deepEqual(metadata, { name: "a", labels: { "app.kubernetes.io/managed-by": "pulumi" }, namespace: "shop" });
  });

  it("keep secrets secret, and a Secret's data always", async () => {
    const inputs = await checked("core/v1:ConfigMap", {
      ...configMap({ name: "a" }),
      data: { a: new Secret("x"), b: "y" },
    });
    assert.deepEqual(inputs["data"], { a: new Secret("x"), b: "y" });
    const secret = await checked("core/v1:Secret", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "a" },
      stringData: { a: "b" },
    });
    assert.deepEqual([secret["data"], secret["stringData"]], [new Secret({ a: "Yg==" }), undefined]);
  });

  const refused: readonly [string, ValueMap, RegExp][] = [
    [
      "helm.sh/v3:Release",
      {},
      /^kubernetes:helm.sh\/v3:Release is not available in the sandbox's stand-in for pulumi-resource-kubernetes; install the official plugin/,
    ],
    [
      "apps/v1:DeploymentPatch",
      { kind: "Deployment" },
      /^the patch resource kubernetes:apps\/v1:DeploymentPatch is not available/,
    ],
    ["core/v1:ConfigMapList", { kind: "ConfigMapList" }, /^list resources exist for compatibility/],
    [
      "core/v1:ConfigMap",
      configMap({ generateName: "a-" }),
      /`.metadata.generateName` field is not supported in Server-Side Apply mode/,
    ],
  ];
  for (const [type, news, message] of refused)
    it(`are refused for ${type} ${message.source.slice(0, 30)}`, async () => {
      await assert.rejects(checked(type, news), { message });
    });
});
