import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { parse } from "yaml";
import * as z from "zod";

import { parseEnvironment } from "../../stacks/config.ts";
import type { Environment } from "../../stacks/config.ts";
import { declareEnvironment, registriesOf } from "../../stacks/environment.ts";
import { plain, register, revealed } from "../support/mocks.ts";
import type { Registration } from "../support/mocks.ts";

const root = path.resolve(import.meta.dirname, "../..");
const File = z.strictObject({ config: z.record(z.string(), z.unknown()) });
const token = "token-abc12:not-a-real-one";

/** A committed stack file's configuration as Pulumi hands it over. */
function committed(stack: string): Record<string, string> {
  const { config } = File.parse(parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")));
  const entries = Object.entries(config).map(([key, value]): [string, string] => [
    key.replace(/^drover:/, ""),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { ...Object.fromEntries(entries), rancherToken: token };
}

function environmentOf(config: Record<string, string>): Environment {
  const { environment, problems } = parseEnvironment(config, new Set(["rancherToken"]));
  assert.deepEqual(problems, []);
  assert.ok(environment !== undefined);
  return environment;
}

/** Registers a stack under mocks, with digests made up from the images' names. */
function declare(stack: string, environment: Environment, preview = false): Promise<Registration> {
  const images = [...environment.selected].map(([app, { written, reference }]) => {
    const digest = `sha256:${Buffer.from(`${reference.repository}:${reference.tag ?? ""}`)
      .toString("hex")
      .padEnd(64, "0")
      .slice(-64)}`;
    return [app, { written, image: { ...reference, digest } }] as const;
  });
  return register(() => declareEnvironment(stack, environment, registriesOf(environment), new Map(images)), {
    stack,
    preview,
  });
}

for (const stack of ["appdev", "ci", "next", "prod"])
  describe(`the committed stack ${stack}`, () => {
    it("makes exactly the resources of its golden list", async () => {
      const { resources } = await declare(stack, environmentOf(committed(stack)));
      const list = `${[...resources.keys()].sort().join("\n")}\n`;
      const golden = path.join(root, "test", "golden", `${stack}.txt`);
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, list);
      assert.equal(list, readFileSync(golden, "utf8"));
    });

    it("can be previewed while nothing is known yet", async () => {
      const { resources } = await declare(stack, environmentOf(committed(stack)), true);
      assert.ok(resources.has("kubernetes:apps/v1:Deployment::narrative"));
    });

    it("changes one Deployment when the image changes, and nothing else", async () => {
      const before = await declare(stack, environmentOf(committed(stack)));
      const after = await declare(stack, environmentOf({ ...committed(stack), image: "pr-99" }));
      const changed = [...after.resources].filter(([key, { inputs }]) => {
        const other = before.resources.get(key);
        return JSON.stringify(other?.inputs) !== JSON.stringify(inputs);
      });
      assert.deepEqual(
        changed.map(([key]) => key),
        ["kubernetes:apps/v1:Deployment::narrative"],
      );
    });

    it("hands the token to its providers as a secret, and holds none itself", async () => {
      const { resources } = await declare(stack, environmentOf(committed(stack)));
      assert.equal(revealed(resources.get(`pulumi:providers:rancher2::${stack}-rancher`)?.inputs["tokenKey"]), token);
      assert.match(
        String(revealed(resources.get(`pulumi:providers:kubernetes::${stack}-kubernetes`)?.inputs["kubeconfig"])),
        new RegExp(token),
      );
      assert.doesNotMatch(
        readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8"),
        /secure:|rancherToken:|password:/,
      );
    });

    it("makes every Deployment through the environment's own provider", async () => {
      const { resources } = await declare(stack, environmentOf(committed(stack)));
      for (const { type, provider } of resources.values())
        if (type.startsWith("kubernetes:")) assert.equal(provider, `pulumi:providers:kubernetes::${stack}-kubernetes`);
    });
  });

describe("a workload's manifest", () => {
  const Deployment = z.looseObject({
    metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
    spec: z.looseObject({
      strategy: z.unknown(),
      template: z.looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })) }) }),
    }),
  });
  const app = {
    port: 8080,
    health: "/health",
    replicas: 2,
    secrets: { TOKEN: "very-secret" },
    files: { "/etc/app/config.ini": "a=1" },
    env: { LEVEL: "info" },
  };
  const config = { ...committed("appdev"), apps: JSON.stringify({ narrative: app }), images: "{}", image: "pr-12" };
  const environment = () => {
    const { environment: parsed, problems } = parseEnvironment(config, new Set(["rancherToken", "apps"]));
    assert.deepEqual(problems, []);
    assert.ok(parsed !== undefined);
    return parsed;
  };

  it("says which image it runs, by digest, and which pull request that is", async () => {
    const { resources } = await declare("appdev", environment());
    const { metadata, spec } = Deployment.parse(
      plain(resources.get("kubernetes:apps/v1:Deployment::narrative")?.inputs),
    );
    assert.match(
      spec.template.spec.containers[0]?.image ?? "",
      /^ghcr\.io\/kbase\/narrative-develop:pr-12@sha256:[0-9a-f]{64}$/,
    );
    assert.equal(metadata.annotations["drover/pull-request"], "12");
    assert.equal(metadata.annotations["drover/tag"], "pr-12");
    assert.deepEqual(spec.strategy, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
  });

  it("keeps secret values in a Secret alone, marked secret", async () => {
    const { resources } = await declare("appdev", environment());
    const secret = resources.get("kubernetes:core/v1:Secret::narrative-env");
    assert.deepEqual(revealed(secret?.inputs["data"]), { TOKEN: Buffer.from("very-secret").toString("base64") });
    for (const [key, { inputs }] of resources)
      if (!key.includes(":Secret::")) assert.doesNotMatch(JSON.stringify(inputs), /very-secret/);
  });

  it("has a disruption budget, a file and an address of its own", async () => {
    const { resources } = await declare("appdev", environment());
    const kinds = [...resources.values()]
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ type, name }) => `${type.split(":")[2] ?? ""} ${name}`);
    assert.deepEqual(kinds.sort(), [
      "ConfigMap narrative-files",
      "Deployment narrative",
      "Ingress narrative",
      "PodDisruptionBudget narrative",
      "Secret narrative-env",
      "Service narrative",
    ]);
  });
});
