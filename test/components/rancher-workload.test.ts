import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import type { App } from "../../components/app.ts";
import type { RancherWorkloadArgs } from "../../components/rancher-workload.ts";
import { isSecret, plain, revealed, unknown } from "../support/mocks.ts";
import { manifestsOf, Thing, workload } from "../support/workload.ts";

describe("a workload", () => {
  const whole: Partial<App> = {
    env: { A: "1" },
    secrets: { TOKEN: "hush-hush" },
    files: { "/etc/a": "1" },
    volumes: { data: { path: "/data", size: "10Gi" } },
    strategy: "Recreate",
    replicas: 2,
  };
  const rollout = {
    beforeCreate: ["not-somebody-elses", "rollout-begins"],
    afterCreate: ["rollout-ended"],
    beforeUpdate: ["rollout-begins"],
    afterUpdate: ["rollout-ended"],
  };

  it("is one component with all its objects below it; claims are protected, rollouts are watched, and what is named is not taken from others", async () => {
    const { resources } = await workload(whole);
    const component = "drover:index:RancherWorkload::web";
    const seen = [...resources].map(([key, { parent, options }]) => [key, { parent, options }]);
    const child = { parent: component, options: {} };
    const hooks = { beforeCreate: ["not-somebody-elses"] };
    const named = { parent: component, options: { hooks } };
    assert.deepEqual(Object.fromEntries(seen), {
      [component]: { parent: "", options: {} },
      "kubernetes:apps/v1:Deployment::web": { parent: component, options: { hooks: rollout } },
      "kubernetes:core/v1:ConfigMap::web-files": child,
      "kubernetes:core/v1:PersistentVolumeClaim::web-data": { parent: component, options: { hooks, protect: true } },
      "kubernetes:core/v1:Secret::web-env": child,
      "kubernetes:core/v1:Service::web": named,
      "kubernetes:networking.k8s.io/v1:Ingress::web": named,
      "kubernetes:policy/v1:PodDisruptionBudget::web": named,
    });
  });

  it("has no inputs of its own, so that an image that changes is one update", async () => {
    const { resources } = await workload(whole);
    assert.deepEqual(resources.get("drover:index:RancherWorkload::web")?.inputs, {});
  });

  it("rolls when a secret or a file changes, because both get new names", async () => {
    const { resources } = await workload(whole);
    for (const key of ["kubernetes:core/v1:ConfigMap::web-files", "kubernetes:core/v1:Secret::web-env"])
      assert.equal(Object.hasOwn(Object(resources.get(key)?.inputs["metadata"]) as object, "name"), false);
  });

  it("is deleted before what its pods mount, as a claim in use is never let go", async () => {
    const { resources } = await workload(whole);
    assert.deepEqual(resources.get("kubernetes:apps/v1:Deployment::web")?.dependencies, [
      "kubernetes:core/v1:ConfigMap::web-files",
      "kubernetes:core/v1:PersistentVolumeClaim::web-data",
      "kubernetes:core/v1:Secret::web-env",
    ]);
  });

  it("keeps secret values in a Secret alone, marked secret", async () => {
    const { resources } = await workload(whole);
    const secret = resources.get("kubernetes:core/v1:Secret::web-env");
    assert.deepEqual(revealed(secret?.inputs["data"]), { TOKEN: Buffer.from("hush-hush").toString("base64") });
    for (const [key, { inputs }] of resources) {
      assert.doesNotMatch(JSON.stringify(inputs), /hush-hush/);
      if (key !== "kubernetes:core/v1:Secret::web-env")
        for (const value of Object.values(inputs)) assert.ok(!isSecret(value), key);
    }
  });

  it("gives a transform the Deployment as it would be, and takes what comes back as it is", async () => {
    const replicas: unknown[] = [];
    const spec = { selector: {}, template: {} };
    const transform: RancherWorkloadArgs["transform"] = (deployment) => {
      pulumi
        .output(deployment)
        .apply((it) => replicas.push(it.spec.replicas, it.spec.template.spec?.containers.length));
      return { metadata: { name: "patched" }, spec };
    };
    const { resources } = await workload(whole, () => ({ transform }));
    assert.deepEqual(replicas, [2, 1]);
    assert.deepEqual(plain(resources.get("kubernetes:apps/v1:Deployment::web")?.inputs), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "patched" },
      spec,
    });
  });

  it("is previewed while namespace, pull secrets and the names of Secret and ConfigMap are unknown", async () => {
    const given = () => ({ namespace: new Thing("namespace").id, pullSecrets: [new Thing("pull").id] });
    const preview = manifestsOf(await workload(whole, given, { preview: true }));
    const update = manifestsOf(await workload(whole, given));
    const known = JSON.stringify(update).replaceAll(
      /"(namespace-id|pull-id|web-(env|files)-0a1b2c3d)"/g,
      `"${unknown}"`,
    );
    assert.deepEqual(preview, JSON.parse(known));
    assert.equal(JSON.stringify(preview).split(unknown).length - 1, Object.keys(preview).length + 3);
  });
});
