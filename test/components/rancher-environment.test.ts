import assert from "node:assert/strict";

import { pullSecretName, RancherEnvironment } from "../../components/rancher-environment.ts";
import type { RancherEnvironmentArgs } from "../../components/rancher-environment.ts";
import { register, revealed } from "../support/mocks.ts";

const args: RancherEnvironmentArgs = {
  url: "https://rancher.example.org/",
  cluster: "c-1",
  project: "dev",
  namespace: "ns",
  token: "token-a:b",
  registries: [
    { host: "ghcr.io", http: false, account: { username: "u", password: "hunter2" } },
    { host: "quay.io", http: false },
  ],
};
const make = (changes: Partial<RancherEnvironmentArgs> = {}, preview = false) =>
  register(() => new RancherEnvironment("appdev", { ...args, ...changes }), { preview });
const all = [
  "drover:index:RancherEnvironment::appdev",
  "pulumi:providers:kubernetes::appdev-kubernetes",
  "pulumi:providers:rancher2::appdev-rancher",
  "rancher2:index/namespace:Namespace::appdev",
  "rancher2:index/project:Project::appdev",
  "rancher2:index/registry:Registry::appdev-ghcr.io",
];

describe("an environment on Rancher", () => {
  for (const preview of [false, true])
    it(`is exactly its project, namespace, pull secret and providers${preview ? " in a preview" : ""}`, async () => {
      const { resources } = await make({}, preview);
      assert.deepEqual([...resources.keys()].sort(), all);
      for (const { type, provider } of resources.values())
        if (type.startsWith("rancher2:")) assert.equal(provider, "pulumi:providers:rancher2::appdev-rancher");
    });
  it("leaves a project alone that is named by its id", async () => {
    const { resources } = await make({ project: "c-1:p-x" });
    assert.deepEqual(
      [...resources.keys()].sort(),
      all.filter((key) => !key.includes(":Project::")),
    );
    assert.deepEqual(resources.get("rancher2:index/namespace:Namespace::appdev")?.inputs, {
      name: "ns",
      projectId: "c-1:p-x",
    });
  });
  it("keeps token and password secret", async () => {
    const { resources } = await make();
    assert.equal(revealed(resources.get("pulumi:providers:rancher2::appdev-rancher")?.inputs["tokenKey"]), "token-a:b");
    assert.match(
      String(revealed(resources.get("pulumi:providers:kubernetes::appdev-kubernetes")?.inputs["kubeconfig"])),
      /"server":"https:\/\/rancher\.example\.org\/k8s\/clusters\/c-1".*"token":"token-a:b"/,
    );
    assert.deepEqual(
      revealed(resources.get("rancher2:index/registry:Registry::appdev-ghcr.io")?.inputs["registries"]),
      [{ address: "ghcr.io", username: "u", password: "hunter2" }],
    );
  });
  it("names pull secrets by host", () => {
    assert.equal(pullSecretName("ghcr.io"), "registry-ghcr-io");
    assert.equal(pullSecretName("127.0.0.1:5000"), "registry-127-0-0-1-5000");
  });
});
