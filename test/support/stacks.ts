import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import * as z from "zod";

import { createAuthority, issue } from "../../sandbox/cluster/certificates.ts";
import { environmentStack } from "../../stacks/environment.ts";
import { written } from "./configuration.ts";
import { register } from "./mocks.ts";
import type { Functions, Registration } from "./mocks.ts";

const root = path.resolve(import.meta.dirname, "../..");
const File = z.strictObject({ config: z.record(z.string().startsWith("drover:"), z.unknown()) });

/** The token that the tests deploy with. */
export const token = "token-abc12:not-a-real-one";

/** The text of a committed stack file. */
export const stackText = (stack: string): string => readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8");

/** The committed stacks that are environments: all but `github`. */
export const environments: readonly string[] = globSync("Pulumi.*.yaml", { cwd: root })
  .map((file) => file.slice("Pulumi.".length, -".yaml".length))
  .filter((stack) => stack !== "github")
  .sort();

/** A committed stack file's configuration, keys without `drover:`. */
export const committed = (stack: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(File.parse(parse(stackText(stack))).config).map(([key, value]) => [
      key.slice("drover:".length),
      value,
    ]),
  );

/** A Rancher on 127.0.0.1 that says that its cluster is well. */
export interface Rancher {
  readonly url: string;
  readonly ca: string;
  close(): Promise<unknown>;
}

/** Starts a Rancher over https, with certificates of an authority of its own. */
export async function startRancher(): Promise<Rancher> {
  const authority = await createAuthority("test");
  const { certificate, key } = await issue(authority, { commonName: "rancher", hosts: ["127.0.0.1"] });
  const server = createServer({ cert: certificate, key }, (_, response) =>
    response.end(JSON.stringify({ gitVersion: "v1.36.4" })),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    ca: authority.certificate,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A stack that ran under mocks. */
export interface StackRun extends Registration {
  /** As `pulumi stack output` would show them; without what is not known. */
  readonly outputs: unknown;
}

/** The digest that the tests' registries have for an image. */
export const digestOf = (name: string): string =>
  `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(-64)}`;

/** What the docker provider answers, where every image is there. */
export const everyImage: Functions = {
  "docker:index/getRegistryImage:getRegistryImage": ({ name }) => ({ sha256Digest: digestOf(String(name)) }),
};

/** How a stack runs. */
export interface RunOptions {
  readonly preview?: boolean;
  readonly functions?: Functions;
  /** Gets the program's error; without it, the run fails with that. */
  readonly onError?: (error: unknown) => void;
}

/** Runs a stack's whole program under mocks, as the engine would run it with this configuration. */
export async function runStack(
  stack: string,
  config: Readonly<Record<string, unknown>>,
  { onError, ...options }: RunOptions = {},
): Promise<StackRun> {
  const texts = Object.entries(written({ rancherToken: token, ...config })).map(([key, text]) => [
    `drover:${key}`,
    text,
  ]);
  const before = { config: pulumi.runtime.allConfig(), keys: process.env["PULUMI_CONFIG_SECRET_KEYS"] };
  let outputs: unknown;
  const program = async () => {
    pulumi.runtime.setAllConfig(z.record(z.string(), z.string()).parse(Object.fromEntries(texts)));
    try {
      pulumi.output(await environmentStack()).apply((known) => (outputs = known));
    } catch (error) {
      if (onError === undefined) throw error;
      onError(error);
    }
  };
  try {
    process.env["PULUMI_CONFIG_SECRET_KEYS"] = '["drover:rancherToken","drover:apps","drover:registries"]';
    return { ...(await register(program, { functions: everyImage, ...options, stack })), outputs };
  } finally {
    pulumi.runtime.setAllConfig(before.config);
    if (before.keys === undefined) delete process.env["PULUMI_CONFIG_SECRET_KEYS"];
    else process.env["PULUMI_CONFIG_SECRET_KEYS"] = before.keys;
  }
}
