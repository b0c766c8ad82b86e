import { writeFileSync } from "node:fs";
import path from "node:path";

import * as z from "zod";

import { dataFolder } from "../world/layout.ts";
import type { Part } from "../world/part.ts";
import { runningPid, startServer } from "../world/processes.ts";
import { applyObject, clusterFolder, clusterPki, endpoint } from "./cluster.ts";
import { flags } from "./control-plane-arguments.ts";
import { ask } from "./https-client.ts";
import type { Endpoint } from "./https-client.ts";
import { kubeconfigFile } from "./kubeconfig.ts";
import { kwokConfig } from "./kwok-stages.ts";
import { removeNode } from "./node-pods.ts";
import { nodeName } from "./pki.ts";

const server = "kwok";
const label = { type: "kwok" } as const;
const names = ["kwok-1", "kwok-2"];

/** Fake nodes where a real one can't be had, and for benchmarks with many pods. A stand-in: its pods pull nothing, run nothing and have addresses that belong to nobody. */
export const kwok: Part = {
  name: "kwok",
  servers: [server],
  describe: () => `stand-in for a node: ${String(names.length)} fake nodes of kwok, whose pods run nothing`,

  async up(world) {
    const { layout, settings } = world;
    const apiServer = endpoint(await clusterPki(world), settings.ports.apiServer);
    const config = path.join(dataFolder(layout, "kwok"), "kwok.yaml");
    writeFileSync(config, kwokConfig());
    // A real node of an earlier run would keep pods that nobody runs any more.
    if (runningPid(layout, "node") === undefined) await removeNode(apiServer, nodeName);
    for (const name of names)
      await applyObject(apiServer, `/api/v1/nodes/${name}`, {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name, labels: label, annotations: { "kwok.x-k8s.io/node": "fake" } },
      });
    await startServer(layout, {
      name: server,
      command: await world.tool("kwok"),
      args: flags({
        config: config,
        kubeconfig: kubeconfigFile(clusterFolder(world), "kwok"),
        "manage-nodes-with-label-selector": "type=kwok",
        "node-lease-duration-seconds": 40,
        v: "WARN",
        "server-address": `127.0.0.1:${String(settings.ports.kwok)}`,
        // The other half of the networks that are reserved for benchmarks (RFC 2544); Services have the first.
        cidr: "198.19.0.0/16",
      }),
      ready: async () => {
        const health = await fetch(`http://127.0.0.1:${String(settings.ports.kwok)}/healthz`);
        return health.ok && (await fakeNodes(apiServer)).filter(({ ready }) => ready).length === names.length;
      },
    });
  },
};

const Nodes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

async function fakeNodes(apiServer: Endpoint): Promise<{ name: string; ready: boolean }[]> {
  const answer = await ask(apiServer, "/api/v1/nodes?labelSelector=type%3Dkwok");
  return Nodes.parse(JSON.parse(answer.body)).items.map(({ metadata, status }) => ({
    name: metadata.name,
    ready: status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
  }));
}

/** Removes the fake nodes that an earlier run has left, so that no pod waits for them or seems to run on them. */
export async function removeFakeNodes(apiServer: Endpoint): Promise<void> {
  for (const { name } of await fakeNodes(apiServer)) await removeNode(apiServer, name);
}
