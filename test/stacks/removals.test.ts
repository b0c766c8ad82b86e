import assert from "node:assert/strict";

import fc from "fast-check";

import { Memory } from "../../stacks/organization-memory.ts";
import { removalProblem } from "../../stacks/removals.ts";
import { organizationOf } from "../support/organization.ts";

const names = (count: number) => Array.from({ length: count }, (_, index) => `r${String(index)}`);
const memoryOf = (all: readonly string[]) =>
  Memory.parse({ repositories: Object.fromEntries(all.map((name, index) => [name, { id: index + 1 }])) });
const problemOf = (before: readonly string[], after: readonly string[], removals?: number) =>
  removalProblem(organizationOf({ repositories: after, removals }), memoryOf(before));

describe("entries that leave the list", () => {
  const cases: readonly [string, number, number, number | undefined, boolean][] = [
    ["three of a few may", 4, 1, undefined, true],
    ["a quarter of many may", 40, 30, undefined, true],
    ["four of twelve may not", 12, 8, undefined, false],
    ["eleven of forty may not", 40, 29, undefined, false],
    ["eleven of forty may where that was said", 40, 29, 11, true],
    ["eleven of forty may not where another number was said", 40, 29, 10, false],
  ];
  for (const [what, before, after, removals, allowed] of cases)
    it(what, () => {
      const problem = problemOf(names(before), names(after), removals);
      assert.equal(problem === undefined, allowed, problem);
    });

  it("are named, with the number to confirm", () =>
    assert.equal(
      problemOf(["d", "c", "b", "a", "e"], ["e"]),
      "The list (drover:repositories) lacks 4 of the 5 repositories that are managed, whose rules, secrets and workflow files would be removed: a, b, c, d. If that is meant, say so: pulumi config set removals 4",
    ));

  it("do not count where they were only renamed", () => {
    const before = memoryOf(["a", "b", "c", "d", "e"]);
    const organization = organizationOf({ repositories: ["v", "w", "x", "y", "e"] });
    assert.equal(removalProblem(organization, before, new Set(["a", "b", "c", "d"])), undefined);
    assert.match(removalProblem(organization, before, new Set()) ?? "", /lacks 4 of the 5/);
  });

  it("are never refused when there are three or fewer, and never taken unsaid when more than a quarter of more than twelve go", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(60), (before, gone) => {
        fc.pre(gone < before);
        const problem = problemOf(names(before), names(before - gone));
        assert.equal(problem !== undefined, gone > 3 && gone * 4 > before);
      }),
    );
  });
});

it("outputs of another form are as if there were none", () => {
  assert.deepEqual(Memory.parse({ repositories: "x", secrets: 3 }), { repositories: {}, secrets: {} });
  assert.deepEqual(Memory.parse({ repositories: { a: { id: "x" } } }).repositories["a"]?.id, undefined);
});
