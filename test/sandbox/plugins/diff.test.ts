import assert from "node:assert/strict";

import { differences } from "../../../sandbox/plugins/kubernetes/difference.ts";
import { diff } from "../../../sandbox/plugins/kubernetes/diff.ts";
import { forceNew } from "../../../sandbox/plugins/kubernetes/force-new.ts";
import { contains, readPath, writePath } from "../../../sandbox/plugins/kubernetes/property-path.ts";
import { unknown } from "../../../sandbox/plugins/shared/values.ts";
import type { PlainMap, ValueMap } from "../../../sandbox/plugins/shared/values.ts";
import { offline } from "./support.ts";

const found = (old: PlainMap, wanted: PlainMap, fixed: readonly string[][] = []) =>
  differences(old, wanted, fixed).map(
    ({ path, change, replace }) => `${replace ? "!" : ""}${change} ${writePath(path)}`,
  );

describe("the differences between a live object and what is wanted", () => {
  const cases: readonly [string, PlainMap, PlainMap, string[]][] = [
    ["nothing", { a: [1, { b: null }] }, { a: [1, {}] }, []],
    ["a value", { a: { b: 1 } }, { a: { b: 2 } }, ["update a.b"]],
    ["an added map as a whole", {}, { a: { b: 2 } }, ["add a"]],
    ["a removed entry", { a: { b: 1, c: 1 } }, { a: { b: 1 } }, ["delete a.c"]],
    ["list entries by position", { l: [{ x: 1 }, 2] }, { l: [{ x: 2 }] }, ["update l[0].x", "delete l[1]"]],
    ["longer lists", { l: [1] }, { l: [1, 2] }, ["add l[1]"]],
    ["another type", { a: { b: 1 } }, { a: "b" }, ["update a"]],
    ["an unknown value", { a: 1 }, { a: unknown, b: unknown }, ["update a", "add b"]],
    ["an unknown map", { a: { b: 1 } }, { a: unknown }, ["update a"]],
    ["names with dots", { a: {} }, { a: { "x/y.z": "1" } }, ['add a["x/y.z"]']],
  ];
  for (const [name, old, wanted, expected] of cases)
    it(`show ${name}`, () => {
      assert.deepEqual(found(old, wanted), expected);
    });
});

describe("a change that replaces", () => {
  const mutable = { enableConfigMapMutable: true, enableSecretMutable: true };
  const immutable = { enableConfigMapMutable: false, enableSecretMutable: false };
  const object = (apiVersion: string, kind: string, rest: PlainMap = {}): PlainMap => ({ apiVersion, kind, ...rest });
  const cases: readonly [string, PlainMap, PlainMap, PlainMap, readonly string[]][] = [
    [
      "a Deployment's labels to select",
      object("apps/v1", "Deployment"),
      { spec: { selector: { matchLabels: { a: "1" } } } },
      { spec: { selector: { matchLabels: { a: "2" } } } },
      ["!update spec.selector.matchLabels.a"],
    ],
    [
      "a Deployment's image",
      object("apps/v1", "Deployment"),
      { spec: { template: { i: 1 } } },
      { spec: { template: { i: 2 } } },
      ["update spec.template.i"],
    ],
    [
      "a Job's template",
      object("batch/v1", "Job"),
      { spec: { template: { i: 1 } } },
      { spec: { template: { i: 2 } } },
      ["!update spec.template.i"],
    ],
    [
      "a Pod's image",
      object("v1", "Pod"),
      { spec: { containers: [{ image: "a" }] } },
      { spec: { containers: [{ image: "b" }] } },
      ["!update spec.containers[0].image"],
    ],
    [
      "a Pod's second container",
      object("v1", "Pod"),
      { spec: { containers: [{ name: "a" }] } },
      { spec: { containers: [{ name: "a" }, { image: "b" }] } },
      ["!add spec.containers[1]"],
    ],
    ["a spec that brings a selector", object("apps/v1", "Deployment"), {}, { spec: { selector: {} } }, ["!add spec"]],
    [
      "a claim's class",
      object("v1", "PersistentVolumeClaim"),
      { spec: { storageClassName: "a" } },
      { spec: { storageClassName: "b" } },
      ["!update spec.storageClassName"],
    ],
    [
      "a claim's size",
      object("v1", "PersistentVolumeClaim"),
      { spec: { resources: { requests: { storage: "1" } } } },
      { spec: { resources: { requests: { storage: "2" } } } },
      ["update spec.resources.requests.storage"],
    ],
    [
      "a Service's address",
      object("v1", "Service"),
      { spec: { clusterIP: "1" } },
      { spec: {} },
      ["!delete spec.clusterIP"],
    ],
    [
      "a Service's type",
      object("v1", "Service"),
      { spec: { type: "ClusterIP" } },
      { spec: { type: "NodePort" } },
      ["update spec.type"],
    ],
    [
      "a name",
      object("v1", "Service"),
      { metadata: { name: "a" } },
      { metadata: { name: "b" } },
      ["!update metadata.name"],
    ],
    ["a ConfigMap's data", object("v1", "ConfigMap"), { data: { a: "1" } }, { data: { a: "2" } }, ["!update data.a"]],
    ["a Secret's data", object("v1", "Secret"), { data: { a: "1" } }, { data: { a: "2" } }, ["!update data.a"]],
  ];
  for (const [name, kind, old, wanted, expected] of cases)
    it(`is told for ${name}`, () => {
      assert.deepEqual(
        found(
          old,
          wanted,
          [...forceNew(kind, immutable)].map((pattern) => [...pattern]),
        ),
        expected,
      );
    });

  it("is none for the data of kinds that may change in place, unless the object is frozen", () => {
    for (const kind of ["ConfigMap", "Secret"]) {
      const has = (rest: PlainMap) => forceNew(object("v1", kind, rest), mutable).some(([field]) => field === "data");
      assert.equal(has({}), false);
      assert.equal(has({ immutable: true }), true);
    }
  });
});

describe("a property path", () => {
  for (const path of [
    ["spec", "ports", 0, "name"],
    ["metadata", "annotations", "pulumi.com/x"],
    ["a", 'b"c'],
  ])
    it(`is read as it was written: ${writePath(path)}`, () => {
      assert.deepEqual(readPath(writePath(path)), path);
    });

  it("with a star stands for all entries", () => {
    assert.ok(contains(readPath("spec.containers[*].image"), ["spec", "containers", 3, "image"]));
    assert.ok(contains(readPath("spec"), ["spec", "replicas"]));
    assert.ok(!contains(readPath("spec.replicas"), ["spec"]));
  });

  it("that can't be read is named", () => {
    assert.throws(() => readPath("a[b"), /failed to parse ignore path "a\[b"/);
  });
});

describe("the diff of a resource", () => {
  const inputs = (image: string, name = "app"): ValueMap => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec: { selector: { matchLabels: { app: "app" } }, template: { spec: { containers: [{ name: "app", image }] } } },
  });
  const state = (program: string, live: string): ValueMap => ({
    ...inputs(live),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "app" } },
      template: {
        spec: { dnsPolicy: "ClusterFirst", containers: [{ name: "app", image: live, imagePullPolicy: "Always" }] },
      },
    },
    status: { replicas: 1 },
    __inputs: inputs(program),
    __initialApiVersion: "apps/v1",
    __fieldManager: "pulumi-kubernetes-00000000",
  });
  const of = async (olds: ValueMap, news: ValueMap, ignoreChanges: readonly string[] = []) => {
    const result = await diff(offline(), { urn: "urn", olds, news, ignoreChanges });
    return {
      details: [...result.details.keys()],
      replaces: result.replaces,
      first: result.deleteBeforeReplace,
      changed: result.changed,
    };
  };
  const image = "spec.template.spec.containers[0].image";

  it("does not count what the server added", async () => {
    assert.deepEqual(await of(state("a", "a"), inputs("a")), {
      details: [],
      replaces: [],
      first: false,
      changed: false,
    });
  });

  it("shows the program's change", async () => {
    assert.deepEqual((await of(state("a", "a"), inputs("b"))).details, [image]);
  });

  it("shows a change by hand that a refresh has seen", async () => {
    assert.deepEqual((await of(state("hand", "hand"), inputs("a"))).details, [image]);
  });

  it("leaves out ignored properties", async () => {
    assert.equal((await of(state("a", "a"), inputs("b"), ["spec.template.spec.containers[*].image"])).changed, false);
  });

  it("deletes first only what keeps its name", async () => {
    const other: ValueMap = {
      ...inputs("a"),
      spec: {
        selector: { matchLabels: { app: "b" } },
        template: { spec: { containers: [{ name: "app", image: "a" }] } },
      },
    };
    assert.deepEqual(await of(state("a", "a"), other), {
      details: ["spec.selector.matchLabels.app"],
      replaces: ["spec.selector.matchLabels.app"],
      first: true,
      changed: true,
    });
    const renamed = await of(state("a", "a"), inputs("a", "other"));
    assert.deepEqual(renamed.first, false);
    assert.deepEqual(renamed.replaces, ["metadata.name"]);
    const autonamed: ValueMap = {
      ...other,
      metadata: { name: "app", namespace: "shop", annotations: { "pulumi.com/autonamed": "true" } },
    };
    assert.equal((await of(state("a", "a"), autonamed)).first, false);
  });
});
