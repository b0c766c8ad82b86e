import assert from "node:assert/strict";

import { eventPayload, occasionOf, tokenPermissions, trustOf } from "../../../sandbox/actions/run-context.ts";
import type { Happening } from "../../../sandbox/actions/stand-in-client.ts";

const happening = (name: string, payload: Record<string, unknown>, login = "dana"): Happening => ({
  sequence: 1,
  id: "1",
  name,
  payload,
  at: "2026-01-01T00:00:00Z",
  repository: "kbase/narrative",
  sender: { login, type: "User" },
  subject: { ref: "refs/heads/develop", sha: "abc", message: "Message" },
});
const pull = (repository: string | null) => ({
  pull_request: {
    head: { ref: "feature", sha: "def", repo: repository === null ? null : { full_name: repository } },
    base: { ref: "main", sha: "abc" },
  },
});

describe("a run", () => {
  const trusted: readonly [what: string, Happening, ReturnType<typeof trustOf>][] = [
    ["a push", happening("push", {}), "full"],
    ["a pull request of the repository", happening("pull_request", pull("KBase/narrative")), "full"],
    ["a pull request of a fork", happening("pull_request", pull("dana/narrative")), "fork"],
    ["a pull request of a fork that is gone", happening("pull_request", pull(null)), "fork"],
    [
      "a pull request by Dependabot",
      happening("pull_request", pull("kbase/narrative"), "dependabot[bot]"),
      "dependabot",
    ],
  ];
  for (const [what, event, trust] of trusted)
    it(`of ${what} is trusted: ${trust}`, () => assert.equal(trustOf(event), trust));

  it("has a token that may what its jobs may, all taken together", () => {
    const grants = [
      { contents: "read" as const, packages: "none" as const },
      { "pull-requests": "write" as const, contents: "write" as const },
    ];
    assert.deepEqual(tokenPermissions(grants, "full"), { contents: "write", pull_requests: "write" });
    assert.deepEqual(tokenPermissions([{}], "full"), {});
    assert.deepEqual(tokenPermissions([undefined], "full"), { contents: "read", packages: "read" });
  });

  it("of a fork or by Dependabot has a token that only reads", () => {
    for (const trust of ["fork", "dependabot"] as const) {
      const levels = Object.values(tokenPermissions([{ packages: "write", contents: "read" }, "write-all"], trust));
      assert.ok(levels.length > 0 && levels.every((level) => level === "read"), trust);
    }
  });

  it("of a pull request is for the branch that it goes to", () =>
    assert.equal(occasionOf(happening("pull_request", pull("kbase/narrative")), undefined).ref, "refs/heads/main"));

  it("by a workflow's own token is known as such, but for the clock", () => {
    const by = (name: string) => occasionOf(happening(name, {}, "github-actions[bot]"), undefined).byWorkflow;
    assert.deepEqual([by("push"), by("schedule")], [true, false]);
  });

  it("that a person starts has inputs that are text", () => {
    const { inputs } = eventPayload(happening("workflow_dispatch", { inputs: { delete: true, days: 3, image: "a" } }));
    assert.deepEqual(inputs, { delete: "true", days: "3", image: "a" });
  });
});
