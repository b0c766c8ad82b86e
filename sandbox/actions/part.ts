import { writeFileSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { githubUrl } from "../github/part.ts";
import { cacheFolder } from "../tools/cache.ts";
import { dataFolder } from "../world/layout.ts";
import type { Part, World } from "../world/part.ts";
import { startServer } from "../world/processes.ts";
import { clearDocker, dockerServer, dockerSocket, startDocker } from "./engine/docker.ts";
import type { RunnerConfig } from "./main.ts";

/** Where the runner tells of its runs: `/runs` and `/settled`. */
export const actionsUrl = ({ settings }: Pick<World, "settings">): string =>
  `http://127.0.0.1:${String(settings.ports.actions)}`;

/**
 * What GitHub Actions is for the sandbox: a runner that executes the workflows of its repositories with act, and a Docker engine with BuildKit
 * for what they build. Started only when wanted: the engine needs root, and its tools take minutes to build, once.
 */
export const actions: Part = {
  name: "actions",
  servers: [dockerServer, "actions"],
  describe: (world) =>
    `GitHub Actions stand-in (act, Docker engine with BuildKit), runs listed at ${actionsUrl(world)}/runs`,
  async up(world) {
    const { layout, settings } = world;
    // First, so that nothing is built in vain where there can be no engine.
    const { docker } = await startDocker(world);
    const [act, buildx, npm] = await Promise.all([
      world.tool("act"),
      world.tool("buildx"),
      execa("npm", ["config", "get", "cache"]),
    ]);
    const folder = dataFolder(layout, "actions");
    const config: RunnerConfig = {
      port: settings.ports.actions,
      github: githubUrl(world),
      token: settings.githubTokens.emulator,
      folder: path.join(folder, "runs"),
      tools: {
        ...{ act, docker, buildx, dockerSocket: dockerSocket(layout) },
        ...{ bin: layout.bin, plugins: path.join(layout.pulumiHome, "plugins"), npmCache: npm.stdout.trim() },
        toolCache: cacheFolder(),
      },
    };
    const file = path.join(folder, "config.json");
    writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
    await startServer(layout, {
      name: "actions",
      command: process.execPath,
      args: [path.join(import.meta.dirname, "main.ts"), file],
      ready: async () => (await fetch(actionsUrl(world))).ok,
    });
  },
  cleanUp: clearDocker,
};
