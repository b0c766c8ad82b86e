import { rmSync } from "node:fs";

import { clusterPki } from "./cluster/cluster.ts";
import { controlPlane } from "./cluster/control-plane.ts";
import { ingress } from "./cluster/ingress.ts";
import { node } from "./cluster/node.ts";
import { installEngine } from "./engine/engine.ts";
import type { InstalledEngine } from "./engine/engine.ts";
import { prepareStack } from "./engine/stacks.ts";
import { publishDemoImages } from "./registry/demo-images.ts";
import { publishPauseImage } from "./registry/images.ts";
import { registry } from "./registry/registry.ts";
import { rancher } from "./rancher/part.ts";
import type { ToolName } from "./tools/catalog.ts";
import type { openWorld } from "./world/open.ts";
import type { Part, World } from "./world/part.ts";
import { startedServers, stopServer } from "./world/processes.ts";

/** Every part, in the order of their start. */
export const parts: readonly Part[] = [registry, controlPlane, rancher, node, ingress];

/** In the order in which they are wanted; the ingress controller is last, as nobody waits for it before the end. */
const tools: readonly ToolName[] = ["registry", "crane", "pause", "demo-app", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl", "pulumi", "pulumi-resource-rancher2", "traefik"];

/** Starts what does not run of a sandbox and makes its stacks; returns when everything serves. */
export async function up(world: Awaited<ReturnType<typeof openWorld>>): Promise<InstalledEngine> {
  world.toolbox.prepare(tools);
  // Made once, before several parts read it at the same time.
  await clusterPki(world);
  const images = registry.up(world).then(() => Promise.all([publishPauseImage(world), publishDemoImages(world)]));
  const cluster = controlPlane.up(world);
  const ready = Promise.all([images, cluster]).then(() => node.up(world));
  const [engine] = await Promise.all([
    installEngine(world).then(async (installed) => {
      for (const stack of ["ci", "appdev"]) await prepareStack(world, stack);
      return installed;
    }),
    cluster.then(() => rancher.up(world)),
    ready.then(() => ingress.up(world)),
  ]);
  return engine;
}

/** Ends every process of a sandbox, last started first, and clears away what they leave outside its folder. */
export async function down(world: World): Promise<void> {
  for (const part of [...parts].reverse()) {
    for (const server of [...part.servers].reverse()) await stopServer(world.layout, server);
    await part.cleanUp?.(world);
  }
  for (const server of startedServers(world.layout)) await stopServer(world.layout, server);
}

/** Ends a sandbox and forgets everything it knew. */
export async function reset(world: World): Promise<void> {
  await down(world);
  rmSync(world.layout.root, { recursive: true, force: true });
}
