import assert from "node:assert/strict";

import { readCheckpoint, writeCheckpoint } from "../../../sandbox/plugins/kubernetes/checkpoint.ts";
import { Secret } from "../../../sandbox/plugins/shared/values.ts";

describe("a resource's state", () => {
  const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1", b: "2" } };
  const live = { ...inputs, metadata: { name: "a", uid: "u" } };
  const checkpoint = { inputs, live, initialApiVersion: "v1", fieldManager: "pulumi-kubernetes-0000" };

  it("holds the live object, the inputs and what has to be remembered", () => {
    const state = writeCheckpoint(checkpoint, {});
    assert.deepEqual(Object.keys(state), [
      "apiVersion",
      "kind",
      "metadata",
      "data",
      "__inputs",
      "__initialApiVersion",
      "__fieldManager",
    ]);
    const read = readCheckpoint(state);
    assert.deepEqual(
      [read.inputs, read.initialApiVersion, read.fieldManager],
      [inputs, "v1", "pulumi-kubernetes-0000"],
    );
  });

  it("keeps secret what the inputs had secret, in both places", () => {
    const state = writeCheckpoint(checkpoint, { data: { a: new Secret("1"), b: "2" } });
    const expected = { a: new Secret("1"), b: "2" };
    assert.deepEqual([state["data"], state["__inputs"]], [expected, { ...inputs, data: expected }]);
  });

  it("keeps a list secret as a whole when one of its items is", () => {
    const listed = { ...checkpoint, live: { ...live, list: [1, 2] } };
    assert.deepEqual(writeCheckpoint(listed, { list: [1, new Secret(2)] })["list"], new Secret([1, 2]));
  });

  it("keeps a Secret's data secret whatever the inputs say", () => {
    const secret = { ...inputs, kind: "Secret" };
    assert.deepEqual(writeCheckpoint({ ...checkpoint, live: secret }, {})["data"], new Secret({ a: "1", b: "2" }));
  });

  it("spells the extensions of definitions as Pulumi does", () => {
    const definition = { ...live, spec: { "x-kubernetes-int-or-string": true } };
    const state = writeCheckpoint({ ...checkpoint, live: definition }, {});
    assert.deepEqual(state["spec"], { x_kubernetes_int_or_string: true });
    assert.deepEqual(readCheckpoint(state).live["spec"], definition.spec);
  });
});
