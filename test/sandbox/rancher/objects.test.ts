import assert from "node:assert/strict";

import type { V1Namespace, V1Secret } from "@kubernetes/client-node";

import { keys } from "../../../sandbox/rancher/keys.ts";
import { fieldAnnotations, isLive, namespaceView, ownQuota } from "../../../sandbox/rancher/namespace.ts";
import { NormanError } from "../../../sandbox/rancher/norman.ts";
import { Project, projectSpec, projectView } from "../../../sandbox/rancher/project.ts";
import {
  authsOf,
  copyFor,
  mergedAuths,
  pullSecretData,
  pullSecretType,
  registryView,
} from "../../../sandbox/rancher/registry.ts";
import { wanted } from "../../../sandbox/rancher/propagation.ts";

const project = Project.parse({
  metadata: { name: "p-1", namespace: "c-1", annotations: { [keys.creator]: "u", note: "n" } },
  spec: projectSpec(
    {
      name: "appdev",
      resourceQuota: { limit: { pods: "9" } },
      namespaceDefaultResourceQuota: { limit: { pods: "3" } },
      containerDefaultResourceLimit: { limitsCpu: "1" },
    },
    "c-1",
  ),
});
const namespace: V1Namespace = {
  metadata: {
    name: "web",
    labels: { team: "t", [keys.project]: "p-1" },
    annotations: {
      [keys.project]: "c-1:p-1",
      [keys.description]: "d",
      [keys.resourceQuota]: '{"limit":{"pods":"5"}}',
      [keys.containerLimit]: "rubbish",
    },
  },
};
const secret: V1Secret = {
  metadata: {
    name: "ghcr",
    namespace: "p-1",
    labels: { [keys.projectScoped]: "p-1" },
    annotations: { [keys.project]: "c-1:p-1" },
  },
  type: pullSecretType,
  data: pullSecretData({ "ghcr.io": { username: "bot", password: "hidden" } }),
};
const refusal = (code: string) => (error: unknown) =>
  error instanceof NormanError && error.status === 422 && error.code === code;

describe("a project in /v3", () => {
  it("has the id cluster:project and shows what was set, and no annotation of Rancher's", () => {
    const { id, state, name, resourceQuota, annotations, creatorId } = projectView(project);
    assert.deepEqual(
      { id, state, name, resourceQuota, annotations, creatorId },
      {
        id: "c-1:p-1",
        state: "active",
        name: "appdev",
        resourceQuota: { limit: { pods: "9" } },
        annotations: { note: "n" },
        creatorId: "u",
      },
    );
  });
  it("has no quota fields when none was set", () => {
    const view = projectView({ ...project, spec: projectSpec({ name: "x" }, "c-1") });
    assert.ok(
      !("resourceQuota" in view) &&
        !("namespaceDefaultResourceQuota" in view) &&
        !("containerDefaultResourceLimit" in view),
    );
  });
  it("needs a name, and both quotas or none, and a default that fits", () => {
    assert.throws(() => projectSpec({}, "c"), refusal("MissingRequired"));
    assert.throws(
      () => projectSpec({ name: "x", resourceQuota: { limit: { pods: "1" } } }, "c"),
      refusal("MissingRequired"),
    );
    const tooMuch = {
      name: "x",
      resourceQuota: { limit: { pods: "1" } },
      namespaceDefaultResourceQuota: { limit: { pods: "2" } },
    };
    assert.throws(() => projectSpec(tooMuch, "c"), refusal("MaxLimitExceeded"));
  });
});

describe("a namespace in /v3", () => {
  it("shows its own quota, not an annotation that nobody can read, and no label of Rancher's", () => {
    const view = namespaceView(namespace);
    assert.deepEqual(
      [view.id, view["projectId"], view["description"], view["labels"], view["annotations"]],
      ["web", "c-1:p-1", "d", { team: "t" }, {}],
    );
    assert.deepEqual(view["resourceQuota"], { limit: { pods: "5" } });
    assert.ok(!("containerDefaultResourceLimit" in view));
  });
  it("is written into the annotations that it is read from", () => {
    const annotations = fieldAnnotations({
      description: "x",
      resourceQuota: { limit: { pods: "7" } },
      containerDefaultResourceLimit: {},
    });
    assert.deepEqual(annotations, {
      [keys.description]: "x",
      [keys.resourceQuota]: '{"limit":{"pods":"7"}}',
      [keys.containerLimit]: null,
    });
    assert.deepEqual(ownQuota({ metadata: { annotations: { [keys.resourceQuota]: '{"limit":{"pods":"7"}}' } } }), {
      pods: "7",
    });
    assert.deepEqual(fieldAnnotations({}), {});
  });
  it("is gone while it is being deleted", () => {
    assert.ok(isLive(namespace));
    assert.ok(!isLive({ metadata: { deletionTimestamp: new Date() } }));
    assert.ok(!isLive({ status: { phase: "Terminating" } }));
  });
});

describe("a docker credential", () => {
  it("never shows a password", () => {
    const view = registryView(secret, "dockerCredential");
    assert.deepEqual([view.id, view["registries"]], ["p-1:ghcr", { "ghcr.io": { username: "bot" } }]);
    assert.ok(!JSON.stringify(view).includes("hidden"));
  });
  it("is Docker's own JSON", () => {
    const text = Buffer.from(pullSecretData(authsOf(secret))[".dockerconfigjson"] ?? "", "base64").toString();
    const auth = Buffer.from("bot:hidden").toString("base64");
    assert.deepEqual(JSON.parse(text), { auths: { "ghcr.io": { username: "bot", password: "hidden", auth } } });
    assert.deepEqual(authsOf(secret), { "ghcr.io": { username: "bot", password: "hidden" } });
    assert.deepEqual(authsOf({ data: { ".dockerconfigjson": "!" } }), {});
  });
  it("keeps a password that a change leaves out, for the same user alone", () => {
    const present = authsOf(secret);
    assert.deepEqual(mergedAuths({ "ghcr.io": { username: "bot" } }, present), present);
    assert.deepEqual(mergedAuths({ "ghcr.io": { username: "eve" } }, present), {
      "ghcr.io": { username: "eve", password: "" },
    });
    assert.deepEqual(mergedAuths(undefined, present), present);
  });
});

describe("what a project gives its namespaces", () => {
  it("is a quota, container limits and copies of its pull secrets", () => {
    const { quota, limits, secrets } = wanted(namespace, project, [secret]);
    assert.deepEqual(quota?.spec, { hard: { pods: "5" } });
    assert.deepEqual(limits?.spec.limits[0]?.default, { cpu: "1" });
    assert.deepEqual(secrets, [copyFor(secret, "web")]);
    assert.deepEqual(
      [secrets[0]?.metadata?.namespace, secrets[0]?.data, secrets[0]?.metadata?.annotations?.[keys.copy]],
      ["web", secret.data, "true"],
    );
  });
  it("is nothing outside a project", () => {
    const { quota, limits, secrets } = wanted({ metadata: { name: "x" } }, undefined, []);
    assert.deepEqual([quota, limits, secrets], [undefined, undefined, []]);
  });
});
