import assert from "node:assert/strict";
import path from "node:path";

import { gateCheck as gate } from "../../components/reusable-workflows.ts";
import { debianPackages, defaultCache } from "../../sandbox/cluster/debian-packages.ts";
import { registry } from "../../sandbox/registry/registry.ts";
import { stopServer } from "../../sandbox/world/processes.ts";
import { buildsIn, logOf } from "../support/cycle.ts";
import type { Cycle } from "../support/cycle.ts";
import { onboard } from "../support/new-service.ts";
import { refusing } from "../support/refusing-registry.ts";
import { build, ran, single } from "../support/rows.ts";
import { coldStart, sandbox } from "../support/sandbox.ts";

const dockerfile =
  'FROM scratch\nCOPY src/ /source/\nCOPY bin/demo-app /demo-app\nCOPY --chmod=755 busybox /bin/sh\nENTRYPOINT ["/demo-app"]\n';
const red = { [build]: "failure", [gate]: "failure" };
const green = { [build]: "success", [gate]: "success" };

describe("the release cycle with two images, of which one is tested, and a registry that may refuse", () => {
  let web: Cycle;

  before(async function () {
    this.timeout(coldStart);
    const packages = await debianPackages(["busybox-static"], defaultCache(), console.log);
    const files = {
      Dockerfile: dockerfile,
      "other/Dockerfile": dockerfile,
      busybox: { program: path.join(packages("busybox-static"), "bin/busybox") },
    };
    const entry = (name: string) => ({
      image: { test: "test -s /source/service.py" },
      images: [{ name: `${name}_other`, dockerfile: "other/Dockerfile" }],
    });
    web = await onboard(this, "images", entry, { files });
  });

  const tags = async () => ({
    first: await web.tags(`${web.name}-develop`),
    other: await web.tags(`${web.name}_other-develop`),
  });

  /** A pull request that is a draft, so that its build begins when the test wants it. */
  async function draft(branch: string): Promise<number> {
    const number = await web.open(branch, { draft: true });
    await web.settled();
    return number;
  }

  async function built(number: number): Promise<void> {
    await web.draft(number);
    await web.settled();
    await web.ready(number);
    assert.deepEqual(ran(single(await web.settled())), green);
    const { first, other } = await tags();
    for (const all of [first, other]) assert.ok(`pr-${String(number)}` in all);
  }

  it("builds and tests all images before it pushes any", async () => {
    const number = await web.open("both");
    const run = single(await web.settled());
    const tag = `pr-${String(number)}`;
    assert.deepEqual(ran(run), green, logOf(run));
    assert.equal(buildsIn([run]), 2);
    const before = await tags();
    assert.ok(tag in before.first && tag in before.other);

    await web.open("untested", { file: "src/service.py", content: "" });
    assert.deepEqual(ran(single(await web.settled())), red);
    assert.deepEqual(await tags(), before);
  });

  it("is red while the registry is down, and green when that is over", async () => {
    const world = await sandbox();
    const number = await draft("registry-down");
    await stopServer(world.layout, "registry");
    try {
      await web.ready(number);
      assert.deepEqual(ran(single(await web.settled())), red);
    } finally {
      await registry.up(world);
    }
    await built(number);
  });

  it("is red while the registry refuses the account, says so, and is green when that is over", async () => {
    const number = await draft("no-account");
    const before = await tags();
    await refusing(await sandbox(), { kind: "account" }, async () => {
      await web.ready(number);
      const run = single(await web.settled());
      assert.deepEqual(ran(run), red);
      assert.match(logOf(run), /failed with status: 401 Unauthorized/u);
    });
    assert.deepEqual(await tags(), before);
    await built(number);
  });

  it("is red while the registry refuses a push, says why and what to do, and is green when that is over", async () => {
    const number = await draft("no-push");
    const before = await tags();
    const images = [`kbase/${web.name}-develop`, `kbase/${web.name}_other-develop`];
    await refusing(await sandbox(), { kind: "write", images }, async () => {
      await web.ready(number);
      const run = single(await web.settled());
      assert.deepEqual(ran(run), red);
      assert.match(logOf(run), /not pushed.*denied: permission_denied: write_package.*Manage Actions access/u);
      assert.match(run.summaries[gate] ?? "", /pushing did not succeed/u);
    });
    assert.deepEqual(await tags(), before);
    await built(number);
  });

  it("lets nobody merge where the registry took only one of two images, and pushes both when that is over", async () => {
    const number = await draft("half-a-push");
    const before = await tags();
    await web.approve(number);
    await refusing(await sandbox(), { kind: "write", images: [`kbase/${web.name}_other-develop`] }, async () => {
      await web.ready(number);
      assert.deepEqual(ran(single(await web.settled())), red);
      await assert.rejects(web.merge(number), /required status check/iu);
    });
    assert.deepEqual((await tags()).other, before.other);
    await built(number);
  });
});
