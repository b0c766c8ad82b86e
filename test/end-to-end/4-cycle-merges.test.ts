import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { execa } from "execa";
import * as z from "zod";

import { checkout } from "../../sandbox/world/layout.ts";
import { buildsIn, logOf, resultsOf } from "../support/cycle.ts";
import type { Cycle } from "../support/cycle.ts";
import { onboard } from "../support/new-service.ts";
import { outcomes, single } from "../support/rows.ts";
import { coldStart, sandbox } from "../support/sandbox.ts";

const Deployments = z.array(z.looseObject({ payload: z.looseObject({ digest: z.string() }) }));

describe("the release cycle of merges and retags", () => {
  let web: Cycle;
  let image: string;

  before(async function () {
    this.timeout(coldStart);
    web = await onboard(this, "merges");
    image = `${web.name}-develop`;
  });

  /** A pull request into develop, ready, built and approved. */
  async function approved(branch: string): Promise<number> {
    const number = await web.open(branch);
    assert.deepEqual(outcomes(await web.settled()), ["pull_request opened: success"]);
    await web.approve(number);
    return number;
  }

  it("retags what was tested when what is merged is the same tree", async () => {
    const number = await approved("merged-equal");
    const { [`pr-${String(number)}`]: tested } = await web.tags(image);
    const merged = await web.merge(number);
    const run = single(await web.settled());
    assert.equal(resultsOf(run)["merge / merge"], "success", logOf(run));
    assert.equal(buildsIn([run]), 0);
    const after = await web.tags(image);
    assert.equal(after["latest"], tested);
    assert.equal(after[`sha-${merged.slice(0, 12)}`], tested);
  });

  it("builds what is merged when its tree is another one than what was tested, of two merges within one build too", async () => {
    const [one, two] = [await approved("merged-first"), await approved("merged-second")];
    for (const number of [one, two]) await web.merge(number);
    const runs = (await web.settled()).filter(({ event }) => event.name === "push");
    const tags = await web.tags(image);
    assert.deepEqual(outcomes(runs), ["push: success", "push: success"]);
    assert.equal(buildsIn(runs), 1);
    assert.notEqual(tags["latest"], tags[`pr-${String(two)}`]);
    const labels = await web.labels(image, "latest");
    assert.equal(labels["org.opencontainers.image.revision"], await web.tip("develop"));
  });

  it("moves nothing backwards when an old run runs again, of a merge or of a pull request", async () => {
    const number = await web.open("runs-again");
    const build = single(await web.settled());
    await web.commit("runs-again", "src/again.txt", "again\n");
    await web.settled();
    await web.approve(number);
    await web.merge(number);
    const push = single((await web.settled()).filter(({ event }) => event.name === "push"));
    await web.merge(await approved("after-it"));
    await web.settled();
    const before = await web.tags(image);
    for (const [old, conclusion] of [
      [build, "failure"],
      [push, "success"],
    ] as const) {
      await web.rerun(old);
      assert.equal(single(await web.settled()).conclusion, conclusion);
      assert.deepEqual(await web.tags(image), before);
    }
  });

  const retag = (payload: object) => web.api("POST", "/dispatches", { event_type: "retag", client_payload: payload });

  it("retags on a dispatch, and refuses what is no environment's tag or does not exist", async () => {
    const { latest } = await web.tags(image);
    const request = { image, source: "latest", target: "appdev", reason: "to show it" };
    await retag(request);
    const done = single(await web.settled());
    assert.equal(done.conclusion, "success", logOf(done));
    assert.equal((await web.tags(image))["appdev"], latest);
    assert.equal(buildsIn([done]), 0);

    const before = await web.tags(image);
    for (const wrong of [{ target: "latest" }, { source: "pr-99999" }, { image: "narrative" }]) {
      await retag({ ...request, ...wrong });
      assert.equal(single(await web.settled()).conclusion, "failure", JSON.stringify(wrong));
      assert.deepEqual(await web.tags(image), before);
    }
  });

  it("retags by the call that the README has", async () => {
    const readme = readFileSync(path.join(checkout, "README.md"), "utf8");
    const variables = /`(API=http:[^`]+)`/u.exec(readme)?.[1] ?? "";
    const call = /^ {4}curl --fail-with-body --header @-.*?"Authorization: Bearer \$TOKEN"$/msu.exec(readme)?.[0] ?? "";
    const before = await web.tags(image);
    const source = Object.keys(before).find((tag) => tag.startsWith("pr-")) ?? "";
    const own = call
      .replace("kbase/narrative", web.repository)
      .replace("narrative-develop", image)
      .replace("pr-12", source);
    assert.ok(
      [web.repository, image, source].every((part) => part !== "" && own.includes(part)),
      call,
    );
    const folder = mkdtempSync(path.join(tmpdir(), "drover-readme-"));
    try {
      symlinkSync((await sandbox()).layout.root, path.join(folder, ".sandbox"));
      await execa("bash", ["-euo", "pipefail", "-c", `export ${variables}\n${own}`], { cwd: folder });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const done = single(await web.settled());
    assert.equal(done.conclusion, "success", logOf(done));
    assert.deepEqual(await web.tags(image), { ...before, ci: before[source] });
  });

  it("retags one image, and records that one, where the tag moves meanwhile", async () => {
    const { latest: old } = await web.tags(image);
    await web.merge(await approved("moving"));
    await retag({ image, source: "latest", target: "ci", reason: "at once" });
    const runs = (await web.settled()).filter(({ event }) => event.name !== "pull_request");
    assert.deepEqual(outcomes(runs).sort(), ["push: success", "repository_dispatch retag: success"]);
    const { ci, latest } = await web.tags(image);
    assert.notEqual(latest, old);
    assert.ok(ci === old || ci === latest);
    const [newest] = Deployments.parse(await web.api("GET", "/deployments?environment=ci"));
    assert.equal(newest?.payload.digest, ci);
  });
});

describe("the release cycle of a trunk repository", () => {
  let trunk: Cycle;

  before(async function () {
    this.timeout(coldStart);
    const entry = () => ({ branches: { release: "main" }, retention: { days: 1, keep: 0 } });
    trunk = await onboard(this, "trunk", entry, { branches: ["main"] });
  });

  after(() => trunk.shiftClock(0));

  it("builds and pushes under the image's own name", async () => {
    const number = await trunk.open("feature", { base: "main" });
    assert.deepEqual(outcomes(await trunk.settled()), ["pull_request opened: success"]);
    const { [`pr-${String(number)}`]: tested } = await trunk.tags(trunk.name);
    assert.ok(tested !== undefined);
    await trunk.approve(number);
    await trunk.merge(number);
    const runs = await trunk.settled();
    assert.deepEqual(outcomes(runs), ["push: success"], runs.map(logOf).join("\n"));
    assert.equal(buildsIn(runs), 0);
    assert.equal((await trunk.tags(trunk.name))["latest"], tested);
    assert.deepEqual(await trunk.tags(`${trunk.name}-develop`), {});
  });

  it("removes images of closed pull requests on its schedule, and only reports them when a person starts it", async () => {
    await trunk.shiftClock(-40);
    const number = await trunk.open("abandoned", { base: "main" });
    await trunk.settled();
    await trunk.close(number);
    await trunk.shiftClock(0);
    const kept = await trunk.open("open", { base: "main" });
    await trunk.settled();
    trunk.age(trunk.name, 40);
    const before = await trunk.tags(trunk.name);

    await trunk.dispatch("main", { action: "clean-up" });
    const dry = single(await trunk.settled());
    assert.equal(dry.conclusion, "success", logOf(dry));
    assert.match(
      dry.summaries["clean-up / clean-up"] ?? "",
      new RegExp(`pr-${String(number)}\\b.*would be removed`, "su"),
    );
    assert.deepEqual(await trunk.tags(trunk.name), before);

    await trunk.tick("main");
    const run = single(await trunk.settled());
    assert.equal(run.conclusion, "success", logOf(run));
    const after = await trunk.tags(trunk.name);
    assert.ok(!(`pr-${String(number)}` in after), run.summaries["clean-up / clean-up"]);
    assert.equal(after["latest"], before["latest"]);
    assert.equal(after[`pr-${String(kept)}`], before[`pr-${String(kept)}`]);
  });
});
