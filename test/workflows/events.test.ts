import assert from "node:assert/strict";

import { gateCheck } from "../../components/reusable-workflows.ts";
import { condition, interpolate } from "../../sandbox/actions/workflow/expression.ts";
import { byHand, pullRequest, push, release, runningJobs, schedule, webHook } from "./occasions.ts";
import type { Happening } from "./occasions.ts";
import { callers, detailsOf } from "./workflow-files.ts";
import type { Workflow } from "./workflow-files.ts";

const callerOf = (shape: string): Workflow => {
  const found = callers.find(({ name }) => name === shape);
  if (found === undefined) throw new Error(`there is no ${shape}`);
  return found;
};

const built = ["pull-request/build", "pull-request/gate"];
const checked = ["pull-request/build-only", "pull-request/gate"];
const refused = ["pull-request/gate"];
const retagged = ["retag/check", "retag/approval", "retag/retag"];
const fork = { from: "someone/web" };

type Row = readonly [what: string, happening: Happening, jobs: readonly string[]];

const everywhere: readonly Row[] = [
  ["a pull request closed", pullRequest("closed", "develop"), []],
  ["a pull request edited", pullRequest("edited", "develop"), []],
  ["a pull request labelled", pullRequest("labeled", "develop"), []],
  ["a pull request into a feature branch", pullRequest("opened", "feature"), []],
  ["a push to a feature branch", push("feature"), []],
  ["a pushed tag", push("refs/tags/1.4.2"), []],
  ["a release created as a draft", release("created"), []],
  ["a release edited", release("edited"), []],
  ["a web hook of another type", webHook("deploy"), []],
  ["a web hook", webHook("retag"), retagged],
  ["a retag by hand", byHand({ action: "retag" }), retagged],
  ["a clean-up by hand", byHand({ action: "clean-up" }), ["clean-up/clean-up"]],
  ["a schedule of somebody else's", schedule("0 0 1 1 *"), []],
];

/** Of a pull request into one branch. */
const pullRequests = (branch: string): Row[] => [
  ...["opened", "reopened", "synchronize", "ready_for_review"].flatMap((action): Row[] => [
    [`a pull request into ${branch}, ${action}`, pullRequest(action, branch), built],
    [`a pull request into ${branch} of a fork, ${action}`, pullRequest(action, branch, fork), checked],
    [`a draft into ${branch}, ${action}`, pullRequest(action, branch, { draft: true }), refused],
    [`a draft into ${branch} of a fork, ${action}`, pullRequest(action, branch, { draft: true, ...fork }), refused],
  ]),
  [`a pull request into ${branch} made a draft`, pullRequest("converted_to_draft", branch, { draft: true }), refused],
  [`a pull request into ${branch} of a fork that is gone`, pullRequest("opened", branch, { from: null }), checked],
  [`Dependabot's into ${branch}`, pullRequest("opened", branch, { author: "dependabot[bot]" }), checked],
  [`an App's into ${branch}`, pullRequest("opened", branch, { author: "renovate[bot]" }), built],
  [`a workflow's into ${branch}`, pullRequest("ready_for_review", branch, { author: "github-actions[bot]" }), built],
];

const tables: Readonly<Record<string, readonly Row[]>> = {
  "develop and release": [
    ...pullRequests("develop"),
    ...pullRequests("main"),
    ["a push to develop", push("develop"), ["merge/merge", "next-release/next-release"]],
    ["a push to main", push("main"), ["merge/promote"]],
    ["a release published", release("published"), ["release/version"]],
  ],
  "develop and release, everything": [
    ["a push to develop", push("develop"), ["merge/merge", "next-release/next-release"]],
    ["a push to main", push("main"), ["merge/promote"]],
    ["a release published", release("published"), ["release/version", "release/latest"]],
  ],
  trunk: [
    ...pullRequests("main"),
    ["a pull request into develop", pullRequest("opened", "develop"), []],
    ["a push to develop", push("develop"), []],
    ["a push to main", push("main"), ["merge/merge"]],
    ["a release published", release("published"), ["release/version"]],
  ],
  "trunk, everything": [
    ["a push to main", push("main"), ["merge/merge"]],
    ["a release published", release("published"), ["release/version", "release/latest"]],
  ],
  "develop only": [
    ...pullRequests("develop"),
    ["a pull request into main", pullRequest("opened", "main"), []],
    ["a push to develop", push("develop"), ["merge/merge"]],
    ["a push to main", push("main"), []],
    ["a release published", release("published"), []],
  ],
};

for (const [shape, rows] of Object.entries(tables))
  describe(`in a repository with ${shape}`, () => {
    for (const [what, happening, jobs] of [...everywhere, ...rows])
      it(`${what} runs ${jobs.length === 0 ? "nothing" : jobs.join(", ")}`, () =>
        assert.deepEqual(
          runningJobs(callerOf(shape), happening).map(({ id }) => id),
          jobs,
        ));
  });

describe("the clean-up", () => {
  it("runs by the clock where the entry says how long images stay, and deletes then", () => {
    const caller = callerOf("develop and release, everything");
    const [cron = ""] = caller.content.on.crons;
    const [job, ...others] = runningJobs(caller, schedule(cron));
    assert.equal(job?.id, "clean-up/clean-up");
    assert.deepEqual(others, []);
    assert.equal(interpolate("${{ inputs.delete }} ${{ inputs.days }} ${{ inputs.keep }}", job.contexts), "true 60 5");
  });

  it("by hand deletes only if that was asked for", () => {
    const deletes = (inputs: object) =>
      runningJobs(callerOf("develop and release"), byHand({ action: "clean-up", ...inputs })).map(({ contexts }) =>
        interpolate("${{ inputs.delete }} ${{ inputs.days }} ${{ inputs.keep }}", contexts),
      );
    assert.deepEqual(deletes({ delete: true }), ["true 30 10"]);
    assert.deepEqual(deletes({ delete: false }), ["false 30 10"]);
    assert.deepEqual(deletes({}), ["false 30 10"]);
  });

  it("has no schedule where the entry says nothing", () =>
    assert.deepEqual(callerOf("develop and release").content.on.crons, []));
});

describe("the attestation", () => {
  const caller = callerOf("develop and release, everything");
  const condition = (needs: object) =>
    interpolate(`\${{ ${String(caller.content.jobs["attest"]?.if)} }}`, { needs, github: {}, inputs: {} });
  const made = { outputs: { built: '[{"name":"a","digest":"b"}]' } };
  const none = { outputs: {} };
  it("is made of what a pull request's build or a merge's built, and of nothing else", () => {
    assert.notEqual(condition({ "pull-request": made, merge: none }), "");
    assert.notEqual(condition({ "pull-request": none, merge: made }), "");
    assert.equal(condition({ "pull-request": none, merge: none }), "");
  });
});

describe("the names and tags that a run uses", () => {
  const everything = "develop and release, everything";
  const cases: readonly [shape: string, happening: Happening, job: string, suffix: string, tag: string][] = [
    ["develop and release", pullRequest("opened", "develop"), "pull-request/build", "-develop", "pr-12"],
    ["develop and release", pullRequest("opened", "main"), "pull-request/build", "", "pr-12"],
    ["develop and release", pullRequest("opened", "main", fork), "pull-request/build-only", "", "pr-12"],
    ["trunk", pullRequest("opened", "main"), "pull-request/build", "", "pr-12"],
    ["develop only", pullRequest("opened", "develop"), "pull-request/build", "-develop", "pr-12"],
    ["develop and release", push("develop"), "merge/merge", "-develop", "latest"],
    ["develop and release", push("main"), "merge/promote", "", "latest"],
    [everything, push("develop"), "merge/merge", "-develop", "latest"],
    [everything, push("main"), "merge/promote", "", "latest-rc"],
    ["trunk", push("main"), "merge/merge", "", "latest"],
    ["trunk, everything", push("main"), "merge/merge", "", "latest-rc"],
    ["develop only", push("develop"), "merge/merge", "-develop", "latest"],
    ["develop only, everything", push("develop"), "merge/merge", "-develop", "latest"],
  ];
  for (const [shape, happening, id, suffix, tag] of cases)
    it(`are NAME${suffix}:${tag} in ${id} of ${shape} at ${happening.occasion.name} ${happening.occasion.ref}`, () => {
      const running = runningJobs(callerOf(shape), happening).find((one) => one.id === id);
      assert.ok(running !== undefined);
      const contexts = { ...running.contexts, steps: {} };
      const { env, steps } = detailsOf(running.job);
      const environment = { ...env, ...steps.find(({ name }) => name === "Move the tag")?.env };
      assert.equal(interpolate(environment["SUFFIX"] ?? "", contexts), suffix);
      assert.equal(interpolate(environment["TAG"] ?? "", contexts), tag);
    });
});

describe("the comparison with the release branch", () => {
  const happens = (shape: string, happening: Happening) =>
    runningJobs(callerOf(shape), happening).flatMap(({ job, contexts }) => {
      const step = detailsOf(job).steps.find(({ name }) => name === "Compare with the release branch");
      return step === undefined ? [] : [condition(step.if, contexts)];
    });
  it("is of what is built for the release branch, where the develop branch has images of its own", () => {
    assert.deepEqual(happens("develop and release", pullRequest("opened", "main")), [true]);
    assert.deepEqual(happens("develop and release", pullRequest("opened", "develop")), [false]);
    assert.deepEqual(happens("trunk", pullRequest("opened", "main")), [false]);
    assert.deepEqual(happens("develop only", pullRequest("opened", "develop")), [false]);
  });
});

describe("the required check", () => {
  it("reports at every event of a pull request into a protected branch, whoever made it and whatever became of the others", () => {
    const [caller = "", gate = ""] = gateCheck.split(" / ");
    for (const [shape, branches] of [
      ["develop and release", ["develop", "main"]],
      ["trunk", ["main"]],
      ["develop only", ["develop"]],
    ] as const)
      for (const branch of branches)
        for (const [what, happening] of pullRequests(branch)) {
          const running = runningJobs(callerOf(shape), happening).find(({ id }) => id === `${caller}/${gate}`);
          assert.ok(running !== undefined, `${shape}: ${what}`);
          assert.equal(running.job.name, gate);
          assert.equal(running.job.if, "always()");
          assert.equal(running.job.strategy, undefined);
          assert.deepEqual(running.job.needs, ["build", "build-only"]);
        }
  });
});
