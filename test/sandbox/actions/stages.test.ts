import assert from "node:assert/strict";

import { parse } from "yaml";

import { StepOutputs } from "../../../sandbox/actions/step-outputs.ts";
import { runsAfter } from "../../../sandbox/actions/workflow/expression.ts";
import type { Result } from "../../../sandbox/actions/workflow/expression.ts";
import { neededBy, nextStage } from "../../../sandbox/actions/workflow/stages.ts";
import type { Ended } from "../../../sandbox/actions/workflow/stages.ts";
import { unitFile } from "../../../sandbox/actions/workflow/unit-file.ts";
import { parseWorkflow } from "../../../sandbox/actions/workflow/workflow-file.ts";

/** Jobs by id, with what they need; a capital letter is for an environment. */
const jobsOf = (needs: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(needs).map(([id, all]) => [id, { needs: all.split(" ").filter(Boolean) }]));

describe("the stages of a run", () => {
  const orders: readonly [what: string, needs: Readonly<Record<string, string>>, stages: readonly string[]][] = [
    ["all at once without environments", { a: "", b: "a", c: "b" }, ["a b c"]],
    ["an environment's job after what it needs and before what needs it", { a: "", B: "a", c: "B" }, ["a", "B", "c"]],
    ["environments one after another", { A: "", B: "A", C: "B" }, ["A", "B", "C"]],
    ["what needs no environment first, in the file's order", { c: "B", B: "", d: "a", a: "" }, ["d a", "B", "c"]],
    ["what needs several", { A: "", B: "", c: "A B", d: "A" }, ["A", "d", "B", "c"]],
  ];
  for (const [what, needs, stages] of orders)
    it(`are ${what}`, () => {
      const [ended, seen] = [new Set<string>(), [] as string[]];
      const ids = Object.keys(needs);
      for (;;) {
        const stage = nextStage(jobsOf(needs), ids, (id) => /[A-Z]/u.test(id), ended);
        if (stage.length === 0) break;
        seen.push(stage.join(" "));
        stage.forEach((id) => ended.add(id));
      }
      assert.deepEqual(seen, stages);
    });

  it("know what jobs need in the end", () =>
    assert.deepEqual(neededBy(jobsOf({ a: "", b: "a", c: "", d: "b" }), ["d"]), ["b", "a"]));
});

describe("a job that what it needs has ended before", () => {
  const contexts = { needs: { a: { result: "success", outputs: { text: "x" } } } };
  const cases: readonly [string | undefined, Result[], boolean][] = [
    [undefined, [], true],
    [undefined, ["success", "success"], true],
    [undefined, ["success", "skipped"], false],
    [undefined, ["failure"], false],
    ["needs.a.outputs.text == 'x'", ["success"], true],
    ["needs.a.outputs.text == 'y'", ["success"], false],
    ["needs.a.outputs.text == 'x'", ["failure"], false],
    ["!cancelled() && needs.a.outputs.text != ''", ["failure"], true],
    ["${{ always() }}", ["cancelled", "failure"], true],
    ["failure()", ["success"], false],
    ["failure()", ["success", "failure"], true],
    ["success() || needs.a.result == 'success'", ["failure"], true],
  ];
  for (const [text, ended, expected] of cases)
    it(`with the condition ${String(text)}, after ${ended.join(" and ")}, ${expected ? "runs" : "is skipped"}`, () =>
      assert.equal(runsAfter(text, contexts, ended), expected));
});

const text = `
on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps: &steps [{ run: echo }]
  b:
    needs: a
    runs-on: ubuntu-24.04
    environment: { name: "\${{ needs.a.outputs.x }}", url: https://example.org }
    outputs: { text: "\${{ steps.say.outputs.text }} of \${{ needs.a.outputs.x }}", key: "\${{ steps.say.outputs.key }}" }
    steps: *steps
`;

describe("a stage's file", () => {
  it("has jobs that ended before as jobs that end the same way, with the same outputs", () => {
    const ended = new Map<string, Ended>([["a", { result: "success", outputs: { x: "a ${{ github.token }}\nb" } }]]);
    const { jobs } = parse(unitFile(text, "Name", ["b"], ended)) as { jobs: Record<string, unknown> };
    assert.deepEqual(jobs["a"], {
      "runs-on": "ubuntu-24.04",
      outputs: { x: "a ${{ '${{' }} github.token }}\nb" },
      steps: [{ run: "true" }],
    });
    assert.deepEqual(jobs["b"], (parse(text) as { jobs: Record<string, unknown> }).jobs["b"]);
    const steps = (result: Result) =>
      (parse(unitFile(text, "Name", ["b"], new Map([["a", { result, outputs: {} }]]))) as { jobs: { a: object } }).jobs
        .a;
    assert.deepEqual(steps("skipped"), {
      "runs-on": "ubuntu-24.04",
      if: false,
      outputs: {},
      steps: [{ run: "false" }],
    });
    assert.deepEqual(steps("failure"), { "runs-on": "ubuntu-24.04", outputs: {}, steps: [{ run: "false" }] });
  });
});

describe("a job's outputs", () => {
  const job = parseWorkflow("file.yml", text).jobs["b"] ?? { outputs: {} };
  const contexts = { needs: { a: { outputs: { x: "stack" } } } };

  it("are what its steps said last", () => {
    const outputs = new StepOutputs();
    const say = (name: string, arg: string, id = "b") =>
      outputs.take(id, { level: "info", msg: "", command: "set-output", name, arg, stepID: ["say"] });
    say("text", "old");
    say("text", "new");
    say("text", "another job's", "c");
    assert.deepEqual(outputs.of("b", job, contexts, []), { text: "new of stack", key: "" });
  });

  it("are left out where they hold a secret", () => {
    const outputs = new StepOutputs();
    outputs.take("b", {
      level: "info",
      msg: "",
      command: "set-output",
      name: "key",
      arg: "a hidden b",
      stepID: ["say"],
    });
    assert.deepEqual(outputs.of("b", job, contexts, ["", "hidden"]), { text: " of stack" });
  });
});
