import { rmSync } from "node:fs";

import { actions } from "./actions/part.ts";
import { clusterPki } from "./cluster/cluster.ts";
import { controlPlane } from "./cluster/control-plane.ts";
import { ingress } from "./cluster/ingress.ts";
import { kwok } from "./cluster/kwok.ts";
import { canRunNode } from "./cluster/node-capability.ts";
import { node } from "./cluster/node.ts";
import { installEngine } from "./engine/engine.ts";
import type { InstalledEngine } from "./engine/engine.ts";
import { organizationStack, prepareStack } from "./engine/stacks.ts";
import { github } from "./github/part.ts";
import { publishDemoImages } from "./registry/demo-images.ts";
import { publishPauseImage } from "./registry/images.ts";
import { registry } from "./registry/registry.ts";
import { rancher } from "./rancher/part.ts";
import type { ToolName } from "./tools/catalog.ts";
import type { openWorld } from "./world/open.ts";
import type { Part, World } from "./world/part.ts";
import { endOrphans, startedServers, stopServer } from "./world/processes.ts";

/** Every part there can be, in the order of their start. */
const allParts: readonly Part[] = [registry, github, controlPlane, rancher, node, ingress, kwok, actions];

/** The parts of a sandbox: with a real node and an ingress controller, or, where that can't be had, with kwok's stand-in for nodes. */
export const partsOf = (world: World): readonly Part[] =>
  allParts
    .filter((part) => (usesKwok(world) ? part !== node && part !== ingress : part !== kwok))
    .filter((part) => part !== actions || hasActions(world));

/** Whether a sandbox was started without a real node. */
export const usesKwok = ({ layout }: World): boolean =>
  startedServers(layout).some((server) => kwok.servers.includes(server));

/** Whether a sandbox runs the workflows of its repositories. */
export const hasActions = ({ layout }: World): boolean =>
  startedServers(layout).some((server) => actions.servers.includes(server));

/** What a sandbox has only when it is asked for. */
export interface UpOptions {
  /** A runner of workflows, with a Docker engine. Default no; one that was started stays. */
  readonly actions?: boolean;
}

/** In the order in which they are wanted; the ingress controller is last, as nobody waits for it before the end. */
const tools: readonly ToolName[] = [
  "registry",
  "crane",
  "pause",
  "demo-app",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kubectl",
  "pulumi",
  "pulumi-resource-rancher2",
  "pulumi-resource-github",
  "traefik",
];

/** Starts what does not run of a sandbox and makes its stacks; returns when everything serves. */
export async function up(
  world: Awaited<ReturnType<typeof openWorld>>,
  options: UpOptions = {},
): Promise<InstalledEngine> {
  world.toolbox.prepare(options.actions === true ? [...tools, "act", "buildx"] : tools);
  // Made once, before several parts read it at the same time.
  await clusterPki(world);
  const images = registry.up(world).then(() => Promise.all([publishPauseImage(world), publishDemoImages(world)]));
  const cluster = controlPlane.up(world);
  const nodes = Promise.all([images, cluster]).then(() => startNodes(world));
  const organization = github.up(world);
  const [engine] = await Promise.all([
    installEngine(world).then(async (installed) => {
      for (const stack of ["ci", "appdev"]) await prepareStack(world, stack);
      await organization;
      await prepareStack(world, organizationStack);
      return installed;
    }),
    organization,
    cluster.then(() => rancher.up(world)),
    nodes,
    ...(options.actions === true ? [organization.then(() => startActions(world))] : []),
  ]);
  return engine;
}

/** Starts the runner of workflows; where there can be no Docker engine, says so, unless `DROVER_REAL_NODE=required` allows no such place. */
export async function startActions(world: World): Promise<void> {
  try {
    await actions.up(world);
  } catch (error) {
    if (process.env["DROVER_REAL_NODE"] === "required") throw error;
    world.say(`No workflow will run: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Starts the real node and the ingress controller; where there can be no real node, says so and starts kwok. */
async function startNodes(world: World): Promise<void> {
  const able = await canRunNode(world.say);
  if (able.ok) {
    await node.up(world);
    await ingress.up(world);
  } else if (process.env["DROVER_REAL_NODE"] === "required") {
    throw new Error(`a real node can't run here: ${able.reason}`);
  } else {
    world.say(`A real node can't run here: ${able.reason}`);
    world.say("kwok stands in for it: pods are accepted and called ready, but none runs, and no address answers.");
    await kwok.up(world);
  }
}

/** Ends every process of a sandbox, last started first, and clears away what they leave outside its folder. */
export async function down(world: World): Promise<void> {
  for (const part of [...allParts].reverse()) {
    for (const server of [...part.servers].reverse()) await stopServer(world.layout, server);
    await part.cleanUp?.(world);
  }
  for (const server of startedServers(world.layout)) await stopServer(world.layout, server);
  endOrphans(world.layout);
}

/** Ends a sandbox and forgets everything it knew. */
export async function reset(world: World): Promise<void> {
  await down(world);
  rmSync(world.layout.root, { recursive: true, force: true });
}
