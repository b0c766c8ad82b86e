import assert from "node:assert/strict";

import { isInternal, keys, mapPatch, merged, visible } from "../../../sandbox/rancher/keys.ts";

const map = { team: "web", [keys.project]: "p-1", "kubernetes.io/metadata.name": "x" };

describe("Rancher's own labels and annotations", () => {
  it("do not show in /v3, the user's do", () => assert.deepEqual(visible(map), { team: "web" }));
  it("do not include a user's label of the same company", () => assert.ok(!isInternal("team.cattle.io/owner")));
  it("survive a change of the user's", () => {
    assert.deepEqual(merged(map, { other: "y" }), {
      other: "y",
      [keys.project]: "p-1",
      "kubernetes.io/metadata.name": "x",
    });
  });
  it("cannot be set by a user", () => assert.deepEqual(merged(map, { [keys.project]: "p-2" })[keys.project], "p-1"));
  it("stay, like the user's, when a change does not speak of labels", () => {
    assert.deepEqual(merged(map, undefined), map);
    assert.deepEqual(merged(map, null), map);
  });
  it("become a patch that removes what is gone", () =>
    assert.deepEqual(mapPatch({ a: "1", b: "2" }, { b: "3", c: "4" }), { a: null, b: "3", c: "4" }));
});
