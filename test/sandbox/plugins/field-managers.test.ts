import assert from "node:assert/strict";

import { isForced, takeOver, withIgnored } from "../../../sandbox/plugins/kubernetes/field-managers.ts";
import type { PlainMap } from "../../../sandbox/plugins/shared/values.ts";

const entry = (manager: string, operation: string, fieldsV1: PlainMap, rest: PlainMap = {}): PlainMap => ({
  manager,
  operation,
  fieldsV1,
  ...rest,
});
const live = (...managedFields: PlainMap[]): PlainMap => ({ metadata: { managedFields }, spec: { replicas: 5 } });
const own = "pulumi-kubernetes-0000";

describe("taking over fields from client-side managers", () => {
  it("renames the manager of an object that was created", () => {
    const controller = entry("kube-controller-manager", "Update", { "f:status": {} }, { subresource: "status" });
    const created = entry("pulumi-kubernetes", "Update", { "f:data": { "f:a": {} } }, { time: "t" });
    assert.deepEqual(takeOver(live(controller, created), own), [
      controller,
      { ...created, manager: own, operation: "Apply" },
    ]);
  });

  it("unites the fields of kubectl and of the applying manager", () => {
    const applied = entry(own, "Apply", { "f:spec": { "f:a": {}, "f:b": { "f:c": {} } } });
    const edited = entry("kubectl-set", "Update", { "f:spec": { "f:a": { "f:x": {} }, "f:b": {} } });
    const union = { "f:spec": { "f:a": { ".": {}, "f:x": {} }, "f:b": { ".": {}, "f:c": {} } } };
    assert.deepEqual(takeOver(live(applied, edited), own), [{ ...applied, fieldsV1: union }]);
  });

  it("does nothing where there is nothing to take", () => {
    assert.equal(takeOver(live(entry(own, "Apply", {}), entry("helm", "Update", {})), own), undefined);
    assert.equal(takeOver(live(entry("kubectl", "Update", {}, { subresource: "scale" })), own), undefined);
  });
});

describe("taking fields by force", () => {
  const annotated = { metadata: { annotations: { "pulumi.com/patchForce": "true" } } };
  const foreign = live(entry("helm", "Update", {}));
  const clientSide = live(entry("pulumi-kubernetes", "Update", {}));
  const cases: readonly [string, Parameters<typeof isForced>[0], boolean][] = [
    ["an annotation", { inputs: annotated, live: foreign, enablePatchForce: false, preview: false }, true],
    ["the provider's setting", { inputs: {}, live: foreign, enablePatchForce: true, preview: false }, true],
    ["nothing", { inputs: {}, live: foreign, enablePatchForce: false, preview: true }, false],
    ["the preview of a new object", { inputs: {}, live: undefined, enablePatchForce: false, preview: true }, true],
    [
      "the preview of an object that was only created",
      { inputs: {}, live: clientSide, enablePatchForce: false, preview: true },
      true,
    ],
    ["the update of one", { inputs: {}, live: clientSide, enablePatchForce: false, preview: false }, false],
    ["an object without managers", { inputs: {}, live: live(), enablePatchForce: false, preview: false }, true],
  ];
  for (const [name, force, expected] of cases)
    it(`is ${expected ? "" : "not "}asked for by ${name}`, () => {
      assert.equal(isForced(force), expected);
    });
});

describe("ignored fields", () => {
  const inputs = { spec: { replicas: 2, paused: true } };

  it("of another manager are left out", () => {
    const scaled = live(entry("autoscaler", "Update", { "f:spec": { "f:replicas": {} } }));
    assert.deepEqual(withIgnored(inputs, scaled, own, ["spec.replicas"]), { spec: { paused: true } });
  });

  it("of our own or of nobody keep their live value", () => {
    const shared = live(
      entry(own, "Apply", { "f:spec": { "f:replicas": {} } }),
      entry("autoscaler", "Update", { "f:spec": { "f:replicas": {} } }),
    );
    assert.deepEqual(withIgnored(inputs, shared, own, ["spec.replicas"]), { spec: { replicas: 5, paused: true } });
    assert.deepEqual(withIgnored(inputs, live(), own, ["spec.replicas", "spec.other"]), {
      spec: { replicas: 5, paused: true },
    });
  });
});
