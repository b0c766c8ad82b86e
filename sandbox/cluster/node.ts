import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { stringify } from "yaml";
import * as z from "zod";

import { checkout, dataFolder } from "../world/layout.ts";
import type { Part, World } from "../world/part.ts";
import { runningPid, startServer } from "../world/processes.ts";
import { capsuleCommand, capsuleScript } from "./capsule.ts";
import { createCgroups, removeCgroups } from "./cgroups.ts";
import { clusterFolder, clusterPki, endpoint, nodeAddress } from "./cluster.ts";
import { findCommand } from "./commands.ts";
import { ask } from "./https-client.ts";
import type { Endpoint } from "./https-client.ts";
import { kubeconfigFile } from "./kubeconfig.ts";
import { removeFakeNodes } from "./kwok.ts";
import {
  cgroupName,
  containerdConfig,
  containerdSocket,
  kubeletArguments,
  kubeletConfig,
  networkConfig,
} from "./node-config.ts";
import type { NodeSpec } from "./node-config.ts";
import { createBridge, removeBridge } from "./node-network.ts";
import { podsBack, podsOnNode } from "./node-pods.ts";
import { findNodeRuntime } from "./node-runtime.ts";
import { nodeName } from "./pki.ts";
import { detectSnapshotter } from "./snapshotter.ts";
import { offerVolumes } from "./storage.ts";

const server = "node";

/** A real node: kubelet, containerd and runc in a capsule of their own, pulling from the registries of 127.0.0.1 and running real pods. */
export const node: Part = {
  name: "node",
  servers: [server],
  describe: (world) => `Kubernetes node ${nodeName} at ${nodeAddress(world)}, running real pods`,

  async up(world) {
    const { layout, settings } = world;
    const pki = await clusterPki(world);
    const apiServer = endpoint(pki, settings.ports.apiServer);
    const since = new Date();
    const wanted: string[] = [];
    if (runningPid(layout, server) === undefined) {
      await clear(world);
      await markStopped(apiServer);
      if (runningPid(layout, "kwok") === undefined) await removeFakeNodes(apiServer);
      wanted.push(...(await podsOnNode(apiServer)).filter(({ ready }) => ready).map(({ id }) => id));
      const folder = dataFolder(layout, "node");
      const runtime = await findNodeRuntime((line) => {
        world.say(line);
      });
      const snapshotter = await detectSnapshotter(folder);
      writeConfig(world, { settings, pki, runtime, folder, snapshotter }, await world.tool("kubelet"));
      createCgroups(cgroupName(settings));
      await createBridge(settings.network);
    }
    await startServer(layout, {
      name: server,
      command: findCommand("unshare") ?? "unshare",
      args: capsuleCommand(path.join(dataFolder(layout, "node"), "capsule.sh")),
      ready: () => isReady(apiServer),
    });
    await offerVolumes(world, apiServer);
    const missing = await podsBack(apiServer, wanted, since);
    if (missing.length > 0) world.say(`ready before the node was stopped, and not yet again: ${missing.join(", ")}`);
  },

  cleanUp: clear,
};

async function clear({ settings }: World): Promise<void> {
  await removeCgroups(cgroupName(settings));
  await removeBridge(settings.network);
}

function writeConfig(world: World, spec: NodeSpec, kubelet: string): void {
  const { folder, runtime, settings } = spec;
  const at = (...names: string[]) => path.join(folder, ...names);
  const stage = at("capsule");
  rmSync(stage, { recursive: true, force: true });
  for (const each of [stage, at("cni")]) mkdirSync(each, { recursive: true, mode: 0o700 });
  writeFileSync(at("kubelet.yaml"), stringify(kubeletConfig(spec)));
  writeFileSync(at("containerd.toml"), containerdConfig(spec));
  writeFileSync(at("cni", "drover.conflist"), JSON.stringify(networkConfig(settings.network), null, 2));
  writeFileSync(
    at("capsule.sh"),
    capsuleScript({
      stage,
      keep: [
        world.layout.root,
        ...[runtime.containerd, runtime.runc, kubelet].map((file) => path.dirname(file)),
        runtime.plugins,
        checkout,
        path.dirname(process.execPath),
      ],
      path: [runtime.shims, path.dirname(runtime.runc)],
      containerd: [runtime.containerd, "--config", at("containerd.toml")],
      awaitContainerd: [
        process.execPath,
        path.join(checkout, "sandbox", "cluster", "await-containerd.ts"),
        containerdSocket,
      ],
      kubelet: [
        kubelet,
        ...kubeletArguments(
          at("kubelet.yaml"),
          kubeconfigFile(clusterFolder(world), "kubelet"),
          nodeName,
          nodeAddress(world),
        ),
      ],
    }),
  );
}

const NodeStatus = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
});

async function isReady(apiServer: Endpoint): Promise<boolean> {
  const answer = await ask(apiServer, `/api/v1/nodes/${nodeName}`);
  if (answer.status !== 200) return false;
  const { conditions } = NodeStatus.parse(JSON.parse(answer.body)).status;
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

/** Takes back the node's word that it is ready, which outlives it: else a node that starts would count as ready before it is. */
async function markStopped(apiServer: Endpoint): Promise<void> {
  await ask(apiServer, `/api/v1/nodes/${nodeName}/status`, {
    method: "PATCH",
    type: "application/strategic-merge-patch+json",
    body: {
      status: {
        conditions: [{ type: "Ready", status: "Unknown", reason: "SandboxDown", message: "The sandbox was stopped." }],
      },
    },
  });
}
