import assert from "node:assert/strict";

import { demoImage } from "../../sandbox/registry/demo-images.ts";
import { publishDemoImage } from "../../sandbox/registry/images.ts";
import {
  ask,
  coldStart,
  configure,
  configureApp,
  killedWhile,
  kubectl,
  needRealPods,
  previewed,
  pulumi,
  remembered,
  sandbox,
  succeed,
} from "../support/sandbox.ts";

const stack = "appdev";
const app = "extra";

/** Adds an app that runs the narrative's image. */
const addApp = (changes: Readonly<Record<string, unknown>> = {}) =>
  configureApp(stack, app, {
    ...{ image: "narrative", port: 8888, path: "/extra", health: "/extra", env: { PORT: "8888" } },
    ...changes,
  });

/** An object's uid: another after it was deleted and made anew. */
const uidOf = (kind: string) => kubectl("get", kind, app, "-n", stack, "-o", "jsonpath={.metadata.uid}");

describe("the first deploy of an app", () => {
  let restore: () => void;
  before(async function () {
    this.timeout(coldStart);
    await needRealPods(this);
    await configure(stack, { image: "pr-13", images: undefined });
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
    restore = await remembered(stack);
  });
  afterEach(async () => {
    restore();
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
  });

  it("that went wrong is corrected, with a preview, in any field", async () => {
    await addApp({ port: 9999, health: undefined, deadline: 10 });
    const { exitCode, stdout } = await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    assert.notEqual(exitCode, 0, stdout);

    await addApp({ strategy: "Recreate" });
    assert.deepEqual(await previewed(stack), [
      `update kubernetes:apps/v1:Deployment ${app}`,
      `update kubernetes:core/v1:Service ${app}`,
    ]);
    await succeed("up", "--yes", "--stack", stack);
    assert.match((await ask(stack, "/extra")).body, /"app":"narrative"/);
    const written = await kubectl("get", "deployment", app, "-n", stack, "-o", "jsonpath={.spec.template.spec}");
    assert.doesNotMatch(written, /9999|tcpSocket/);
    await succeed("preview", "--expect-no-changes", "--stack", stack);
  });

  it("that was killed halfway is taken up again: nothing is deleted, and nothing is in the way", async () => {
    await publishDemoImage(await sandbox(), {
      ...demoImage({ part: "public", repository: "kbase/narrative-develop", app: "narrative", tag: "pr-67" }),
      behaviour: "unhealthy",
    });
    await addApp();
    await configure(stack, { images: { [app]: "pr-67" } });
    await killedWhile(`Deployment ${app} creating`, stack);
    const deployment = await uidOf("deployment");

    await configure(stack, { images: { [app]: "pr-12" } });
    await addApp({ strategy: "Recreate", health: undefined });
    await succeed("up", "--yes", "--stack", stack);
    assert.match((await ask(stack, "/extra")).body, /"version":"pr-12"/);
    assert.equal(await uidOf("deployment"), deployment);
    await succeed("refresh", "--yes", "--clear-pending-creates", "--stack", stack);
    const settled = await pulumi("preview", "--expect-no-changes", "--stack", stack);
    assert.equal(settled.exitCode, 0, settled.stdout);
    assert.doesNotMatch(settled.stdout + settled.stderr, /interrupted while creating/);
  });

  it("leaves what somebody else made under its names alone, until it is said to be Drover's", async () => {
    await kubectl("create", "service", "clusterip", app, "--tcp", "80:7000", "-n", stack);
    const foreign = await uidOf("service");
    await addApp();
    const preview = await pulumi("preview", "--stack", stack);
    const update = await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    for (const { exitCode, stdout, stderr } of [preview, update]) {
      assert.notEqual(exitCode, 0, stdout);
      assert.match(
        stdout + stderr,
        new RegExp(`there is a Service ${app} in the namespace ${stack} already, which is not Drover's`),
      );
    }
    const ports = ["get", "service", app, "-n", stack, "-o", "jsonpath={.spec.ports[*].targetPort}"];
    assert.equal(await kubectl(...ports), "7000");

    await kubectl("label", "service", app, "-n", stack, "app.kubernetes.io/managed-by=drover");
    await succeed("up", "--yes", "--stack", stack);
    assert.equal(await kubectl(...ports), "8888");
    assert.equal(await uidOf("service"), foreign);
    assert.match((await ask(stack, "/extra")).body, /"app":"narrative"/);
  });
});
