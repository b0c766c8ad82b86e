import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import fc from "fast-check";
import { parse } from "yaml";
import * as z from "zod";

import { imagesInput, packageNames } from "../../components/image-packages.ts";
import { imageWorkflow, imageWorkflowFile, managedMark } from "../../components/image-workflow.ts";
import type { WorkflowSource } from "../../components/image-workflow.ts";
import { longLived } from "../../components/onboarding.ts";
import { gateCheck, reusableWorkflows } from "../../components/reusable-workflows.ts";
import { commit, entryOf } from "../support/organization.ts";
import { rawEntries, shuffled } from "../support/raw-entries.ts";

const source: WorkflowSource = { repository: "kbase/drover", commit, version: "v1.0.0", registry: "ghcr.io" };
const golden = (name: string) => path.resolve(import.meta.dirname, `../golden/workflows/${name}.yml`);

const Workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({}),
  jobs: z.record(z.string(), z.record(z.string(), z.unknown())),
});

describe("the workflow file of a repository", () => {
  const shapes: Readonly<Record<string, unknown>> = {
    "develop-and-release": "narrative",
    trunk: { name: "JobRunner", branches: { release: "main" } },
    "develop-only": { name: "tablescanner", branches: { develop: "develop" } },
    everything: {
      name: "narrative",
      image: { arguments: { SECOND: "2", FIRST: "1" }, test: "echo 'it''s' # fine", target: "release" },
      images: [{ name: "narrative_version", dockerfile: "Dockerfile2", context: "version" }],
      secrets: ["B", "A"],
      buildSecrets: ["B", "A"],
      attestations: true,
      retention: { days: 60, keep: 5 },
      latest: "release",
    },
  };
  for (const [shape, entry] of Object.entries(shapes))
    it(`for ${shape.replaceAll("-", " ")} is the golden one`, () => {
      const text = imageWorkflowFile(entryOf(entry), source);
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden(shape), text);
      assert.equal(text, readFileSync(golden(shape), "utf8"));
    });

  it("parses to what was meant, for any entry", () => {
    fc.assert(
      fc.property(rawEntries, (raw) => {
        const entry = entryOf(raw);
        assert.deepEqual(parse(imageWorkflowFile(entry, source)), imageWorkflow(entry, source));
      }),
    );
  });

  it("is the same whatever the order of an entry's keys", () => {
    fc.assert(
      fc.property(rawEntries, fc.infiniteStream(fc.nat()), (raw, numbers) => {
        assert.equal(
          imageWorkflowFile(entryOf(shuffled(raw, numbers)), source),
          imageWorkflowFile(entryOf(raw), source),
        );
      }),
    );
  });

  it("has the required gate as a job of every pull request into every protected branch", () => {
    fc.assert(
      fc.property(rawEntries, (raw) => {
        const entry = entryOf(raw);
        const { on, jobs } = Workflow.parse(parse(imageWorkflowFile(entry, source)));
        const [caller = "", called] = gateCheck.split(" / ");
        assert.equal(called, "gate");
        assert.equal(jobs[caller]?.["if"], "github.event_name == 'pull_request'");
        assert.equal(jobs[caller]["name"], undefined);
        const events = z.looseObject({ branches: z.array(z.string()) }).parse(on["pull_request"]);
        assert.deepEqual(events.branches, longLived(entry.branches));
      }),
    );
  });

  it("calls only pinned workflows, with the inputs, secrets and grants that these declare, and grants nothing else", () => {
    fc.assert(
      fc.property(rawEntries, (raw) => {
        const { jobs, permissions } = Workflow.parse(parse(imageWorkflowFile(entryOf(raw), source)));
        assert.deepEqual(permissions, {});
        for (const [name, job] of Object.entries(jobs)) {
          const declared = Object.entries(reusableWorkflows).find(([workflow]) => workflow === name)?.[1];
          assert.ok(declared !== undefined, name);
          assert.equal(job["uses"], `kbase/drover/.github/workflows/${name}.yml@${commit}`);
          assert.deepEqual(job["permissions"], declared.permissions);
          const inputs = Object.keys(z.record(z.string(), z.unknown()).parse(job["with"]));
          assert.deepEqual(
            inputs.filter((input) => !(input in declared.inputs)),
            [],
          );
          const secrets = Object.keys(z.record(z.string(), z.unknown()).parse(job["secrets"] ?? {}));
          assert.deepEqual(
            secrets.filter((secret) => !declared.secrets.some((one) => one === secret)),
            [],
          );
        }
      }),
    );
  });

  it("runs exactly one job for a pull request and for a release, and none for both", () => {
    const { jobs } = imageWorkflow(entryOf("narrative"), source);
    const runs = (event: string) =>
      Object.entries(jobs).flatMap(([name, job]) =>
        job.if.startsWith(`github.event_name == '${event}'`) ? [name] : [],
      );
    assert.deepEqual(runs("pull_request"), ["pull-request"]);
    assert.deepEqual(runs("release"), ["release"]);
    assert.deepEqual(runs("push"), ["merge", "next-release"]);
  });

  it("begins with a mark that says whose it is, and names the version beside each commit", () => {
    const text = imageWorkflowFile(entryOf("narrative"), source);
    assert.ok(text.startsWith(`${managedMark}: the entry "narrative"`));
    assert.equal(
      text.match(/uses: .*$/gm)?.every((line) => line.endsWith("# v1.0.0")),
      true,
    );
    assert.doesNotMatch(imageWorkflowFile(entryOf("narrative"), { ...source, version: undefined }), /uses: .*#/);
  });

  it("names the registry to every workflow that uses it, where it is not GitHub's", () => {
    const { jobs } = imageWorkflow(entryOf({ name: "web", attestations: true }), {
      ...source,
      registry: "127.0.0.1:5000",
    });
    const without = Object.entries(jobs).flatMap(([name, job]) => (job.with?.["registry"] === undefined ? [name] : []));
    assert.deepEqual(without, ["next-release"]);
  });

  it("spreads the clean-ups of an organisation over a part of the night", () => {
    const crons = new Set(
      ["narrative", "auth2", "feeds", "groups", "catalog", "metrics"].map((name) =>
        JSON.stringify(imageWorkflow(entryOf({ name, retention: { days: 1 } }), source).on.schedule),
      ),
    );
    assert.equal(crons.size, 6);
    for (const cron of crons) assert.match(cron, /^\[\{"cron":"[1-5]?\d [1-4] \* \* \*"\}\]$/);
  });
});

describe("the packages of a repository", () => {
  const cases: readonly [unknown, string[]][] = [
    ["auth2", ["auth2-develop", "auth2"]],
    [{ name: "JobRunner", branches: { release: "main" } }, ["jobrunner"]],
    [{ name: "tablescanner", branches: { develop: "develop" } }, ["tablescanner-develop"]],
    [{ name: "search_api2", image: "searchapi2" }, ["searchapi2-develop", "searchapi2"]],
    [
      { name: "n", images: ["n_version"], branches: { develop: "d", release: "r" } },
      ["n-develop", "n", "n_version-develop", "n_version"],
    ],
  ];
  for (const [entry, names] of cases)
    it(`are ${names.join(", ")} for ${JSON.stringify(entry)}`, () => {
      const { images, branches } = entryOf(entry);
      assert.deepEqual(packageNames(images, branches), names);
    });

  it("come as JSON with what was set, arguments sorted", () =>
    assert.equal(
      imagesInput(entryOf({ name: "a", image: { arguments: { b: "1", a: "2" } }, images: ["x"] }).images),
      '[{"name":"a","arguments":{"a":"2","b":"1"}},{"name":"x"}]',
    ));
});
