import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { adminKubeconfig, clusterPki } from "../cluster/cluster.ts";
import { ask } from "../cluster/https-client.ts";
import { dataFolder } from "../world/layout.ts";
import type { Part, World } from "../world/part.ts";
import { startServer } from "../world/processes.ts";
import type { Config } from "./config.ts";

/** The cluster that the sandbox's Rancher knows: id and name. */
export const cluster = { id: "c-m-sandbox", name: "sandbox" } as const satisfies Config["cluster"];

/** Where the sandbox's Rancher serves. */
export const rancherUrl = ({ settings }: Pick<World, "settings">): string =>
  `https://127.0.0.1:${String(settings.ports.rancher)}`;

/** The certificate, in PEM, that the sandbox's Rancher is checked against. */
export const rancherAuthority = async (world: World): Promise<string> =>
  readFileSync((await clusterPki(world)).authority("rancher").certificate, "utf8");

/** The Rancher front as a part of the sandbox: a stand-in for Rancher's server over the sandbox's API server. */
export const rancher: Part = {
  name: "rancher",
  servers: ["rancher"],
  describe: (world) => `Rancher stand-in at ${rancherUrl(world)}, cluster ${cluster.id}`,
  async up(world) {
    const { layout, settings } = world;
    const { rancher: port } = settings.ports;
    const file = path.join(dataFolder(layout, "rancher"), "config.json");
    const tls = (await clusterPki(world)).of("rancher");
    const config: Config = { port, tls, kubeconfig: adminKubeconfig(world), cluster, tokens: settings.tokens };
    writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
    const authority = await rancherAuthority(world);
    await startServer(layout, {
      name: "rancher",
      command: process.execPath,
      args: [path.join(import.meta.dirname, "main.ts"), file],
      ready: async () => (await ask({ port, authority }, "/ping")).body === "pong",
    });
  },
};
