import { writeFileSync } from "node:fs";
import path from "node:path";

import { hash } from "bcryptjs";
import { stringify } from "yaml";

import { dataFolder } from "../world/layout.ts";
import type { Part, World } from "../world/part.ts";
import { startServer } from "../world/processes.ts";

/** The two parts of the sandbox's registry: one that everybody may read, and one that asks for an account. */
export type RegistryPart = "public" | "private";

/** A registry part's host and port, as it stands in an image's reference. */
export const registryHost = ({ settings }: Pick<World, "settings">, part: RegistryPart): string =>
  `127.0.0.1:${String(part === "public" ? settings.ports.registry : settings.ports.privateRegistry)}`;

/** The folder where a registry part keeps its images. */
export const imagesFolder = ({ layout }: Pick<World, "layout">, part: RegistryPart): string =>
  path.join(dataFolder(layout, `registry-${part}`), "images");

/** The configuration of a distribution registry (distribution.github.io/distribution/about/configuration). */
function configuration(world: World, part: RegistryPart, folder: string): object {
  return {
    version: 0.1,
    log: { level: "warn", accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: imagesFolder(world, part) }, delete: { enabled: true } },
    http: { addr: registryHost(world, part), debug: {} },
    ...(part === "public"
      ? {}
      : { auth: { htpasswd: { realm: "drover sandbox", path: path.join(folder, "htpasswd") } } }),
  };
}

/** The least that bcrypt takes: the password is a long random one, and every pull of a layer checks it. */
const bcryptRounds = 4;

async function start(world: World, part: RegistryPart): Promise<void> {
  const command = await world.tool("registry");
  const folder = dataFolder(world.layout, `registry-${part}`);
  const { username, password } = world.settings.registryAccount;
  if (part === "private")
    writeFileSync(path.join(folder, "htpasswd"), `${username}:${await hash(password, bcryptRounds)}\n`, {
      mode: 0o600,
    });
  const file = path.join(folder, "config.yml");
  writeFileSync(file, stringify(configuration(world, part, folder)), { mode: 0o600 });
  const expected = part === "public" ? 200 : 401;
  await startServer(world.layout, {
    name: serverName(part),
    command,
    args: ["serve", file],
    env: { OTEL_TRACES_EXPORTER: "none" },
    ready: async () => (await fetch(`http://${registryHost(world, part)}/v2/`)).status === expected,
  });
}

const serverName = (part: RegistryPart) => (part === "public" ? "registry" : "registry-private");

/** The image registry: distribution, the program that most registries are made of. */
export const registry: Part = {
  name: "registry",
  servers: [serverName("public"), serverName("private")],
  describe: (world) =>
    `image registry (distribution) at http://${registryHost(world, "public")}, with a private part at http://${registryHost(world, "private")}`,
  up: async (world) => {
    await Promise.all([start(world, "public"), start(world, "private")]);
  },
};
