import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import * as z from "zod";

import { debianPackages, defaultCache } from "../../sandbox/cluster/debian-packages.ts";
import { registry, registryHost } from "../../sandbox/registry/registry.ts";
import { stopServer } from "../../sandbox/world/processes.ts";
import { buildsIn, Cycle, logOf, resultsOf } from "../support/cycle.ts";
import type { Run } from "../support/cycle.ts";
import {
  ask,
  coldStart,
  configure,
  configured,
  needRealPods,
  needWorkflows,
  sandbox,
  succeed,
} from "../support/sandbox.ts";

const gate = "pull-request / gate";
const build = "pull-request / build";

/**
 * The repositories whose cycle is shown: one with a development branch, a trunk repository whose images are removed after a day, and one with
 * two images, of which one is tested.
 */
const entries = [
  "auth2",
  { name: "JobRunner", branches: { release: "main" }, retention: { days: 1, keep: 0 } },
  {
    name: "collections",
    branches: { develop: "develop", release: "main" },
    image: { test: "test -s /source/service.py" },
    images: [{ name: "collections_gtdb", dockerfile: "docker/gtdb/Dockerfile" }],
  },
];
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
    const others = present.filter((one) => !entries.some((entry) => nameOf(entry) === nameOf(one)));
    await configure("github", { repositories: [...others, ...entries] });
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

  it("builds what runs in an environment and answers with the pull request's version", async function () {
    await needRealPods(this);
    const number = await built("deployed");
    const tag = `pr-${String(number)}`;
    const host = registryHost(await sandbox(), "public");
    const before = await configured("appdev", "images");
    await configure("appdev", { images: { auth2: `${host}/kbase/auth2-develop:${tag}` } });
    try {
      await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
      const { status, body } = await ask("appdev", "/services/auth");
      assert.equal(status, 200, body);
      assert.equal(z.looseObject({ version: z.string() }).parse(JSON.parse(body)).version, tag);
    } finally {
      await configure("appdev", { images: before });
      await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    }
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

  it("builds and tests a fork's pull request without pushing, secrets or a token that writes", async () => {
    const before = await auth.tags("auth2-develop");
    const number = await auth.openFromFork("from-a-fork");
    const run = single(await auth.settled());
    const { head } = await auth.pull(number);
    assert.deepEqual(ran(run), { "pull-request / build-only": "success", [gate]: "success" }, logOf(run));
    assert.equal(buildsIn([run]), 1);
    assert.equal((await auth.checks(head.sha))[gate], "success");
    assert.deepEqual(await auth.tags("auth2-develop"), before);
  });

  it("builds and tests Dependabot's pull request without pushing", async () => {
    await auth.installDependabot();
    const before = await auth.tags("auth2-develop");
    await auth.open("dependabot/npm/zod", { who: "dependabot", file: "bump.txt" });
    const run = single(await auth.settled());
    assert.deepEqual(ran(run), { "pull-request / build-only": "success", [gate]: "success" }, logOf(run));
    assert.deepEqual(await auth.tags("auth2-develop"), before);
  });

  it("is red when the Dockerfile is broken, and pushes nothing", async () => {
    const before = await auth.tags("auth2-develop");
    const number = await auth.open("broken", { file: "Dockerfile", content: "FROM scratch\nCOPY nothing /\n" });
    const run = single(await auth.settled());
    const { head } = await auth.pull(number);
    assert.deepEqual(ran(run), { [build]: "failure", [gate]: "failure" });
    assert.equal((await auth.checks(head.sha))[gate], "failure");
    assert.deepEqual(await auth.tags("auth2-develop"), before);
    await auth.approve(number);
    await assert.rejects(auth.merge(number), /required status check/iu);
  });

  it("releases: a candidate is built when the release pull request is ready, and retagged when it is merged", async () => {
    // The first merge into develop opened it.
    const draft = await auth.pullOf("develop", "master");
    assert.ok(draft?.draft);
    const tag = `pr-${String(draft.number)}`;
    await auth.ready(draft.number);
    const candidate = single(await auth.settled());
    assert.deepEqual(ran(candidate), { [build]: "success", [gate]: "success" }, logOf(candidate));
    assert.equal(buildsIn([candidate]), 1);
    const { [tag]: tested } = await auth.tags("auth2");
    assert.ok(tested !== undefined);

    await auth.approve(draft.number);
    const merged = await auth.merge(draft.number);
    const runs = await auth.settled();
    assert.deepEqual(outcomes(runs), ["push: success"], runs.map(logOf).join("\n"));
    assert.equal(ran(runs[0])["merge / promote"], "success");
    assert.equal(buildsIn(runs), 0);
    const after = await auth.tags("auth2");
    assert.equal(after["latest"], tested);
    assert.equal(after[`sha-${merged.slice(0, 12)}`], tested);
    assert.equal(await auth.tip("develop"), draft.head.sha);
  });

  it("gives a published release's image its version once", async () => {
    const { latest } = await auth.tags("auth2");
    await auth.api("POST", "/releases", { tag_name: "1.4.0", target_commitish: "master", name: "1.4.0" }, "admin");
    const runs = await auth.settled();
    assert.deepEqual(outcomes(runs), ["release published: success"], runs.map(logOf).join("\n"));
    assert.equal(buildsIn(runs), 0);
    const after = await auth.tags("auth2");
    assert.equal(after["1.4.0"], latest);
    assert.equal(after["latest"], latest);
  });

  it("retags on a dispatch, and refuses what is no environment's tag or does not exist", async () => {
    const { latest } = await auth.tags("auth2-develop");
    const send = async (payload: object) => {
      await auth.api("POST", "/dispatches", { event_type: "retag", client_payload: payload });
      return single(await auth.settled());
    };
    const request = { image: "auth2-develop", source: "latest", target: "appdev", reason: "to show it" };
    const done = await send(request);
    assert.equal(done.conclusion, "success", logOf(done));
    assert.equal((await auth.tags("auth2-develop"))["appdev"], latest);
    assert.equal(buildsIn([done]), 0);

    const before = await auth.tags("auth2-develop");
    for (const wrong of [{ target: "latest" }, { source: "pr-99999" }, { image: "narrative" }]) {
      const refused = await send({ ...request, ...wrong });
      assert.equal(refused.conclusion, "failure", JSON.stringify(wrong));
      assert.deepEqual(await auth.tags("auth2-develop"), before);
    }
  });

  it("opens the next draft release pull request on the first push to develop after a release", async () => {
    assert.equal(await auth.pullOf("develop", "master"), undefined);
    const number = await built("after-release");
    await auth.approve(number);
    await auth.merge(number);
    await auth.settled();
    const next = await auth.pullOf("develop", "master");
    assert.ok(next?.draft);
  });

  it("builds and pushes under the image's own name in a trunk repository", async () => {
    const trunk = new Cycle(await sandbox(), "JobRunner");
    await trunk.settled();
    const number = await trunk.open("feature", { base: "main" });
    assert.deepEqual(outcomes(await trunk.settled()), ["pull_request opened: success"]);
    const { [`pr-${String(number)}`]: tested } = await trunk.tags("jobrunner");
    assert.ok(tested !== undefined);
    await trunk.approve(number);
    await trunk.merge(number);
    const runs = await trunk.settled();
    assert.deepEqual(outcomes(runs), ["push: success"], runs.map(logOf).join("\n"));
    assert.equal(buildsIn(runs), 0);
    assert.equal((await trunk.tags("jobrunner"))["latest"], tested);
    assert.deepEqual(await trunk.tags("jobrunner-develop"), {});
  });

  it("starts nothing at all where the workflows' commit does not exist", async () => {
    const workflow = ".github/workflows/images.yml";
    const branch = "wrong-commit";
    await auth.branch(branch, "develop");
    const file = z
      .looseObject({ content: z.string() })
      .parse(await auth.api("GET", `/contents/${workflow}?ref=develop`)).content;
    const text = Buffer.from(file, "base64").toString("utf8");
    await auth.commit(branch, workflow, text.replaceAll(/\.yml@[0-9a-f]{40}/gu, `.yml@${"0".repeat(40)}`));
    const before = await auth.tags("auth2-develop");
    const number = await auth.openFrom(branch, "develop");
    const run = single(await auth.settled());
    assert.equal(run.conclusion, "startup_failure");
    assert.match(run.reasons.join(), /pull-request\.yml@0+ was not found/u);
    assert.deepEqual(await auth.checks((await auth.pull(number)).head.sha), {});
    assert.deepEqual(await auth.tags("auth2-develop"), before);
    await auth.approve(number);
    await assert.rejects(auth.merge(number), /required status check/iu);
  });

  it("refuses a release whose candidate was built from another commit than the one that is merged", async () => {
    const release = await auth.pullOf("develop", "master");
    assert.ok(release !== undefined);
    await auth.ready(release.number);
    assert.deepEqual(outcomes(await auth.settled()), ["pull_request ready_for_review: success"]);
    const before = await auth.tags("auth2");
    // Something else comes into master meanwhile, as a hot fix does.
    await auth.commit("master", "src/hot-fix.txt", "fixed\n", { who: "admin" });
    await auth.settled();
    await auth.approve(release.number);
    await auth.merge(release.number);
    const run = single((await auth.settled()).filter(({ event }) => event.name === "push"));
    assert.equal(ran(run)["merge / promote"], "failure");
    assert.match(run.summaries["merge / promote"] ?? "", /Not released.*was built/su);
    assert.deepEqual(await auth.tags("auth2"), before);
  });

  it("never gives a version to another image than the first", async () => {
    const before = await auth.tags("auth2");
    await auth.api("DELETE", "/git/refs/tags/1.4.0", undefined, "admin").catch(() => undefined);
    await auth.api("POST", "/releases", { tag_name: "v1.4.0", target_commitish: "develop", name: "again" }, "admin");
    const run = single(await auth.settled());
    assert.equal(run.conclusion, "failure", logOf(run));
    assert.deepEqual(await auth.tags("auth2"), before);
  });

  it("builds and tests all images of a repository before it pushes any", async () => {
    const two = new Cycle(await sandbox(), "collections");
    const packages = await debianPackages(["busybox-static"], defaultCache(), console.log);
    const shell = readFileSync(path.join(packages("busybox-static"), "bin/busybox"));
    const dockerfile =
      'FROM scratch\nCOPY src/ /source/\nCOPY bin/demo-app /demo-app\nCOPY --chmod=755 busybox /bin/sh\nENTRYPOINT ["/demo-app"]\n';
    await two.commit("develop", "busybox", shell, { who: "admin" });
    await two.commit("develop", "Dockerfile", dockerfile, { who: "admin" });
    await two.settled();
    const number = await two.open("both");
    const run = single(await two.settled());
    const tag = `pr-${String(number)}`;
    assert.deepEqual(ran(run), { [build]: "success", [gate]: "success" }, logOf(run));
    assert.equal(buildsIn([run]), 2);
    assert.ok(tag in (await two.tags("collections-develop")));
    assert.ok(tag in (await two.tags("collections_gtdb-develop")));

    const before = [await two.tags("collections-develop"), await two.tags("collections_gtdb-develop")];
    await two.open("untested", { file: "src/service.py", content: "" });
    const failed = single(await two.settled());
    assert.deepEqual(ran(failed), { [build]: "failure", [gate]: "failure" });
    assert.deepEqual([await two.tags("collections-develop"), await two.tags("collections_gtdb-develop")], before);
  });

  it("removes images of closed pull requests on its schedule, and only reports them when a person starts it", async () => {
    const trunk = new Cycle(await sandbox(), "JobRunner");
    await trunk.settled();
    await trunk.shiftClock(-40);
    const number = await trunk.open("abandoned", { base: "main" });
    await trunk.settled();
    await trunk.close(number);
    await trunk.shiftClock(0);
    const kept = await trunk.open("open", { base: "main" });
    await trunk.settled();
    trunk.age("jobrunner", 40);
    const before = await trunk.tags("jobrunner");

    await trunk.dispatch("main", { action: "clean-up" });
    const dry = single(await trunk.settled());
    assert.equal(dry.conclusion, "success", logOf(dry));
    assert.match(
      dry.summaries["clean-up / clean-up"] ?? "",
      new RegExp(`pr-${String(number)}\\b.*would be removed`, "su"),
    );
    assert.deepEqual(await trunk.tags("jobrunner"), before);

    await trunk.tick("main");
    const run = single(await trunk.settled());
    assert.equal(run.conclusion, "success", logOf(run));
    const after = await trunk.tags("jobrunner");
    assert.ok(!(`pr-${String(number)}` in after), run.summaries["clean-up / clean-up"]);
    assert.equal(after["latest"], before["latest"]);
    assert.equal(after[`pr-${String(kept)}`], before[`pr-${String(kept)}`]);
  });

  it("is red while the registry is down, and green when the run is repeated afterwards", async () => {
    const world = await sandbox();
    const number = await auth.open("registry-down", { draft: true });
    await auth.settled();
    await stopServer(world.layout, "registry");
    try {
      await auth.ready(number);
      assert.deepEqual(ran(single(await auth.settled())), { [build]: "failure", [gate]: "failure" });
    } finally {
      await registry.up(world);
    }
    await auth.draft(number);
    await auth.ready(number);
    assert.equal((await auth.settled()).at(-1)?.conclusion, "success");
    assert.ok(`pr-${String(number)}` in (await auth.tags("auth2-develop")));
  });
});
