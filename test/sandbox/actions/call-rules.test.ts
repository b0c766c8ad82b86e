import assert from "node:assert/strict";

import { loggedJob } from "../../../sandbox/actions/workflow/job-names.ts";
import { calledWorkflow, callProblems } from "../../../sandbox/actions/workflow/call-rules.ts";
import { checkName } from "../../../sandbox/actions/workflow/check-names.ts";
import { parseWorkflow } from "../../../sandbox/actions/workflow/workflow-file.ts";

const uses = `kbase/drover/.github/workflows/called.yml@${"a".repeat(40)}`;
const caller = (job: string) =>
  parseWorkflow("caller.yml", `on: push\npermissions: {}\njobs:\n  call: { uses: "${uses}", ${job} }\n`);
const called = (call: string, job = "{ runs-on: ubuntu-24.04 }") =>
  parseWorkflow("called.yml", `on: { workflow_call: ${call} }\npermissions: {}\njobs: { inner: ${job} }\n`);

describe("a job that calls a workflow", () => {
  const grants: readonly [given: string, wanted: string, problem: RegExp | undefined][] = [
    ["{ contents: read }", "{ contents: read }", undefined],
    ["{ packages: write }", "{ packages: read }", undefined],
    ["write-all", "{ packages: write }", undefined],
    ["{ packages: read }", "{ packages: write }", /the job inner of .* wants packages: write, which is not granted/u],
    ["{ contents: read }", "{ contents: read, deployments: write }", /wants deployments: write/u],
    ["{}", "{ contents: read }", /wants contents: read/u],
    ["read-all", "{ contents: write }", /wants contents: write/u],
    ["{ contents: none }", "{ contents: read }", /wants contents: read/u],
    ["{ contents: read }", "{ contents: none }", undefined],
  ];
  for (const [given, wanted, problem] of grants)
    it(`that grants ${given} ${problem === undefined ? "can" : "can't"} call one that wants ${wanted}`, () => {
      const file = caller(`permissions: ${given}`);
      const inner = called("{}", `{ runs-on: ubuntu-24.04, if: false, permissions: ${wanted} }`);
      const problems = file.jobs["call"] === undefined ? [] : callProblems("call", file.jobs["call"], file, inner);
      if (problem === undefined) assert.deepEqual(problems, []);
      else assert.match(problems.join("\n"), problem);
    });

  const parameters: readonly [given: string, declared: string, problems: readonly string[]][] = [
    ["with: { a: 1 }", "{ inputs: { a: { type: number, required: true } } }", []],
    ["with: {}", "{ inputs: { a: { type: number, required: true } } }", [`jobs.call: ${uses} requires the inputs a`]],
    ["with: {}", "{ inputs: { a: { type: number } } }", []],
    ["with: { b: 1 }", "{ inputs: {} }", [`jobs.call: b is none of the inputs of ${uses}`]],
    ["secrets: { s: x }", "{ secrets: { s: {} } }", []],
    ["secrets: { s: x }", "{}", [`jobs.call: s is none of the secrets of ${uses}`]],
    ["secrets: inherit", "{ secrets: { s: { required: true } } }", []],
    ["with: {}", "{ secrets: { s: { required: true } } }", [`jobs.call: ${uses} requires the secrets s`]],
  ];
  for (const [given, declared, problems] of parameters)
    it(`${given} to one that declares ${declared} has ${problems.length === 0 ? "no problem" : "a problem"}`, () => {
      const file = caller(given);
      const job = file.jobs["call"];
      assert.deepEqual(job === undefined ? [] : callProblems("call", job, file, called(declared)), problems);
    });

  it("names it by repository, path and commit", () => {
    assert.deepEqual(calledWorkflow(uses), {
      repository: "kbase/drover",
      path: ".github/workflows/called.yml",
      ref: "a".repeat(40),
    });
    assert.throws(() => calledWorkflow("./.github/workflows/called.yml"), /is not owner\/repository/u);
  });
});

describe("the name of a check", () => {
  const table: readonly [caller: string | undefined, declared: string, shown: string, matrix: object, name: string][] =
    [
      [undefined, "test", "test", {}, "test"],
      ["pull-request", "gate", "gate", {}, "pull-request / gate"],
      ["call", "build", "build", { os: "linux", node: 24 }, "call / build (linux, 24)"],
      ["call", "build ${{ matrix.os }}", "build linux", { os: "linux" }, "call / build linux"],
    ];
  for (const [callerName, declared, shown, matrix, name] of table)
    it(`is ${name}`, () => assert.equal(checkName(callerName, declared, shown, { ...matrix }), name));

  const file = parseWorkflow(
    "images.yml",
    `on: push\njobs:\n  call: { uses: "${uses}" }\n  own: { name: Own, runs-on: x }\n`,
  );
  const inner = called("{}", "{ name: Inner job, runs-on: x }");
  const lines: readonly [job: string, id: string, matrix: object, check: string | undefined][] = [
    ["call/Called/Inner job   ", "inner", {}, "call / Inner job"],
    ["call/Called/Inner job-2", "inner", { v: 2 }, "call / Inner job (2)"],
    ["Images/Own  ", "own", {}, "Own"],
    ["Images/call", "call", {}, "call"],
    ["other/Called/Inner job", "inner", {}, undefined],
  ];
  for (const [job, jobID, matrix, check] of lines)
    it(`is ${String(check)} for act's ${job.trim()}`, () => {
      const known = new Map([["call", { name: "Called", file: inner, text: "" }]]);
      assert.equal(loggedJob({ job, jobID, matrix: { ...matrix } }, "Images", file, known)?.check, check);
    });
});
