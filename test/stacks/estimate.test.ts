import assert from "node:assert/strict";

import fc from "fast-check";

import { estimateOf, minutesOf, requestsOf } from "../../stacks/estimate.ts";
import { entryOf } from "../support/organization.ts";

describe("the requests that onboarding a repository takes", () => {
  const cases: readonly [string, object, number, { writes: number; reads: number }][] = [
    ["with two branches", {}, 2, { writes: 5, reads: 13 }],
    ["of a trunk repository", { branches: { release: "main" } }, 1, { writes: 4, reads: 8 }],
    ["with secrets and a variable", { secrets: ["A", "B"], variables: { X: "1" } }, 2, { writes: 8, reads: 21 }],
    ["with classic protection", { protection: { mode: "classic" } }, 2, { writes: 4, reads: 16 }],
    ["with settings of Actions", { actions: { access: "organization" } }, 2, { writes: 7, reads: 15 }],
    [
      "with an environment",
      { environments: { prod: { branches: ["main"], tags: ["v*"], secrets: ["A"], variables: { B: "x" } } } },
      2,
      { writes: 10, reads: 21 },
    ],
  ];
  for (const [what, entry, branches, requests] of cases)
    it(what, () => assert.deepEqual(requestsOf(entryOf({ name: "web", ...entry }), branches), requests));
});

describe("the time that GitHub's limits make them take", () => {
  const cases: readonly [string, number, number, number][] = [
    ["nothing", 0, 0, 0],
    ["80 writes a minute", 160, 0, 2],
    ["900 points a minute, five for a write", 80, 1400, 2],
    ["500 writes an hour", 501, 0, 60],
    ["5000 requests an hour", 10, 4991, 60],
  ];
  for (const [what, writes, reads, minutes] of cases)
    it(`is that of ${what}`, () => {
      assert.equal(minutesOf({ writes, reads }), minutes);
    });

  it("never shrinks with more requests", () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(9000), fc.nat(50), (writes, reads, more) =>
        assert.ok(minutesOf({ writes: writes + more, reads: reads + more }) >= minutesOf({ writes, reads })),
      ),
    );
  });

  it("is said for many repositories, and not for what takes no minute", () => {
    const one = { writes: 6, reads: 14 };
    assert.equal(estimateOf([]), undefined);
    assert.equal(estimateOf(Array.from({ length: 13 }, () => one)), undefined);
    assert.equal(
      estimateOf(Array.from({ length: 38 }, () => one)),
      "Onboarding 38 repositories takes about 228 writes and 532 reads; GitHub's limits (80 writes a minute, 500 an hour, 900 points a minute) make that at least 3 minutes.",
    );
  });
});
