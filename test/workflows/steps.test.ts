import assert from "node:assert/strict";

import { condition, interpolate } from "../../sandbox/actions/workflow/expression.ts";
import type { Contexts } from "../../sandbox/actions/workflow/expression.ts";
import { calledWorkflowOf, detailsOf } from "./workflow-files.ts";

function stepsOf(workflow: string, job: string) {
  const found = calledWorkflowOf(workflow).content.jobs[job];
  if (found === undefined) throw new Error(`${workflow}.yml has no job ${job}`);
  return detailsOf(found).steps;
}

/** The names of a job's steps that run. */
const running = (workflow: string, job: string, contexts: Contexts): string[] =>
  stepsOf(workflow, job)
    .filter((step) => condition(step.if, contexts))
    .map(({ name }) => name);

/** What a step finds in its environment. */
function environmentOf([workflow, job, name]: readonly [string, string, string], contexts: Contexts) {
  const step = stepsOf(workflow, job).find((one) => one.name === name);
  assert.ok(step !== undefined);
  return Object.fromEntries(Object.entries(step.env).map(([key, value]) => [key, interpolate(value, contexts)]));
}

/** Contexts after the steps that look for what was tested, and that push what was built. */
const after = (tested: string, pushed = ""): Contexts => ({
  steps: { tested: { outputs: { images: tested } }, push: { outputs: { images: pushed } } },
  github: { token: "token", ref_name: "main" },
  inputs: { images: '[{"name":"web"},{"name":"extra"}]', latest: "merge", release: "main" },
});

describe("the steps of a merge", () => {
  const builds = ["Check out", "Start BuildKit", "Tag of the build", "Build and test", "Push"];

  it("build where nothing of the tree was tested, and move the tag to what was built", () => {
    assert.deepEqual(running("merge", "merge", after("")), [
      "Log in",
      "Find what was tested",
      ...builds,
      "Move the tag",
    ]);
    const { DIGESTS, HOW } = environmentOf(["merge", "merge", "Move the tag"], after("", "[built]"));
    assert.deepEqual([DIGESTS, HOW], ["[built]", "built from the merged commit"]);
  });

  it("build nothing where all of it was tested, and move the tag to that", () => {
    assert.deepEqual(running("merge", "merge", after("[tested]")), ["Log in", "Find what was tested", "Move the tag"]);
    const { DIGESTS, HOW } = environmentOf(["merge", "merge", "Move the tag"], after("[tested]"));
    assert.deepEqual([DIGESTS, HOW], ["[tested]", "retagged as it was tested"]);
  });

  it("into the release branch move the tag where there is a candidate, and never build", () => {
    const always = ["Log in", "Find the release candidate"];
    assert.deepEqual(running("merge", "promote", after("")), always);
    assert.deepEqual(running("merge", "promote", after("[tested]")), [...always, "Move the tag"]);
    const { DIGESTS, HOW } = environmentOf(["merge", "promote", "Move the tag"], after("[tested]"));
    assert.deepEqual([DIGESTS, HOW], ["[tested]", "retagged as it was tested"]);
  });

  for (const job of ["merge", "promote"])
    it(`know the first of the images (${job}), whose key in an environment is another`, () => {
      assert.equal(environmentOf(["merge", job, "Move the tag"], after("[tested]"))["FIRST"], "web");
    });
});

describe("the steps of a retag", () => {
  const request = { image: "web", source: "pr-1", target: "ci", reason: "to show it" };
  const asked: readonly [string, object][] = [
    ["a web hook", { client_payload: request }],
    ["a person", { inputs: request }],
  ];
  for (const [who, event] of asked)
    it(`take the request of ${who}`, () => {
      const contexts = {
        github: { event, token: "token", server_url: "https://github.com", repository: "kbase/web", run_id: "1" },
        inputs: { images: '[{"name":"web"}]', develop: "", release: "main", targets: "ci" },
      };
      const { REQUEST = "" } = environmentOf(["retag", "check", "Check the request"], contexts);
      assert.deepEqual(JSON.parse(REQUEST), request);
      assert.equal(environmentOf(["retag", "retag", "Retag"], contexts)["REASON"], "to show it");
    });
});
