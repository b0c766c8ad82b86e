import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import { pullSecretName, RancherEnvironment } from "../../components/rancher-environment.ts";
import type { RancherEnvironmentArgs } from "../../components/rancher-environment.ts";
import { plain, register, revealed, unknown } from "../support/mocks.ts";
import { Thing } from "../support/workload.ts";

const args: RancherEnvironmentArgs = {
  url: "https://rancher.example.org/",
  cluster: "c-m-1",
  project: "dev",
  namespace: "ns",
  token: "token-a:b",
  registries: [
    { host: "ghcr.io", http: false, account: { username: "u", password: "hunter2" } },
    { host: "quay.io", http: false },
    { host: "127.0.0.1:5000", http: true, account: { username: "v", password: "hunter3" } },
  ],
};

/** An environment `appdev`, with what it gives to others. */
async function make(changes: Partial<RancherEnvironmentArgs> = {}, preview = false) {
  const given: Record<string, unknown> = {};
  const { resources } = await register(
    () => {
      const { namespace, pullSecrets, kubernetes } = new RancherEnvironment("appdev", { ...args, ...changes });
      pulumi.all([namespace, pulumi.all([...pullSecrets]), kubernetes.urn]).apply(([name, secrets, urn]) => {
        Object.assign(given, { namespace: name, pullSecrets: secrets, kubernetes: urn.split("::").at(-1) });
      });
    },
    { preview },
  );
  const inputs = [...resources].map(([key, resource]) => [key, plain(resource.inputs)]);
  return { resources, inputs: z.record(z.string(), z.unknown()).parse(Object.fromEntries(inputs)), given };
}

const environment = "drover:index:RancherEnvironment::appdev";
const rancher = "pulumi:providers:rancher2::appdev-rancher";
const kubernetes = "pulumi:providers:kubernetes::appdev-kubernetes";
const project = "rancher2:index/project:Project::appdev";
const namespace = "rancher2:index/namespace:Namespace::appdev";
const ghcr = "rancher2:index/registry:Registry::appdev-ghcr.io";
const local = "rancher2:index/registry:Registry::appdev-127.0.0.1:5000";

/** What an environment is made of, whether its ids are known or not. */
const inputsWith = (projectId: string, namespaceId = projectId) => ({
  [environment]: { url: args.url, cluster: "c-m-1", project: "dev", namespace: "ns" },
  [rancher]: {
    ...{ apiUrl: args.url, tokenKey: "token-a:b", timeout: "60s" },
    // The SDK's own defaults.
    ...{ bootstrap: "false", insecure: "false" },
  },
  [project]: { name: "dev", clusterId: "c-m-1" },
  [namespace]: { name: "ns", projectId },
  [ghcr]: {
    ...{ name: "registry-ghcr-io", projectId, namespaceId },
    registries: [{ address: "ghcr.io", username: "u", password: "hunter2" }],
  },
  [local]: {
    ...{ name: "registry-127-0-0-1-5000", projectId, namespaceId },
    registries: [{ address: "127.0.0.1:5000", username: "v", password: "hunter3" }],
  },
  [kubernetes]: {
    kubeconfig: kubeconfig({ server: "https://rancher.example.org/k8s/clusters/c-m-1" }),
    clusterIdentifier: "c-m-1",
    namespace: "ns",
    enableServerSideApply: "true",
    upsertExistingObjects: "true",
  },
});

/** A kubeconfig as the provider gets it: JSON, which is YAML too. */
const kubeconfig = (cluster: object) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c-m-1", cluster }],
    users: [{ name: "rancher", user: { token: "token-a:b" } }],
    contexts: [{ name: "c-m-1", context: { cluster: "c-m-1", user: "rancher" } }],
    "current-context": "c-m-1",
  });

describe("an environment on Rancher", () => {
  it("is exactly its project, namespace, pull secrets and providers", async () =>
    assert.deepEqual((await make()).inputs, inputsWith("appdev-id")));

  it("is the same in a preview, where project and namespace have no ids yet", async () =>
    assert.deepEqual((await make({}, true)).inputs, inputsWith(unknown)));

  it("asks Rancher through its own provider, and declares each thing once what it is in is there", async () => {
    const { resources } = await make();
    const seen = [...resources].map(([key, { parent, provider, dependencies, options }]) => [
      key,
      { parent, provider, dependencies, options },
    ]);
    const child = { parent: environment, provider: "", dependencies: [], options: {} };
    assert.deepEqual(Object.fromEntries(seen), {
      [environment]: { ...child, parent: "" },
      [rancher]: child,
      [kubernetes]: { ...child, dependencies: [namespace] },
      [project]: { ...child, provider: rancher },
      [namespace]: { ...child, provider: rancher, dependencies: [project] },
      [ghcr]: { ...child, provider: rancher, dependencies: [namespace, project] },
      [local]: { ...child, provider: rancher, dependencies: [namespace, project] },
    });
  });

  it("gives others the namespace, the pull secrets and the Kubernetes provider", async () =>
    assert.deepEqual((await make()).given, {
      namespace: "ns",
      pullSecrets: ["registry-ghcr-io", "registry-127-0-0-1-5000"],
      kubernetes: "appdev-kubernetes",
    }));

  it("keeps token and passwords secret, and no other resource has them", async () => {
    const { resources } = await make();
    const secrets: readonly [string, string][] = [
      [rancher, "tokenKey"],
      [kubernetes, "kubeconfig"],
      [ghcr, "registries"],
      [local, "registries"],
    ];
    for (const [key, input] of secrets) assert.match(JSON.stringify(revealed(resources.get(key)?.inputs[input])), /./);
    for (const [key, { inputs }] of resources) {
      const open = Object.entries(inputs).filter(
        ([input]) => !secrets.some(([of, one]) => of === key && one === input),
      );
      assert.doesNotMatch(JSON.stringify(open), /token-a|hunter/, key);
    }
  });

  it("may get its token from elsewhere, not known before the update", async () => {
    const { resources } = await register(
      () => {
        new RancherEnvironment("appdev", { ...args, token: new Thing("token").id });
      },
      { preview: true },
    );
    assert.equal(plain(resources.get(rancher)?.inputs["tokenKey"]), unknown);
    assert.equal(plain(resources.get(kubernetes)?.inputs["kubeconfig"]), unknown);
  });

  const ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const limits = { project: { pods: "20" }, namespace: { pods: "10", limitsCpu: "4" }, container: { limitsCpu: "1" } };
  const whole = inputsWith("appdev-id");
  const existing = Object.entries(inputsWith("c-m-1:p-x", "appdev-id")).filter(([key]) => key !== project);
  const variants: readonly [string, Partial<RancherEnvironmentArgs>, Record<string, unknown>][] = [
    [
      "leaves a project alone that is named by its id",
      { project: "c-m-1:p-x" },
      { ...Object.fromEntries(existing), [environment]: { ...whole[environment], project: "c-m-1:p-x" } },
    ],
    [
      "makes a project whose name has a colon",
      { project: "team:dev" },
      {
        ...whole,
        [environment]: { ...whole[environment], project: "team:dev" },
        [project]: { ...whole[project], name: "team:dev" },
      },
    ],
    [
      "trusts the certificates that Rancher's is checked against, in both providers",
      { ca },
      {
        ...whole,
        [rancher]: { ...whole[rancher], caCerts: ca },
        [kubernetes]: {
          ...whole[kubernetes],
          kubeconfig: kubeconfig({
            server: "https://rancher.example.org/k8s/clusters/c-m-1",
            "certificate-authority-data": Buffer.from(ca).toString("base64"),
          }),
        },
      },
    ],
    [
      "limits project, namespace and containers",
      { quota: limits },
      {
        ...whole,
        [project]: {
          ...whole[project],
          resourceQuota: { projectLimit: limits.project, namespaceDefaultLimit: limits.namespace },
          containerResourceLimit: limits.container,
        },
        [namespace]: {
          ...whole[namespace],
          resourceQuota: { limit: limits.namespace },
          containerResourceLimit: limits.container,
        },
      },
    ],
    [
      "lets a namespace have all of its project where only the project is limited",
      { quota: { project: limits.project } },
      {
        ...whole,
        [project]: {
          ...whole[project],
          resourceQuota: { projectLimit: limits.project, namespaceDefaultLimit: limits.project },
        },
      },
    ],
    [
      "may limit the namespace alone",
      { quota: { namespace: limits.namespace } },
      { ...whole, [namespace]: { ...whole[namespace], resourceQuota: { limit: limits.namespace } } },
    ],
    [
      "may limit containers alone",
      { quota: { container: limits.container } },
      {
        ...whole,
        [project]: { ...whole[project], containerResourceLimit: limits.container },
        [namespace]: { ...whole[namespace], containerResourceLimit: limits.container },
      },
    ],
  ];
  for (const [what, changes, expected] of variants)
    it(what, async () => assert.deepEqual((await make(changes)).inputs, expected));

  it("has no pull secrets where no registry has an account", async () => {
    const { inputs, given } = await make({ registries: [{ host: "quay.io", http: false }] });
    assert.deepEqual(Object.keys(inputs).sort(), [environment, kubernetes, rancher, namespace, project].sort());
    assert.deepEqual(given["pullSecrets"], []);
  });
});

describe("the name of a pull secret", () => {
  const cases: readonly [string, string][] = [
    ["ghcr.io", "registry-ghcr-io"],
    ["127.0.0.1:5000", "registry-127-0-0-1-5000"],
    ["Registry.Example.org", "registry-registry-example-org"],
    ["localhost", "registry-localhost"],
  ];
  for (const [host, expected] of cases)
    it(`for ${host} is ${expected}`, () => assert.equal(pullSecretName(host), expected));
});
