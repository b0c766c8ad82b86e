import assert from "node:assert/strict";

import { judge } from "../../../sandbox/actions/engine/docker-capability.ts";
import type { Findings } from "../../../sandbox/actions/engine/docker-capability.ts";

describe("a machine", () => {
  const able: Findings = {
    platform: "linux",
    user: 0,
    missingCommands: [],
    namespaces: undefined,
    socketPath: "/srv/drover/.sandbox/data/docker/exec/containerd/containerd.sock.ttrpc",
  };
  const table: readonly [what: string, finding: Partial<Findings>, reason: RegExp][] = [
    ["of another kind", { platform: "darwin" }, /runs on Linux, this is darwin/u],
    ["where somebody else than root starts it", { user: 1000 }, /needs root, this is user 1000/u],
    ["without programs that it needs", { missingCommands: ["jq", "curl"] }, /^jq, curl missing/u],
    ["that refuses namespaces", { namespaces: "Operation not permitted" }, /refused: Operation not permitted/u],
    ["with a folder that is too deep", { socketPath: `/${"a".repeat(107)}` }, /longer than a socket's 107 bytes/u],
  ];
  for (const [what, finding, reason] of table)
    it(`${what} can have no Docker engine, and is told why`, () =>
      assert.match(judge({ ...able, ...finding }) ?? "", reason));

  it("with all of that can have one", () => {
    assert.equal(judge(able), undefined);
    assert.equal(judge({ ...able, socketPath: `/${"a".repeat(106)}` }), undefined);
  });
});
