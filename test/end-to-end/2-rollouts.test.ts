import assert from "node:assert/strict";

import * as z from "zod";

import { demoImage } from "../../sandbox/registry/demo-images.ts";
import { publishDemoImage } from "../../sandbox/registry/images.ts";
import type { DemoImage } from "../../sandbox/registry/images.ts";
import { registryHost } from "../../sandbox/registry/registry.ts";
import { ask, coldStart, configure, configureApp, needRealPods, pulumi, sandbox, succeed } from "../support/sandbox.ts";

const stack = "appdev";
const repository = "kbase/narrative-develop";
/** The rollout's deadline in these tests, in seconds. */
const deadline = 30;
/** The version that serves before and after. */
const good = "pr-13";

/** Pushes a version of the demo application under a tag of its own; returns its digest. */
const publish = async (tag: string, behaviour?: NonNullable<DemoImage["behaviour"]>): Promise<string> =>
  publishDemoImage(await sandbox(), {
    ...demoImage({ part: "public", repository, app: "narrative", tag }),
    ...(behaviour === undefined ? {} : { behaviour }),
  });

const Manifest = z.object({ config: z.object({ digest: z.string() }) });

/** Takes from the registry what a manifest refers to, so that the tag resolves and the pull fails. */
async function damage(digest: string): Promise<void> {
  const base = `http://${registryHost(await sandbox(), "public")}/v2/${repository}`;
  const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
  const manifest = await fetch(`${base}/manifests/${digest}`, { headers: { accept } });
  const { config } = Manifest.parse(await manifest.json());
  const { status } = await fetch(`${base}/blobs/${config.digest}`, { method: "DELETE" });
  assert.equal(status, 202);
}

const Apps = z.object({ narrative: z.object({ image: z.string() }) });

/** An `up` that must fail within its deadline; returns what it said, and checks what must hold then and after the way back. */
async function failsWell(reason: RegExp): Promise<void> {
  const begin = Date.now();
  const { exitCode, stdout, stderr } = await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
  const seconds = (Date.now() - begin) / 1000;
  const said = `${stdout}\n${stderr}`;
  assert.notEqual(exitCode, 0, said);
  assert.match(said, reason);
  assert.ok(seconds < deadline + 30, `it took ${String(seconds)} s`);
  assert.match((await ask(stack, "/narrative")).body, /"version":"pr-13"/);
  const outputs = Apps.parse(JSON.parse(await succeed("stack", "output", "apps", "--json", "--stack", stack)));
  assert.equal(outputs.narrative.image, good, "the outputs must say what serves");
  const again = await pulumi("preview", "--expect-no-changes", "--stack", stack);
  assert.notEqual(again.exitCode, 0, "the failure must still be known");
}

describe("a rollout that can't succeed", () => {
  before(async function () {
    this.timeout(coldStart);
    await needRealPods(this);
    await configure(stack, { image: good, images: undefined });
    await configureApp(stack, "narrative", { deadline });
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
  });
  afterEach("the old image recovers", async () => {
    await configure(stack, { image: good, quota: undefined });
    await configureApp(stack, "narrative", { resources: undefined });
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
    assert.match((await ask(stack, "/narrative")).body, /"version":"pr-13"/);
    await succeed("preview", "--expect-no-changes", "--stack", stack);
  });

  it("because the version crashes, says so in the pod's words, ends by its deadline and leaves the old one serving", async () => {
    await publish("pr-66", "crash");
    await configure(stack, { image: "pr-66" });
    await failsWell(/CrashLoopBackOff|back-off .*restarting failed container|this version ends at once/i);
  });

  it("because the image can't be pulled, says so", async () => {
    await damage(await publish("pr-68"));
    await configure(stack, { image: "pr-68" });
    await failsWell(/ErrImagePull|ImagePullBackOff|failed to pull/i);
  });

  it("because the quota is used up, says which", async () => {
    await configure(stack, { quota: { project: { pods: "3" }, namespace: { pods: "3" } } });
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
    await configure(stack, { image: "pr-12" });
    await failsWell(/Deployment narrative: \[FailedCreate\] .*exceeded quota: .*pods=1.*limited: pods=3/);
  });

  it("because no node has room, says so", async () => {
    await configureApp(stack, "narrative", { resources: { requests: { memory: "900Gi" } } });
    await failsWell(/Deployment narrative: \[Unschedulable\] .*Insufficient memory/);
  });
});
