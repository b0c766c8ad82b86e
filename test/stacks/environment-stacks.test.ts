import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import * as z from "zod";

import { plain, revealed, unknown } from "../support/mocks.ts";
import { committed, digestOf, environments, runStack, stackText, startRancher, token } from "../support/stacks.ts";
import type { Rancher, StackRun } from "../support/stacks.ts";
import { changesBetween, claimsOf, imagesOf, leavesOf, treeOf } from "../support/registrations.ts";

const golden = (stack: string) => path.resolve(import.meta.dirname, `../golden/${stack}.txt`);
const [first = "", ...others] = environments;

describe("the committed stacks", () => {
  let rancher: Rancher;
  /** A stack file's configuration with the address of the tests' Rancher. */
  const configOf = (stack: string): Record<string, unknown> => {
    const config = committed(stack);
    return { ...config, rancher: { ...Object(config["rancher"]), url: rancher.url, ca: rancher.ca } as object };
  };
  const runs = new Map<string, StackRun>();
  const runOf = async (stack: string): Promise<StackRun> => {
    const run = runs.get(stack) ?? (await runStack(stack, configOf(stack)));
    runs.set(stack, run);
    return run;
  };
  before(async () => (rancher = await startRancher()));
  after(() => rancher.close());

  it("are the four environments", () => assert.deepEqual(environments, ["appdev", "ci", "next", "prod"]));

  for (const stack of environments)
    describe(stack, () => {
      it("makes exactly what its golden list has, through the environment's own providers", async () => {
        const list = treeOf(await runOf(stack));
        if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden(stack), list);
        assert.equal(list, readFileSync(golden(stack), "utf8"));
      });

      it("can be previewed while nothing is known yet", async () => {
        const run = await runStack(stack, configOf(stack), { preview: true });
        assert.equal(treeOf(run), readFileSync(golden(stack), "utf8"));
        assert.equal(
          plain(run.resources.get(`rancher2:index/namespace:Namespace::${stack}`)?.inputs["projectId"]),
          unknown,
        );
        assert.deepEqual(run.outputs, (await runOf(stack)).outputs);
      });

      for (const app of Object.keys(Object(committed(stack)["apps"]) as object))
        it(`changes the Deployment of ${app} when its image changes, and nothing else`, async () => {
          const config = configOf(stack);
          const images = Object(config["images"]) as object;
          const changed = app === config["app"] ? { image: "pr-99" } : { images: { ...images, [app]: "pr-99" } };
          const changes = changesBetween(await runOf(stack), await runStack(stack, { ...config, ...changed }));
          const annotations = ["image", "tag", "digest", "pull-request"].map((one) => `drover/${one}`);
          const allowed = [
            ...[...annotations, "kubernetes.io/change-cause"].map((one) => `metadata.annotations.${one}`),
            "spec.template.spec.containers.0.image",
          ];
          assert.deepEqual([...changes.keys()], [`kubernetes:apps/v1:Deployment::${app}`]);
          const paths = [...changes.values()].flat();
          assert.deepEqual(
            paths.filter((one) => !allowed.includes(one)),
            [],
          );
          assert.ok(paths.includes("spec.template.spec.containers.0.image"));
        });

      it("hands its token to its providers as a secret, and to nothing else", async () => {
        const { resources } = await runOf(stack);
        const rancherProvider = `pulumi:providers:rancher2::${stack}-rancher`;
        const kubernetes = `pulumi:providers:kubernetes::${stack}-kubernetes`;
        assert.equal(revealed(resources.get(rancherProvider)?.inputs["tokenKey"]), token);
        assert.match(String(revealed(resources.get(kubernetes)?.inputs["kubeconfig"])), new RegExp(token));
        const holders = [...resources].filter(([, { inputs }]) => JSON.stringify(inputs).includes(token));
        assert.deepEqual(holders.map(([key]) => key).sort(), [kubernetes, rancherProvider]);
      });

      it("has no secret value in its file", () => {
        const text = stackText(stack);
        assert.doesNotMatch(text, /secure:|secretsprovider|encryptedkey|encryptionsalt|PRIVATE KEY|ghp_|github_pat_/);
        for (const key of leavesOf(committed(stack)).keys())
          assert.doesNotMatch(key, /(^|\.)(rancherToken|secrets|registries|password)(\.|$)/);
      });
    });

  it("claim each object, and each address, for one of them alone", async () => {
    const owners = new Map<string, string[]>();
    for (const stack of environments)
      for (const claim of claimsOf(await runOf(stack), committed(stack)))
        owners.set(claim, [...(owners.get(claim) ?? []), stack]);
    assert.deepEqual(
      [...owners].filter(([, stacks]) => stacks.length > 1),
      [],
    );
    // Every object of every stack was looked at.
    assert.ok(owners.size > 4 * 30, String(owners.size));
  });

  it("differ in nothing but what their files say: the stack's name names resources alone", async () => {
    const config = { ...configOf(first), namespace: "shared" };
    const one = await runStack("one", config);
    const other = await runStack("other", config);
    const described = ({ resources }: StackRun) =>
      [...resources]
        .map(([key, resource]) => `${key} ${JSON.stringify(resource).replaceAll(/\b(one|other)\b/g, "STACK")}`)
        .sort();
    assert.deepEqual(
      described(other).map((text) => text.replace(/^(\S*)other/, "$1one")),
      described(one),
    );
    assert.deepEqual(other.outputs, one.outputs);
  });

  it("make the same whatever the order of the keys in their files", async () => {
    for (const stack of environments) {
      const turned = await runStack(stack, z.record(z.string(), z.unknown()).parse(reversed(configOf(stack))));
      assert.deepEqual(changesBetween(await runOf(stack), turned), new Map());
      assert.deepEqual(turned.outputs, (await runOf(stack)).outputs);
    }
  });

  for (const stack of others)
    it(`say what ${stack} has that ${first} has not, key by key`, () => {
      const [ours, theirs] = [leavesOf(committed(first)), leavesOf(committed(stack))];
      const different = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
        (key) => ours.get(key) !== theirs.get(key),
      );
      const allowed =
        /^(rancher\.(cluster|project)|host|tlsSecret|channel|image|images\.[\w-]+|apps\.[\w-]+\.(env\.\w+|replicas|volumes\.\w+\.size))$/;
      assert.deepEqual(
        different.filter((key) => !allowed.test(key)),
        [],
      );
      assert.ok(different.includes("host"));
    });

  it("run what their channel and their images say", async () => {
    const images = new Map<string, Record<string, string>>();
    for (const stack of environments) images.set(stack, imagesOf(await runOf(stack)));
    const pinned = (name: string) => `${name}@${digestOf(name)}`;
    assert.equal(images.get("appdev")?.["narrative"], pinned("ghcr.io/kbase/narrative-develop:latest"));
    assert.equal(images.get("appdev")?.["auth2"], pinned("ghcr.io/kbase/auth2-develop:pr-7"));
    assert.equal(images.get("appdev")?.["kbase-ui"], pinned("ghcr.io/kbase/kbase-ui:latest"));
    assert.equal(images.get("next")?.["narrative"], pinned("ghcr.io/kbase/narrative:latest"));
    assert.equal(images.get("prod")?.["narrative"], pinned("ghcr.io/kbase/narrative:5.4.3"));
    assert.equal(images.get("prod")?.["workspace"], pinned("ghcr.io/kbase/workspace_deluxe:0.15.0"));
    for (const [stack, all] of images)
      for (const [app, image] of Object.entries(all))
        assert.equal(image.includes("-develop:"), committed(stack)["channel"] === "develop" && !trunk.has(app), image);
  });
  const trunk = new Set(["kbase-ui", "service-wizard2"]);
});

/** A value with the keys of every object in it the other way round. */
function reversed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
