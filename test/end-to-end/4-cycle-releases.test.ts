import assert from "node:assert/strict";

import { gateCheck as gate } from "../../components/reusable-workflows.ts";
import { buildsIn, logOf } from "../support/cycle.ts";
import type { Cycle } from "../support/cycle.ts";
import { onboard } from "../support/new-service.ts";
import { build, outcomes, ran, single } from "../support/rows.ts";
import { coldStart } from "../support/sandbox.ts";

const revision = "org.opencontainers.image.revision";

/** The tests go on from one another: a release pull request is there once something was merged. */
describe("the release cycle of releases", () => {
  let web: Cycle;

  before(async function () {
    this.timeout(coldStart);
    web = await onboard(this, "releases");
  });

  /** Opens a pull request into develop, and merges it once it is built. */
  async function merged(branch: string): Promise<void> {
    const number = await web.open(branch);
    assert.deepEqual(outcomes(await web.settled()), ["pull_request opened: success"]);
    await web.approve(number);
    await web.merge(number);
  }

  const releasePull = async () => {
    const pull = await web.pullOf("develop", "master");
    assert.ok(pull !== undefined);
    return pull;
  };

  it("opens a draft release pull request on a push to develop, and builds a candidate when it is ready", async () => {
    await merged("first");
    await web.settled();
    const { number, draft } = await releasePull();
    assert.ok(draft);
    assert.deepEqual(await web.tags(web.name), {});
    await web.ready(number);
    const candidate = single(await web.settled());
    assert.deepEqual(ran(candidate), { [build]: "success", [gate]: "success" }, logOf(candidate));
    assert.equal(buildsIn([candidate]), 1);
    assert.ok(`pr-${String(number)}` in (await web.tags(web.name)));
  });

  it("builds the candidate anew when something is merged into develop, and lets nobody merge before it is built", async () => {
    const { number, head: old } = await releasePull();
    const tag = `pr-${String(number)}`;
    await web.approve(number);
    const { [tag]: stale } = await web.tags(web.name);
    await merged("second");
    // The gate of the old head counts no more, and that of the new one is not there yet; nor does the old head's approval count.
    await assert.rejects(web.merge(number), /required status check|review/iu);
    await web.approve(number);
    await assert.rejects(web.merge(number), /required status check/iu);
    const runs = await web.settled();
    assert.deepEqual(outcomes(runs).sort(), ["pull_request synchronize: success", "push: success"]);
    const { head } = await releasePull();
    assert.notEqual(head.sha, old.sha);
    assert.equal((await web.labels(web.name, tag))[revision], head.sha);
    const { [tag]: candidate, [`sha-${old.sha.slice(0, 12)}`]: before } = await web.tags(web.name);
    assert.deepEqual([candidate === stale, before], [false, stale]);
  });

  it("retags the candidate when it is merged, and builds nothing", async () => {
    const { number, head } = await releasePull();
    const { [`pr-${String(number)}`]: tested } = await web.tags(web.name);
    await web.approve(number);
    const commit = await web.merge(number);
    const runs = await web.settled();
    assert.deepEqual(outcomes(runs), ["push: success"], runs.map(logOf).join("\n"));
    assert.equal(ran(runs[0])["merge / promote"], "success");
    assert.equal(buildsIn(runs), 0);
    const after = await web.tags(web.name);
    assert.equal(after["latest"], tested);
    assert.equal(after[`sha-${commit.slice(0, 12)}`], tested);
    assert.equal(await web.tip("develop"), head.sha);
  });

  it("gives a published release's image its version", async () => {
    const before = await web.tags(web.name);
    await web.api("POST", "/releases", { tag_name: "1.4.0", target_commitish: "master", name: "1.4.0" }, "admin");
    const runs = await web.settled();
    assert.deepEqual(outcomes(runs), ["release published: success"], runs.map(logOf).join("\n"));
    assert.equal(buildsIn(runs), 0);
    assert.deepEqual(await web.tags(web.name), { ...before, "1.4.0": before["latest"] });
  });

  it("opens the next draft release pull request on the first push to develop after a release", async () => {
    assert.equal(await web.pullOf("develop", "master"), undefined);
    await merged("after-release");
    await web.settled();
    assert.ok((await releasePull()).draft);
  });

  it("refuses a release when the release branch has got something that the candidate was built without", async () => {
    const { number } = await releasePull();
    await web.ready(number);
    assert.deepEqual(outcomes(await web.settled()), ["pull_request ready_for_review: success"]);
    const before = await web.tags(web.name);
    await web.commit("master", "src/hot-fix.txt", "fixed\n", { who: "admin" });
    await web.settled();
    await web.approve(number);
    await web.merge(number);
    const run = single((await web.settled()).filter(({ event }) => event.name === "push"));
    assert.equal(ran(run)["merge / promote"], "failure");
    assert.match(run.summaries["merge / promote"] ?? "", /Not released.*was built/su);
    assert.deepEqual(await web.tags(web.name), before);
  });

  it("never gives a version to another image than the first", async () => {
    const before = await web.tags(web.name);
    await web.api("DELETE", "/git/refs/tags/1.4.0", undefined, "admin").catch(() => undefined);
    await web.api("POST", "/releases", { tag_name: "v1.4.0", target_commitish: "develop", name: "again" }, "admin");
    const run = single(await web.settled());
    assert.equal(run.conclusion, "failure", logOf(run));
    assert.deepEqual(await web.tags(web.name), before);
  });
});
