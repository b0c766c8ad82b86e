import { writeFileSync } from "node:fs";
import path from "node:path";

import { imagesFolder, registryHost } from "../registry/registry.ts";
import { dataFolder } from "../world/layout.ts";
import type { Part, World } from "../world/part.ts";
import { startServer } from "../world/processes.ts";
import type { Config } from "./config.ts";
import { organizationSeed } from "./seed-organization.ts";

/** Where the sandbox's GitHub serves: pages and clones; REST is below `/api/v3`, GraphQL at `/api/graphql`. */
export const githubUrl = ({ settings }: Pick<World, "settings">): string =>
  `http://127.0.0.1:${String(settings.ports.github)}`;

/** The stand-in for GitHub as a part of the sandbox, with the organization `kbase`. */
export const github: Part = {
  name: "github",
  servers: ["github"],
  describe: (world) => `GitHub stand-in at ${githubUrl(world)}, organization kbase`,
  async up(world) {
    const { layout, settings } = world;
    const { emulator, ...tokens } = settings.githubTokens;
    const folder = dataFolder(layout, "github");
    const file = path.join(folder, "config.json");
    const config: Config = {
      port: settings.ports.github,
      folder: path.join(folder, "state"),
      adminToken: emulator,
      organization: organizationSeed(tokens, { program: await world.tool("demo-app") }),
      // What everybody can pull must be called public.
      registries: [
        { url: `http://${registryHost(world, "public")}`, folder: imagesFolder(world, "public"), visibility: "public" },
        {
          url: `http://${registryHost(world, "private")}`,
          folder: imagesFolder(world, "private"),
          account: settings.registryAccount,
          visibility: "private",
        },
      ],
    };
    writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
    await startServer(layout, {
      name: "github",
      command: process.execPath,
      args: [path.join(import.meta.dirname, "main.ts"), file],
      ready: async () => (await fetch(`${githubUrl(world)}/api/v3/meta`)).ok,
    });
  },
};
