import assert from "node:assert/strict";

import * as z from "zod";

import { buildsIn, Cycle, logOf, resultsOf } from "../support/cycle.ts";
import type { Run } from "../support/cycle.ts";
import { coldStart, configure, configured, needWorkflows, sandbox, succeed } from "../support/sandbox.ts";

const gate = "pull-request / gate";
const build = "pull-request / build";

/** The repositories whose cycle is shown: one with a development branch, and a trunk repository. */
const entries = ["auth2", { name: "JobRunner", branches: { release: "main" } }];
const Entries = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));
const nameOf = (entry: z.infer<typeof Entries>[number]) => (typeof entry === "string" ? entry : entry.name);

/** What became of an event: `pull_request opened: success`. */
const outcomes = (runs: readonly Run[]) =>
  runs.map(({ event, conclusion }) => `${[event.name, event.action].filter(Boolean).join(" ")}: ${conclusion}`);

/** The jobs of a run that were not skipped. */
const ran = (run: Run | undefined) =>
  Object.fromEntries(
    Object.entries(run === undefined ? {} : resultsOf(run)).filter(([, result]) => result !== "skipped"),
  );

/** The only run. */
function single(runs: readonly Run[]): Run {
  const [run, ...others] = runs;
  if (run === undefined || others.length > 0)
    throw new Error(`one run was expected: ${JSON.stringify(outcomes(runs))}`);
  return run;
}

describe("the release cycle", () => {
  let auth: Cycle;

  before(async function () {
    this.timeout(coldStart);
    await needWorkflows(this);
    const present = Entries.parse(await configured("github", "repositories"));
    const wanted = entries.filter((entry) => !present.some((one) => nameOf(one) === nameOf(entry)));
    await configure("github", { repositories: [...present, ...wanted] });
    await succeed("up", "--yes", "--skip-preview", "--stack", "github");
    auth = new Cycle(await sandbox(), "auth2");
    await auth.settled();
  });

  /** A pull request into develop, ready and built. */
  async function built(branch: string): Promise<number> {
    const number = await auth.open(branch);
    assert.deepEqual(outcomes(await auth.settled()), ["pull_request opened: success"]);
    return number;
  }

  it("builds, tests and pushes a pull request that is opened ready", async () => {
    const before = await auth.tags("auth2-develop");
    const number = await auth.open("opened-ready");
    const run = single(await auth.settled());
    const tag = `pr-${String(number)}`;
    const { head } = await auth.pull(number);
    assert.deepEqual(ran(run), { [build]: "success", [gate]: "success" }, logOf(run));
    assert.equal(buildsIn([run]), 1);
    assert.equal((await auth.checks(head.sha))[gate], "success");

    const { [tag]: digest, [`sha-${head.sha.slice(0, 12)}`]: immutable, ...others } = await auth.tags("auth2-develop");
    assert.match(digest ?? "", /^sha256:[0-9a-f]{64}$/u);
    assert.equal(immutable, digest);
    assert.deepEqual(others, before);
    const labels = await auth.labels("auth2-develop", tag);
    assert.equal(labels["org.opencontainers.image.revision"], head.sha);
    assert.equal(labels["org.opencontainers.image.version"], tag);
    assert.match(labels["org.opencontainers.image.source"] ?? "", /\/kbase\/auth2$/u);
    assert.match(labels["org.opencontainers.image.created"] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u);
    assert.equal(labels["drover.pull-request"], String(number));
    assert.match(run.summaries[build] ?? "", new RegExp(`${tag}.*${digest ?? ""}.*pulumi config set`, "su"));
  });

  it("builds nothing of a draft, and is red until it is taken out of draft", async () => {
    const before = await auth.tags("auth2-develop");
    const number = await auth.open("opened-as-draft", { draft: true });
    const run = single(await auth.settled());
    const { head } = await auth.pull(number);
    assert.deepEqual(ran(run), { [gate]: "failure" }, logOf(run));
    assert.match(run.summaries[gate] ?? "", /draft: mark as ready to build/u);
    assert.equal((await auth.checks(head.sha))[gate], "failure");
    assert.equal(buildsIn([run]), 0);
    assert.deepEqual(await auth.tags("auth2-develop"), before);

    await auth.ready(number);
    assert.deepEqual(ran(single(await auth.settled())), { [build]: "success", [gate]: "success" });
    assert.equal((await auth.checks(head.sha))[gate], "success");
    assert.ok(`pr-${String(number)}` in (await auth.tags("auth2-develop")));
  });

  it("cancels the build of a pull request that becomes a draft again", async () => {
    const before = await auth.tags("auth2-develop");
    const number = await auth.open("redrafted");
    await auth.draft(number);
    const runs = await auth.settled();
    const { head } = await auth.pull(number);
    assert.deepEqual(outcomes(runs), ["pull_request opened: cancelled", "pull_request converted_to_draft: failure"]);
    assert.equal((await auth.checks(head.sha))[gate], "failure");
    assert.deepEqual(await auth.tags("auth2-develop"), before);
  });

  it("moves the pull request's tag when something is pushed, and cancels the build before", async () => {
    const number = await built("synchronized");
    const { [`pr-${String(number)}`]: first } = await auth.tags("auth2-develop");
    await auth.commit("synchronized", "src/one.txt", "1\n");
    const last = await auth.commit("synchronized", "src/two.txt", "2\n");
    const runs = await auth.settled();
    assert.deepEqual(outcomes(runs), ["pull_request synchronize: cancelled", "pull_request synchronize: success"]);
    const tag = `pr-${String(number)}`;
    assert.notEqual((await auth.tags("auth2-develop"))[tag], first);
    assert.equal((await auth.labels("auth2-develop", tag))["org.opencontainers.image.revision"], last);
  });

  it("does nothing when a pull request is closed unmerged, and builds it again when it is reopened", async () => {
    const number = await built("closed");
    const before = await auth.tags("auth2-develop");
    await auth.close(number);
    assert.deepEqual(await auth.settled(), []);
    assert.deepEqual(await auth.tags("auth2-develop"), before);
    await auth.reopen(number);
    assert.deepEqual(outcomes(await auth.settled()), ["pull_request reopened: success"]);
  });

  it("retags what was tested when what is merged is the same tree", async () => {
    const number = await built("merged-equal");
    const { [`pr-${String(number)}`]: tested } = await auth.tags("auth2-develop");
    await auth.approve(number);
    const merged = await auth.merge(number);
    const run = single(await auth.settled());
    assert.equal(resultsOf(run)["merge / merge"], "success", logOf(run));
    assert.equal(buildsIn([run]), 0);
    const after = await auth.tags("auth2-develop");
    assert.equal(after["latest"], tested);
    assert.equal(after[`sha-${merged.slice(0, 12)}`], tested);
  });

  it("builds what is merged when its tree is another one than what was tested", async () => {
    const [one, two] = [await built("merged-first"), await built("merged-second")];
    for (const number of [one, two]) {
      await auth.approve(number);
      await auth.merge(number);
    }
    const runs = (await auth.settled()).filter(({ event }) => event.name === "push");
    const tags = await auth.tags("auth2-develop");
    assert.deepEqual(outcomes(runs), ["push: success", "push: success"]);
    assert.equal(buildsIn(runs), 1);
    assert.notEqual(tags["latest"], tags[`pr-${String(two)}`]);
    const labels = await auth.labels("auth2-develop", "latest");
    assert.equal(labels["org.opencontainers.image.revision"], await auth.tip("develop"));
  });

  it("lets nobody merge a pull request whose gate is red", async () => {
    const number = await auth.open("red", { draft: true });
    await auth.settled();
    await auth.approve(number);
    await assert.rejects(auth.merge(number), /draft|required status check/iu);
  });
});
