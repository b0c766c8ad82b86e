import assert from "node:assert/strict";

import * as z from "zod";

import { demoImage } from "../../sandbox/registry/demo-images.ts";
import { publishDemoImage } from "../../sandbox/registry/images.ts";
import {
  ask,
  coldStart,
  configure,
  configureApp,
  configured,
  counts,
  kubectl,
  needRealPods,
  previewed,
  pulumi,
  sandbox,
  succeed,
} from "../support/sandbox.ts";

const Pods = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ deletionTimestamp: z.string().optional() }),
      status: z.looseObject({ containerStatuses: z.array(z.looseObject({ imageID: z.string(), ready: z.boolean() })) }),
    }),
  ),
});

/** Digests that an app's living pods run, by the kubelet's word. */
async function runningDigests(stack: string, app: string): Promise<string[]> {
  await kubectl("rollout", "status", "-n", stack, `deployment/${app}`, "--timeout=60s");
  const { items } = Pods.parse(
    JSON.parse(await kubectl("get", "pods", "-n", stack, "-l", `app.kubernetes.io/name=${app}`, "-o", "json")),
  );
  const living = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return [
    ...new Set(
      living.flatMap(({ status }) =>
        status.containerStatuses.map(({ imageID }) => imageID.slice(imageID.indexOf("@") + 1)),
      ),
    ),
  ];
}

const Outputs = z.looseObject({
  apps: z.record(
    z.string(),
    z.looseObject({
      digest: z.string(),
      image: z.string(),
      tag: z.string().optional(),
      pullRequest: z.number().optional(),
    }),
  ),
});
const outputs = async (stack: string) =>
  Outputs.parse(JSON.parse(await succeed("stack", "output", "--json", "--stack", stack))).apps;
const version = async (stack: string, route: string) =>
  z.looseObject({ version: z.string() }).parse(JSON.parse((await ask(stack, route)).body)).version;

describe("deploying to an environment", () => {
  before(async function () {
    this.timeout(coldStart);
    await needRealPods(this);
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
  });

  it("serves every app's latest image at the environment's host", async () => {
    assert.equal(await version("appdev", "/narrative"), "latest");
    assert.equal(await version("appdev", "/services/auth"), "latest");
  });

  it("changes nothing when nothing changed", async () => {
    await succeed("preview", "--expect-no-changes", "--stack", "appdev");
    const { unchanged, ...others } = counts(await succeed("up", "--yes", "--skip-preview", "--stack", "appdev"));
    assert.deepEqual(others, {});
    assert.ok((unchanged ?? 0) > 10);
  });

  it("deploys a pull request's image as exactly one update, by the digest that the registry has", async () => {
    await succeed("config", "set", "image", "pr-12", "--stack", "appdev");
    assert.deepEqual(await previewed("appdev"), ["update kubernetes:apps/v1:Deployment narrative"]);
    const { unchanged, ...others } = counts(await succeed("up", "--yes", "--skip-preview", "--stack", "appdev"));
    assert.deepEqual(others, { updated: 1 });
    assert.ok((unchanged ?? 0) > 10);
    const { narrative } = await outputs("appdev");
    assert.equal(narrative?.pullRequest, 12);
    assert.deepEqual(await runningDigests("appdev", "narrative"), [narrative.digest]);
    assert.equal(await version("appdev", "/narrative"), "pr-12");
    assert.equal(await version("appdev", "/services/auth"), "latest");
  });

  it("deploys a tag that was pushed again as exactly one update", async () => {
    const image = demoImage({ part: "public", repository: "kbase/narrative-develop", app: "narrative", tag: "pr-12" });
    const digest = await publishDemoImage(await sandbox(), { ...image, revision: "f".repeat(40) });
    assert.deepEqual(await previewed("appdev"), ["update kubernetes:apps/v1:Deployment narrative"]);
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    assert.deepEqual(await runningDigests("appdev", "narrative"), [digest]);
  });

  it("is back at a version that ran before by the time an update ends", async () => {
    const state = [
      "-n",
      "appdev",
      "-o",
      "jsonpath={.status.updatedReplicas} {.status.availableReplicas} {.status.replicas}",
    ];
    for (const image of ["pr-13", "pr-12", "pr-13", "pr-12"]) {
      await configure("appdev", { image });
      await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
      assert.equal(await kubectl("get", "deployment", "narrative", ...state), "2 2 2", image);
    }
  });

  it("pulls from a registry that asks for an account, and gives the app its secret", async () => {
    await configure("appdev", { images: { auth2: "pr-7" } });
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    const { body } = await ask("appdev", "/services/auth");
    const answer = z
      .looseObject({ version: z.string(), lengths: z.record(z.string(), z.number()) })
      .parse(JSON.parse(body));
    assert.equal(answer.version, "pr-7");
    assert.equal(answer.lengths["MONGO_PASSWORD"], (await sandbox()).settings.registryAccount.password.length);
  });

  it("gives an app a volume that outlives its pods, and keeps it from being deleted by mistake", async () => {
    const starts = async () => {
      const { body } = await ask("appdev", "/services/counter");
      return z.looseObject({ starts: z.number() }).parse(JSON.parse(body)).starts;
    };
    const apps = z.record(z.string(), z.unknown()).parse(await configured("appdev", "apps"));
    const counter = {
      image: "narrative",
      port: 8080,
      path: "/services/counter",
      health: "/services/counter",
      strategy: "Recreate",
      user: 65532,
      env: { COUNT: "/data/starts" },
      volumes: { data: { path: "/data", size: "1Gi" } },
    };
    await configure("appdev", { apps: { ...apps, counter } });
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    assert.equal(await starts(), 1);
    await configure("appdev", { images: { counter: "pr-13" } });
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    assert.equal(await starts(), 2);

    await configure("appdev", { apps, images: undefined });
    const refused = await pulumi("up", "--yes", "--skip-preview", "--stack", "appdev");
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /counter-data.* cannot be deleted|protected/s);
    const claim = "urn:pulumi:appdev::drover::drover:index:RancherWorkload$kubernetes:core/v1:PersistentVolumeClaim";
    await succeed("state", "unprotect", "--yes", `${claim}::counter-data`, "--stack", "appdev");
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    assert.equal((await kubectl("get", "persistentvolumeclaims", "-n", "appdev", "-o", "name")).trim(), "");
  });

  it("keeps every secret of the configuration out of the state", async () => {
    const { settings } = await sandbox();
    const state = await succeed("stack", "export", "--stack", "appdev");
    for (const secret of [settings.registryAccount.password, settings.tokens.deployer, settings.githubTokens.developer])
      for (const text of [secret, Buffer.from(secret).toString("base64")]) assert.ok(!state.includes(text));
  });

  it("rolls the pods when a secret's value changes, and shows the value nowhere", async () => {
    const secret = "correct-horse-battery-staple";
    const { layout } = await sandbox();
    const { mustPulumi } = await import("../../sandbox/engine/pulumi.ts");
    await mustPulumi(
      layout,
      ["config", "set", "--secret", "--path", "apps.auth2.secrets.MONGO_PASSWORD", "--stack", "appdev"],
      secret,
    );
    const preview = await succeed("preview", "--diff", "--stack", "appdev");
    const update = await succeed("up", "--yes", "--diff", "--skip-preview", "--stack", "appdev");
    const state = await succeed("stack", "export", "--stack", "appdev");
    const encoded = Buffer.from(secret).toString("base64");
    for (const text of [preview, update, state]) {
      assert.ok(!text.includes(secret));
      assert.ok(!text.includes(encoded));
    }
    const { body } = await ask("appdev", "/services/auth");
    assert.match(body, new RegExp(`"MONGO_PASSWORD":${String(secret.length)}\\b`));
    await succeed("preview", "--expect-no-changes", "--stack", "appdev");
  });

  it("shows a change made by hand as drift, and takes it back", async () => {
    const before = await runningDigests("appdev", "narrative");
    const other = demoImage({
      part: "public",
      repository: "kbase/narrative-develop",
      app: "narrative",
      tag: "by-hand",
    });
    const digest = await publishDemoImage(await sandbox(), other);
    const registry = z.string().parse(await configured("appdev", "registry"));
    await kubectl(
      "set",
      "image",
      "-n",
      "appdev",
      "deployment/narrative",
      `narrative=${registry}/kbase/narrative-develop@${digest}`,
    );
    await kubectl("rollout", "status", "-n", "appdev", "deployment/narrative", "--timeout=60s");
    assert.deepEqual(await previewed("appdev"), ["update kubernetes:apps/v1:Deployment narrative"]);
    const shown = await succeed("preview", "--diff", "--stack", "appdev");
    assert.match(shown, new RegExp(`~ image\\s*: "[^"]*${digest}" => "[^"]*pr-12@`));
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    assert.deepEqual(await runningDigests("appdev", "narrative"), before);
  });

  it("keeps two environments apart", async () => {
    await succeed("up", "--yes", "--skip-preview", "--stack", "ci");
    assert.equal(await version("ci", "/narrative"), "latest");
    const versions = () =>
      kubectl(
        "get",
        "deployments,services,ingresses",
        "-n",
        "ci",
        "-o",
        "jsonpath={.items[*].metadata.uid} {.items[*].metadata.generation}",
      );
    const before = await versions();
    await succeed("config", "set", "image", "pr-13", "--stack", "appdev");
    await succeed("up", "--yes", "--skip-preview", "--stack", "appdev");
    assert.equal(await version("appdev", "/narrative"), "pr-13");
    assert.equal(await version("ci", "/narrative"), "latest");
    assert.equal(await versions(), before);
    await succeed("preview", "--expect-no-changes", "--stack", "ci");
  });

  it("removes an app that is no longer listed, and nothing else", async () => {
    const apps = z.record(z.string(), z.unknown()).parse(await configured("ci", "apps"));
    await configure("ci", { apps: { narrative: apps["narrative"] } });
    const removed = await previewed("ci");
    assert.deepEqual(removed, [
      "delete drover:index:RancherWorkload auth2",
      "delete kubernetes:apps/v1:Deployment auth2",
      "delete kubernetes:core/v1:Secret auth2-env",
      "delete kubernetes:core/v1:Service auth2",
      "delete kubernetes:networking.k8s.io/v1:Ingress auth2",
    ]);
    await succeed("up", "--yes", "--skip-preview", "--stack", "ci");
    assert.equal((await kubectl("get", "deployments", "-n", "ci", "-o", "name")).trim(), "deployment.apps/narrative");
    assert.equal(await version("ci", "/narrative"), "latest");
  });

  it("replaces nothing when the Rancher token changes", async () => {
    const { layout, settings } = await sandbox();
    const { mustPulumi } = await import("../../sandbox/engine/pulumi.ts");
    await mustPulumi(layout, ["config", "set", "--secret", "rancherToken", "--stack", "ci"], settings.tokens.reader);
    const { stdout } = await pulumi("preview", "--json", "--stack", "ci");
    assert.doesNotMatch(stdout, /"op": "(replace|delete|create-replacement)"/);
    await mustPulumi(layout, ["config", "set", "--secret", "rancherToken", "--stack", "ci"], settings.tokens.deployer);
    await configureApp("ci", "narrative", {});
    await succeed("up", "--yes", "--skip-preview", "--stack", "ci");
  });

  it("destroys an environment with all that it made", async () => {
    await succeed("destroy", "--yes", "--skip-preview", "--stack", "ci");
    const phase = await kubectl("get", "namespaces", "-o", "jsonpath={.items[?(@.metadata.name=='ci')].status.phase}");
    assert.ok(["", "Terminating"].includes(phase), phase);
  });
});
