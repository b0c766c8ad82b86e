import assert from "node:assert/strict";

import type { App } from "../../components/app.ts";
import { RancherWorkload } from "../../components/rancher-workload.ts";
import { fileKey, securityOf, strategyOf } from "../../components/workload-manifests.ts";
import { register, revealed } from "../support/mocks.ts";

const app: App = {
  port: 8080,
  path: "/",
  replicas: 1,
  strategy: "RollingUpdate",
  deadline: 120,
  env: {},
  secrets: {},
  files: {},
  volumes: {},
  pullPolicy: "IfNotPresent",
  root: false,
};
const image = { registry: "ghcr.io", repository: "kbase/web", tag: "pr-12", digest: `sha256:${"0a".repeat(32)}` };
const make = async (changes: Partial<App>, preview = false) => {
  const args = {
    app: { ...app, ...changes },
    written: "pr-12",
    image,
    namespace: "ns",
    pullSecrets: [],
    host: "a.example.org",
  };
  return (await register(() => new RancherWorkload("web", args), { preview })).resources;
};
const always = [
  "drover:index:RancherWorkload::web",
  "kubernetes:apps/v1:Deployment::web",
  "kubernetes:core/v1:Service::web",
  "kubernetes:networking.k8s.io/v1:Ingress::web",
];

describe("an app's workload", () => {
  const cases: readonly [string, Partial<App>, string[]][] = [
    ["nothing more", {}, []],
    ["a Secret for secrets", { secrets: { A: "x" } }, ["kubernetes:core/v1:Secret::web-env"]],
    ["a ConfigMap for files", { files: { "/etc/a": "x" } }, ["kubernetes:core/v1:ConfigMap::web-files"]],
    [
      "a claim for a volume",
      { volumes: { data: { path: "/d", size: "1Gi" } } },
      ["kubernetes:core/v1:PersistentVolumeClaim::web-data"],
    ],
    ["a disruption budget for several pods", { replicas: 2 }, ["kubernetes:policy/v1:PodDisruptionBudget::web"]],
  ];
  for (const preview of [false, true])
    for (const [what, changes, more] of cases)
      it(`is Deployment, Service, Ingress and ${what}${preview ? " in a preview" : ""}`, async () =>
        assert.deepEqual([...(await make(changes, preview)).keys()].sort(), [...always, ...more].sort()));
  it("keeps secrets secret", async () =>
    assert.deepEqual(
      revealed((await make({ secrets: { A: "x" } })).get("kubernetes:core/v1:Secret::web-env")?.inputs["data"]),
      { A: "eA==" },
    ));
  it("may do no more than it needs", () => {
    assert.deepEqual(securityOf(app), {
      pod: { seccompProfile: { type: "RuntimeDefault" }, runAsNonRoot: true },
      container: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    });
    assert.deepEqual(securityOf({ ...app, root: true }), {
      pod: { seccompProfile: { type: "RuntimeDefault" } },
      container: { allowPrivilegeEscalation: false },
    });
    assert.deepEqual(strategyOf({ ...app, strategy: "Recreate" }), { type: "Recreate" });
    assert.equal(fileKey("/etc/app/my file.ini"), "etc_app_my_file.ini");
  });
});
