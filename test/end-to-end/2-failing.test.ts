import assert from "node:assert/strict";
import { createServer } from "node:http";

import { mustPulumi } from "../../sandbox/engine/pulumi.ts";
import { registryHost } from "../../sandbox/registry/registry.ts";
import { demoImage } from "../../sandbox/registry/demo-images.ts";
import { publishDemoImage } from "../../sandbox/registry/images.ts";
import { runningPid, stopServer } from "../../sandbox/world/processes.ts";
import {
  ask,
  coldStart,
  configure,
  configureApp,
  configured,
  killedWhile,
  kubectl,
  needRealPods,
  pulumi,
  remembered,
  sandbox,
  succeed,
} from "../support/sandbox.ts";

const stack = "appdev";

/** Runs a preview that must fail, and returns what it said. */
async function refused(): Promise<string> {
  const begin = Date.now();
  const { exitCode, stdout, stderr } = await pulumi("preview", "--stack", stack);
  const said = `${stdout}\n${stderr}`;
  assert.notEqual(exitCode, 0, said);
  assert.doesNotMatch(said, /^\s+at .*\.(ts|js):\d+/m, "a stack trace");
  const { settings } = await sandbox();
  for (const secret of [settings.tokens.deployer, settings.registryAccount.password, settings.passphrase])
    assert.ok(!said.includes(secret), "a secret");
  assert.ok(Date.now() - begin < 90_000);
  return said;
}

/** Each Deployment's image and generation: equal before and after when nothing was changed. */
const running = () =>
  kubectl(
    "get",
    "deployments",
    "-n",
    stack,
    "-o",
    "jsonpath={range .items[*]}{.metadata.generation} {.spec.template.spec.containers[0].image}{'\\n'}{end}",
  );

describe("failing well", () => {
  before(async function () {
    this.timeout(coldStart);
    await needRealPods(this);
    await configure(stack, { image: "pr-13", images: undefined });
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
  });
  let restore: () => void;
  beforeEach(async () => {
    restore = await remembered(stack);
  });
  afterEach(() => {
    restore();
  });

  it("names the tags that exist when one is missing, and changes nothing", async () => {
    const before = await running();
    await configure(stack, { image: "pr-11" });
    const said = await refused();
    assert.match(
      said,
      /App narrative: \S+\/kbase\/narrative-develop:pr-11 is not in the registry; kbase\/narrative-develop has pr-12, pr-13, /,
    );
    assert.equal(await running(), before);
  });

  it("reports every mistake in the configuration at once", async () => {
    const port = 99_999;
    await configure(stack, { channel: "dev", image: "pr 12", rancherToken: undefined, appz: {} });
    await configureApp(stack, "narrative", { port, reeplicas: 2 });
    const said = await refused();
    assert.match(said, /The configuration of stack appdev has 6 problems:/);
    assert.match(said, /drover:image the tag "pr 12" must be 1 to 128 letters, digits, dots, dashes and underscores/);
    assert.match(said, /drover:channel is "dev", which must be develop or release/);
    assert.match(said, /drover:rancherToken is missing; set it: pulumi config set --secret rancherToken/);
    assert.match(said, /drover:apps\.narrative\.port is 99999, which must be a port, a whole number from 1 to 65535/);
    assert.match(said, /drover:apps\.narrative\.reeplicas is not a key; did you mean replicas\?/);
    assert.match(said, /drover:appz is not a key; did you mean app/);
  });

  it("tells a registry that refuses from one that is down and one that is none", async () => {
    const world = await sandbox();
    const registries = await configured(stack, "registries");
    const host = registryHost(world, "private");
    await configure(stack, { registries: { [registryHost(world, "public")]: { http: true }, [host]: { http: true } } });
    assert.match(
      await refused(),
      new RegExp(`App auth2: .*the registry ${host} refuses \\(401\\): drover:registries has no account for it`),
    );
    await configure(stack, { registries });

    const rubbish = createServer((_, response) => response.end("<html>hello</html>"));
    await new Promise<void>((resolve) => rubbish.listen(0, "127.0.0.1", resolve));
    const address = rubbish.address();
    assert.ok(address !== null && typeof address === "object");
    const other = `127.0.0.1:${String(address.port)}`;
    const known = typeof registries === "object" ? registries : {};
    await configure(stack, {
      registries: { ...known, [other]: { http: true } },
      image: undefined,
      images: { narrative: `${other}/kbase/narrative:1` },
    });
    assert.match(
      await refused(),
      new RegExp(`App narrative: .*the registry ${other} can't be asked: its answer is not a registry's`),
    );
    await new Promise((resolve) => rubbish.close(resolve));
    assert.match(await refused(), new RegExp(`App narrative: .*the registry ${other} can't be asked: .*ECONNREFUSED`));
    await configure(stack, { registries });
  });

  it("says that Rancher can't be reached or refuses the token before anything is attempted", async () => {
    const { layout, settings } = await sandbox();
    const before = await succeed("stack", "export", "--stack", stack);
    await mustPulumi(layout, ["config", "set", "--secret", "rancherToken", "--stack", stack], "token-abc12:wrong");
    assert.match(await refused(), /refuses the token \(401\): it is wrong, expired or revoked/);
    await mustPulumi(layout, ["config", "set", "--secret", "rancherToken", "--stack", stack], settings.tokens.deployer);

    await stopServer(layout, "rancher");
    assert.match(
      await refused(),
      /Rancher at https:\/\/127\.0\.0\.1:\d+ \(drover:rancher\.url\) can't be reached: .*ECONNREFUSED.*; nothing was changed/,
    );
    const { exitCode } = await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    assert.notEqual(exitCode, 0);
    const { rancher } = await import("../../sandbox/rancher/part.ts");
    await rancher.up(await sandbox());
    assert.ok(runningPid(layout, "rancher") !== undefined);
    const resources = (state: string) => [...state.matchAll(/"urn": "([^"]+)"/g)].map(([, urn]) => urn).sort();
    assert.deepEqual(resources(await succeed("stack", "export", "--stack", stack)), resources(before));
    await succeed("preview", "--expect-no-changes", "--stack", stack);
  });

  it("goes on after an update that was killed halfway", async () => {
    await publishDemoImage(await sandbox(), {
      ...demoImage({ part: "public", repository: "kbase/narrative-develop", app: "narrative", tag: "pr-67" }),
      behaviour: "unhealthy",
    });
    await configure(stack, { image: "pr-67" });
    await killedWhile("Deployment narrative updating", stack);
    await configure(stack, { image: "pr-12" });
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
    assert.match((await ask(stack, "/narrative")).body, /"version":"pr-12"/);
  });

  it("lets a token without rights look, and nothing more", async () => {
    const { layout, settings } = await sandbox();
    const before = await running();
    await configure(stack, { image: "pr-12" });
    await mustPulumi(layout, ["config", "set", "--secret", "rancherToken", "--stack", stack], settings.tokens.reader);
    await configure(stack, { image: "pr-13" });
    const { exitCode, stdout, stderr } = await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /forbidden|403/i);
    assert.equal(await running(), before);
    await mustPulumi(layout, ["config", "set", "--secret", "rancherToken", "--stack", stack], settings.tokens.deployer);
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
  });
});
