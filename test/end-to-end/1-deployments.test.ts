import assert from "node:assert/strict";
import { userInfo } from "node:os";

import * as z from "zod";

import { mustPulumi } from "../../sandbox/engine/pulumi.ts";
import { prepareStack } from "../../sandbox/engine/stacks.ts";
import { githubUrl } from "../../sandbox/github/part.ts";
import { demoImage } from "../../sandbox/registry/demo-images.ts";
import { publishDemoImage } from "../../sandbox/registry/images.ts";
import type { DemoImage } from "../../sandbox/registry/images.ts";
import { registryHost } from "../../sandbox/registry/registry.ts";
import { headOf, must } from "../support/github.ts";
import {
  appConfig,
  ask,
  coldStart,
  configure,
  configureApp,
  counts,
  needRealPods,
  pulumi,
  sandbox,
  succeed,
} from "../support/sandbox.ts";

/** An environment of its own: nothing else deploys to it, or from its commits. */
const stack = "next";
const repository = "kbase/narrative-develop";

const Deployments = z.array(
  z.object({
    id: z.number(),
    ref: z.string(),
    sha: z.string(),
    task: z.string(),
    environment: z.string(),
    production_environment: z.boolean(),
    description: z.string(),
    creator: z.object({ login: z.string() }),
    payload: z.record(z.string(), z.unknown()),
  }),
);
const Statuses = z.array(z.object({ state: z.string(), environment_url: z.string() }));

const path = "/repos/kbase/narrative/deployments";
const deployments = async () => Deployments.parse(await must(`GET ${path}?environment=${stack}`));
const statuses = async (id: number) => Statuses.parse(await must(`GET ${path}/${String(id)}/statuses`));
/** Tag and state of every deployment, the newest first. */
const recorded = async () =>
  Promise.all(
    (await deployments()).map(async ({ id, payload }) => [
      String(payload["image"]).replace(/.*:/, ""),
      (await statuses(id))[0]?.state,
    ]),
  );

describe("deployments on GitHub", () => {
  let commit: string;
  const digests = new Map<string, string>();

  /** Pushes an image as the repository's workflow does: its labels name a commit that the sandbox's GitHub has. */
  async function publish(tag: string, more: Partial<DemoImage> = {}): Promise<void> {
    const world = await sandbox();
    const image = demoImage({ part: "public", repository, app: "narrative", tag });
    const source = `${githubUrl(world)}/kbase/narrative`;
    digests.set(tag, await publishDemoImage(world, { ...image, revision: commit, source, ...more }));
  }

  const up = () => pulumi("up", "--yes", "--skip-preview", "--stack", stack);
  const deploy = async (image: string) => {
    await configure(stack, { image });
    return succeed("up", "--yes", "--skip-preview", "--stack", stack);
  };
  const setToken = async (token: string) =>
    mustPulumi((await sandbox()).layout, ["config", "set", "--secret", "githubToken", "--stack", stack], token);
  const serves = async (version: string) =>
    assert.match((await ask(stack, "/narrative")).body, new RegExp(`"version":"${version}"`));

  before(async function () {
    this.timeout(coldStart);
    await needRealPods(this);
    await prepareStack(await sandbox(), stack);
    commit = await headOf("narrative", "develop");
    for (const tag of ["pr-101", "pr-102"]) await publish(tag);
    await publish("pr-103", { behaviour: "crash" });
    await configure(stack, { apps: { narrative: { ...(await appConfig(stack, "narrative")), replicas: 1 } } });
  });
  after(async () => {
    if (digests.size > 0) await pulumi("destroy", "--yes", "--skip-preview", "--stack", stack);
  });

  it("say who deployed which image of which commit where", async () => {
    await deploy("pr-101");
    await serves("pr-101");
    const [{ id, ...deployment } = assert.fail("there is none"), ...others] = await deployments();
    assert.deepEqual(others, []);
    const actor = process.env["GITHUB_ACTOR"] ?? userInfo().username;
    const world = await sandbox();
    assert.deepEqual(deployment, {
      ref: commit,
      sha: commit,
      task: "deploy",
      environment: stack,
      production_environment: false,
      description: `pr-101 as narrative by ${actor}`,
      creator: { login: "kbase-developer" },
      payload: {
        image: `${registryHost(world, "public")}/${repository}:pr-101`,
        digest: digests.get("pr-101"),
        app: "narrative",
        actor,
      },
    });
    const environment_url = `http://${stack}.localhost:${String(world.settings.ports.ingress)}/narrative`;
    assert.deepEqual(await statuses(id), [{ state: "success", environment_url }]);
  });

  it("are no more where nothing changed, or something else than the image", async () => {
    assert.deepEqual(Object.keys(counts(await succeed("up", "--yes", "--skip-preview", "--stack", stack))), [
      "unchanged",
    ]);
    await configureApp(stack, "narrative", { env: { PORT: "8888", LOG_LEVEL: "debug" } });
    assert.equal(counts(await succeed("up", "--yes", "--skip-preview", "--stack", stack))["updated"], 1);
    assert.deepEqual(await recorded(), [["pr-101", "success"]]);
  });

  it("are one more for every image, also on the way back; what runs no more is inactive", async () => {
    await deploy("pr-102");
    assert.deepEqual(await recorded(), [
      ["pr-102", "success"],
      ["pr-101", "inactive"],
    ]);
    await deploy("pr-101");
    assert.deepEqual(await recorded(), [
      ["pr-101", "success"],
      ["pr-102", "inactive"],
      ["pr-101", "inactive"],
    ]);
  });

  it("are none of an image that names no commit of the organization, which the update says", async () => {
    assert.match(
      await deploy("pr-12"),
      /App narrative: its image names no commit of a repository of kbase as its source, so GitHub gets no record/,
    );
    await deploy("pr-101");
    assert.equal((await deployments()).length, 3);
  });

  it("are none of a rollout that failed, and there once it succeeds", async () => {
    await configureApp(stack, "narrative", { deadline: 20 });
    await configure(stack, { image: "pr-103" });
    const { exitCode } = await up();
    assert.notEqual(exitCode, 0);
    assert.equal((await deployments()).length, 3);
    await publish("pr-103");
    await deploy("pr-103");
    await serves("pr-103");
    assert.deepEqual((await recorded()).slice(0, 2), [
      ["pr-103", "success"],
      ["pr-101", "inactive"],
    ]);
    await configureApp(stack, "narrative", { deadline: undefined });
  });

  it("with a token that GitHub refuses are a problem like the others, before anything happens", async () => {
    const token = "ghp_thisIsNobodysToken";
    await setToken(token);
    await configure(stack, { image: "pr-999" });
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { exitCode, stdout, stderr } = await pulumi(...command, "--stack", stack);
      const said = stdout + stderr;
      assert.notEqual(exitCode, 0);
      assert.match(said, /refuses the token \(401\): .* pulumi config set --secret githubToken/);
      assert.match(said, /App narrative: \S+:pr-999 is not in the registry/);
      assert.doesNotMatch(said, new RegExp(`${token}|at file:|\\.ts:\\d`));
    }
    await serves("pr-103");
  });

  it("with a token that may only read are a warning: the image is deployed, and recorded by a later update", async () => {
    const { githubTokens } = (await sandbox()).settings;
    await setToken(githubTokens.reader);
    const before = (await deployments()).length;
    const said = await deploy("pr-102");
    assert.match(said, /warning: App narrative runs, but GitHub has no record of it: .*\(40[34]\).* write access/);
    assert.ok(!said.includes(githubTokens.reader));
    await serves("pr-102");
    assert.equal((await deployments()).length, before);
    await setToken(githubTokens.developer);
    await configureApp(stack, "narrative", { env: { PORT: "8888" } });
    await succeed("up", "--yes", "--skip-preview", "--stack", stack);
    assert.deepEqual((await recorded())[0], ["pr-102", "success"]);
  });
});
