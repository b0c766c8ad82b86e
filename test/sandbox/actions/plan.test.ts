import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { parse } from "yaml";

import { condition, interpolate } from "../../../sandbox/actions/workflow/expression.ts";
import { componentsOf, planRun } from "../../../sandbox/actions/workflow/plan.ts";
import { unitFile } from "../../../sandbox/actions/workflow/unit-file.ts";
import { parseWorkflow } from "../../../sandbox/actions/workflow/workflow-file.ts";

const golden = readFileSync(path.join(import.meta.dirname, "../../golden/workflows/everything.yml"), "utf8");
const file = parseWorkflow(".github/workflows/images.yml", golden);

/** Contexts of an event. */
const contexts = (name: string, event: object, ref: string, inputs: object = {}) => ({
  github: { event_name: name, event, ref: `refs/heads/${ref}`, ref_name: ref, sha: "abc" },
  inputs,
  needs: {},
});

describe("an expression", () => {
  const all = contexts("push", { pull_request: { number: 12, draft: false }, empty: "", none: null }, "develop", {
    action: "retag",
  });
  const conditions: readonly [string | boolean | undefined, boolean | undefined][] = [
    [undefined, true],
    [true, true],
    ["github.event_name == 'push'", true],
    ["${{ github.event_name == 'PUSH' }}", true],
    ["github.event_name == 'push' && github.ref_name == 'main'", false],
    ["github.event.pull_request.draft == false", true],
    ["github.event.missing.draft == false", true],
    ["!cancelled()", true],
    ["failure()", false],
    ["always()", true],
    ["github.event.empty || github.event.none", false],
    ["contains(fromJSON('[\"retag\"]'), inputs.action)", true],
    ["!cancelled() && needs.a.outputs.b", undefined],
  ];
  for (const [text, expected] of conditions)
    it(`${String(text)} is ${String(expected)} before any job ran`, () => assert.equal(condition(text, all), expected));

  it("is replaced in text", () => {
    assert.equal(interpolate("pull-request-${{ github.event.pull_request.number }}", all), "pull-request-12");
    assert.equal(interpolate("a-${{ github.event.client_payload.target || inputs.action }}-b", all), "a-retag-b");
    assert.equal(interpolate("plain", all), "plain");
  });

  it("that is wrong is said", () => assert.throws(() => condition("github.event_name = 'push'", all), /Unexpected/u));
});

describe("a plan of our workflow", () => {
  const events: readonly [
    what: string,
    Parameters<typeof contexts>,
    units: readonly (readonly [jobs: string[], groups: string[]])[],
  ][] = [
    [
      "for a pull request",
      ["pull_request", { pull_request: { number: 7 } }, "7/merge"],
      [
        [
          ["pull-request", "merge", "attest"],
          ["attest-abc", "pull-request-7 (cancels)"],
        ],
      ],
    ],
    [
      "for a push to the development branch",
      ["push", {}, "develop"],
      [
        [
          ["pull-request", "merge", "attest"],
          ["attest-abc", "merge-develop"],
        ],
        [["next-release"], ["next-release"]],
      ],
    ],
    [
      "for a push to the release branch",
      ["push", {}, "main"],
      [
        [
          ["pull-request", "merge", "attest"],
          ["attest-abc", "merge-main"],
        ],
      ],
    ],
    ["for a schedule", ["schedule", {}, "develop"], [[["clean-up"], ["clean-up"]]]],
    [
      "for a person's clean-up",
      ["workflow_dispatch", {}, "develop", { action: "clean-up" }],
      [[["clean-up"], ["clean-up"]]],
    ],
  ];
  for (const [what, given, expected] of events)
    it(`${what} has the jobs that its conditions let run, apart from those that they have nothing to do with`, () => {
      const { units, skipped, group } = planRun(file, contexts(...given));
      // attest needs the others, so it can't be ruled out before they ran.
      const live = units.filter(({ groups }) => groups.some(({ name }) => !name.startsWith("attest-")));
      assert.deepEqual(
        live.map(({ jobs, groups }) => [
          jobs,
          groups.map(({ name, cancelInProgress }) => (cancelInProgress ? `${name} (cancels)` : name)),
        ]),
        expected,
      );
      assert.equal(group, undefined);
      assert.deepEqual([...units.flatMap(({ jobs }) => jobs), ...skipped].sort(), Object.keys(file.jobs).sort());
    });

  it("keeps together what `needs` connects, and nothing else", () =>
    assert.deepEqual(
      componentsOf({
        a: { needs: [] },
        b: { needs: ["a"] },
        c: { needs: [] },
        d: { needs: ["c", "b"] },
        e: { needs: [] },
      }),
      [["a", "b", "c", "d"], ["e"]],
    ));

  it("gives each part the file with its jobs alone, unchanged", () => {
    const text = unitFile(golden, "Images", ["release"]);
    const [part, whole] = [parse(text) as typeof file, parse(golden) as typeof file];
    assert.deepEqual(part, { ...whole, jobs: { release: whole.jobs["release"] } });
  });
});
