import assert from "node:assert/strict";

import * as z from "zod";

import { gateCheck as gate } from "../../components/reusable-workflows.ts";
import { buildsIn, logOf } from "../support/cycle.ts";
import type { Cycle } from "../support/cycle.ts";
import { onboard } from "../support/new-service.ts";
import { build, outcomes, ran, single } from "../support/rows.ts";
import { coldStart } from "../support/sandbox.ts";

describe("the release cycle of pull requests", () => {
  let web: Cycle;
  let image: string;

  before(async function () {
    this.timeout(coldStart);
    web = await onboard(this, "pulls");
    image = `${web.name}-develop`;
  });

  /** A pull request into develop, ready and built. */
  async function built(branch: string): Promise<number> {
    const number = await web.open(branch);
    assert.deepEqual(outcomes(await web.settled()), ["pull_request opened: success"]);
    return number;
  }

  it("builds, tests and pushes one that is opened ready", async () => {
    const before = await web.tags(image);
    const number = await web.open("opened-ready");
    const run = single(await web.settled());
    const tag = `pr-${String(number)}`;
    const { head } = await web.pull(number);
    assert.deepEqual(ran(run), { [build]: "success", [gate]: "success" }, logOf(run));
    assert.equal(buildsIn([run]), 1);
    assert.equal((await web.checks(head.sha))[gate], "success");

    const { [tag]: digest, [`sha-${head.sha.slice(0, 12)}`]: immutable, ...others } = await web.tags(image);
    assert.match(digest ?? "", /^sha256:[0-9a-f]{64}$/u);
    assert.equal(immutable, digest);
    assert.deepEqual(others, before);
    const labels = await web.labels(image, tag);
    assert.equal(labels["org.opencontainers.image.revision"], head.sha);
    assert.equal(labels["org.opencontainers.image.version"], tag);
    assert.ok(labels["org.opencontainers.image.source"]?.endsWith(`/${web.repository}`));
    assert.match(labels["org.opencontainers.image.created"] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u);
    assert.equal(labels["drover.pull-request"], String(number));
    assert.match(run.summaries[build] ?? "", new RegExp(`${tag}.*${digest ?? ""}.*pulumi config set`, "su"));
  });

  it("builds nothing of a draft, and is red until it is taken out of draft", async () => {
    const before = await web.tags(image);
    const number = await web.open("opened-as-draft", { draft: true });
    const run = single(await web.settled());
    const { head } = await web.pull(number);
    assert.deepEqual(ran(run), { [gate]: "failure" }, logOf(run));
    assert.match(run.summaries[gate] ?? "", /draft: mark as ready to build/u);
    assert.equal((await web.checks(head.sha))[gate], "failure");
    assert.equal(buildsIn([run]), 0);
    assert.deepEqual(await web.tags(image), before);

    await web.ready(number);
    assert.deepEqual(ran(single(await web.settled())), { [build]: "success", [gate]: "success" });
    assert.equal((await web.checks(head.sha))[gate], "success");
    assert.ok(`pr-${String(number)}` in (await web.tags(image)));
  });

  it("cancels the build of one that becomes a draft again", async () => {
    const before = await web.tags(image);
    const number = await web.open("redrafted");
    await web.draft(number);
    const runs = await web.settled();
    const { head } = await web.pull(number);
    assert.deepEqual(outcomes(runs), ["pull_request opened: cancelled", "pull_request converted_to_draft: failure"]);
    // A job that always runs does so in a cancelled run too: red, so that nothing can be merged meanwhile.
    assert.deepEqual(ran(runs[0]), {
      [build]: "cancelled",
      "pull-request / build-only": "cancelled",
      [gate]: "failure",
    });
    assert.equal((await web.checks(head.sha))[gate], "failure");
    assert.deepEqual(await web.tags(image), before);
  });

  it("moves the tag when something is pushed, and cancels the build before", async () => {
    const number = await built("synchronized");
    const { [`pr-${String(number)}`]: first } = await web.tags(image);
    const middle = await web.commit("synchronized", "src/one.txt", "1\n");
    const last = await web.commit("synchronized", "src/two.txt", "2\n");
    const runs = await web.settled();
    assert.deepEqual(outcomes(runs), ["pull_request synchronize: cancelled", "pull_request synchronize: success"]);
    assert.equal((await web.checks(middle))[gate], "failure");
    const tag = `pr-${String(number)}`;
    assert.notEqual((await web.tags(image))[tag], first);
    assert.equal((await web.labels(image, tag))["org.opencontainers.image.revision"], last);
  });

  it("builds the newest commit of one that is pushed to and taken out of draft at once, whichever comes first", async () => {
    for (const [branch, isPushFirst] of [
      ["pushed-and-ready", true],
      ["ready-and-pushed", false],
    ] as const) {
      const number = await web.open(branch, { draft: true });
      await web.settled();
      const push = () => web.commit(branch, "src/last.txt", "last\n");
      let last = isPushFirst ? await push() : "";
      await web.ready(number);
      if (!isPushFirst) last = await push();
      const runs = await web.settled();
      assert.equal(runs.length, 2);
      assert.equal(runs.at(-1)?.conclusion, "success", JSON.stringify(outcomes(runs)));
      assert.equal((await web.labels(image, `pr-${String(number)}`))["org.opencontainers.image.revision"], last);
      assert.equal((await web.checks(last))[gate], "success");
    }
  });

  it("does nothing when one is closed unmerged, and builds it again when it is reopened", async () => {
    const number = await built("closed");
    const before = await web.tags(image);
    await web.close(number);
    assert.deepEqual(await web.settled(), []);
    assert.deepEqual(await web.tags(image), before);
    await web.reopen(number);
    assert.deepEqual(outcomes(await web.settled()), ["pull_request reopened: success"]);
  });

  it("lets nobody merge one whose gate is red", async () => {
    const number = await web.open("red", { draft: true });
    await web.settled();
    await web.approve(number);
    await assert.rejects(web.merge(number), /draft|required status check/iu);
  });

  it("builds and tests a fork's without pushing, secrets or a token that writes", async () => {
    const before = await web.tags(image);
    const number = await web.openFromFork("from-a-fork");
    const run = single(await web.settled());
    const { head } = await web.pull(number);
    assert.deepEqual(ran(run), { "pull-request / build-only": "success", [gate]: "success" }, logOf(run));
    assert.equal(buildsIn([run]), 1);
    assert.equal((await web.checks(head.sha))[gate], "success");
    assert.deepEqual(await web.tags(image), before);
  });

  it("builds and tests Dependabot's without pushing", async () => {
    await web.installDependabot();
    const before = await web.tags(image);
    await web.open("dependabot/npm/zod", { who: "dependabot", file: "bump.txt" });
    const run = single(await web.settled());
    assert.deepEqual(ran(run), { "pull-request / build-only": "success", [gate]: "success" }, logOf(run));
    assert.deepEqual(await web.tags(image), before);
  });

  it("is red when the Dockerfile is broken, and pushes nothing", async () => {
    const before = await web.tags(image);
    const number = await web.open("broken", { file: "Dockerfile", content: "FROM scratch\nCOPY nothing /\n" });
    const run = single(await web.settled());
    const { head } = await web.pull(number);
    assert.deepEqual(ran(run), { [build]: "failure", [gate]: "failure" });
    assert.equal((await web.checks(head.sha))[gate], "failure");
    assert.deepEqual(await web.tags(image), before);
    await web.approve(number);
    await assert.rejects(web.merge(number), /required status check/iu);
  });

  it("starts nothing at all where the workflows' commit does not exist", async () => {
    const workflow = ".github/workflows/images.yml";
    const branch = "wrong-commit";
    await web.branch(branch, "develop");
    const file = z
      .looseObject({ content: z.string() })
      .parse(await web.api("GET", `/contents/${workflow}?ref=develop`)).content;
    const text = Buffer.from(file, "base64").toString("utf8");
    await web.commit(branch, workflow, text.replaceAll(/\.yml@[0-9a-f]{40}/gu, `.yml@${"0".repeat(40)}`));
    const before = await web.tags(image);
    const number = await web.openFrom(branch, "develop");
    const run = single(await web.settled());
    assert.equal(run.conclusion, "startup_failure");
    assert.match(run.reasons.join(), /pull-request\.yml@0+ was not found/u);
    assert.deepEqual(await web.checks((await web.pull(number)).head.sha), {});
    assert.deepEqual(await web.tags(image), before);
    await web.approve(number);
    await assert.rejects(web.merge(number), /required status check/iu);
  });
});
