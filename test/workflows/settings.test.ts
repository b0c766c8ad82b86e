import assert from "node:assert/strict";

import * as z from "zod";

import { condition } from "../../sandbox/actions/workflow/expression.ts";
import { calledWorkflowOf, detailsOf, own } from "./workflow-files.ts";

const jobOf = (workflow: string, job: string) => {
  const found = calledWorkflowOf(workflow).content.jobs[job];
  if (found === undefined) throw new Error(`${workflow}.yml has no job ${job}`);
  return found;
};

describe("attestations", () => {
  const job = detailsOf(jobOf("attest", "attest"));
  const attested = job.steps.filter(({ uses }) => uses?.startsWith("actions/attest@"));

  it("of one image do not end with those of another", () =>
    assert.equal(z.looseObject({ "fail-fast": z.boolean() }).parse(job["strategy"])["fail-fast"], false));

  it("lie beside the image, and in no storage record, which would need another grant", () => {
    assert.equal(attested.length, 2);
    for (const { with: given } of attested)
      assert.deepEqual([given["push-to-registry"], given["create-storage-record"]], [true, false]);
  });
});

describe("the next release's pull request", () => {
  const cases: readonly [string, string, boolean][] = [
    ["push", "develop", true],
    ["push", "main", false],
    ["workflow_dispatch", "develop", false],
  ];
  for (const [event_name, ref_name, expected] of cases)
    it(`is ${expected ? "" : "not "}looked after at a ${event_name} of ${ref_name}`, () =>
      assert.equal(
        condition(jobOf("next-release", "next-release").if, {
          github: { event_name, ref_name },
          inputs: { develop: "develop", release: "main" },
        }),
        expected,
      ));
});

describe("workflows that run Pulumi", () => {
  const steps = own.flatMap(({ name, content }) =>
    Object.values(content.jobs).flatMap((job) =>
      detailsOf(job)
        .steps.filter(({ run }) => /^\s*(?:if ! )?pulumi (?:preview|up) /mu.test(run ?? ""))
        .map(({ env }) => ({ name, env })),
    ),
  );

  it("are those that preview, deploy and look for drift", () =>
    assert.deepEqual([...new Set(steps.map(({ name }) => name))].sort(), ["deploy", "drift", "preview"]));

  it("refresh with the token that is configured now, and look for no newer Pulumi", () => {
    for (const { name, env } of steps)
      assert.deepEqual([env["PULUMI_RUN_PROGRAM"], env["PULUMI_SKIP_UPDATE_CHECK"]], ["true", "true"], name);
  });

  it("look for drift every day", () => {
    const text = own.find(({ name }) => name === "drift")?.text ?? "";
    assert.match(text, /- cron: '?\d+ \d+ \* \* \*'?$/mu);
  });
});
