import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { parse, stringify } from "yaml";
import * as z from "zod";

import { registryHost } from "../registry/registry.ts";
import { cluster, rancherAuthority, rancherUrl } from "../rancher/part.ts";
import type { Layout } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { mustPulumi } from "./pulumi.ts";

/** The organization whose images the sandbox's registry has. */
export const organization = "kbase";

/** The host name of an environment: names below `localhost` are loopback (RFC 6761). */
export const hostOf = (world: Pick<World, "settings">, stack: string): string =>
  `${stack}.localhost:${String(world.settings.ports.ingress)}`;

/** A stack's configuration file in the sandbox's project. */
export const stackFile = (layout: Layout, stack: string): string => path.join(layout.project, `Pulumi.${stack}.yaml`);

/** The configuration of an environment in the sandbox: like the committed stack files, with the sandbox's own addresses and two apps. */
export async function environmentConfig(world: World, stack: string): Promise<Record<string, unknown>> {
  const { registryAccount } = world.settings;
  return {
    "drover:organization": organization,
    "drover:rancher": {
      url: rancherUrl(world),
      ca: await rancherAuthority(world),
      cluster: cluster.id,
      project: stack,
    },
    "drover:host": `http://${hostOf(world, stack)}`,
    "drover:registry": registryHost(world, "public"),
    "drover:registries": {
      [registryHost(world, "public")]: { http: true },
      [registryHost(world, "private")]: { http: true, username: registryAccount.username },
    },
    "drover:channel": "develop",
    "drover:app": "narrative",
    "drover:image": "latest",
    "drover:apps": {
      narrative: { port: 8888, path: "/narrative", health: "/narrative_version", replicas: 2, env: { PORT: "8888" } },
      auth2: {
        image: `${registryHost(world, "private")}/${organization}/auth2`,
        port: 8080,
        path: "/services/auth",
        health: "/services/auth",
        strategy: "Recreate",
        env: { SHOW: "MONGO_PASSWORD" },
      },
    },
  };
}

/** The last key that `prepareStack` writes: its presence says that the stack is whole. */
const lastKey = "rancherToken";

/** Makes a stack in the sandbox's project, with its configuration and secrets; a stack that is there is left as it is. */
export async function prepareStack(world: World, stack: string): Promise<void> {
  const { layout, settings } = world;
  const file = stackFile(layout, stack);
  if (existsSync(file) && readFileSync(file, "utf8").includes(`drover:${lastKey}:`)) return;
  await mustPulumi(layout, ["stack", "select", stack, "--create", "--secrets-provider", "passphrase"]);
  const written: unknown = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
  writeFileSync(file, stringify({ ...StackFile.parse(written), config: await environmentConfig(world, stack) }), {
    mode: 0o600,
  });
  const set = (key: string, value: string) =>
    mustPulumi(layout, ["config", "set", "--secret", "--path", key, "--stack", stack], value);
  await set(`registries["${registryHost(world, "private")}"].password`, settings.registryAccount.password);
  await set("apps.auth2.secrets.MONGO_PASSWORD", settings.registryAccount.password);
  await set(lastKey, settings.tokens.deployer);
}

const StackFile = z.looseObject({});
