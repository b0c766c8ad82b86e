import { readFileSync } from "node:fs";

import type { Part, World } from "../world/part.ts";
import { startServer } from "../world/processes.ts";
import { apiServerUrl, clusterFolder, clusterPki, endpoint } from "./cluster.ts";
import {
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
  schedulerArguments,
} from "./control-plane-arguments.ts";
import { isWell } from "./https-client.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { readPair } from "./pki.ts";
import type { Identity, Pki } from "./pki.ts";

/** Everyone who gets a kubeconfig, `<root>/data/kubernetes/<name>.kubeconfig`. */
const users = ["admin", "controller-manager", "scheduler", "kubelet", "ingress", "kwok"] as const satisfies Identity[];

/** A real Kubernetes control plane: etcd, API server, controller manager and scheduler, all on loopback. */
export const controlPlane: Part = {
  name: "kubernetes",
  servers: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"],
  describe: (world) => `Kubernetes control plane at ${apiServerUrl(world)}`,

  async up(world) {
    const { layout, settings } = world;
    const pki = await clusterPki(world);
    writeKubeconfigs(world, pki);
    const plane = { ports: settings.ports, pki, folder: clusterFolder(world) };
    const apiServer = endpoint(pki, settings.ports.apiServer);

    await startServer(layout, {
      name: "etcd",
      command: await world.tool("etcd"),
      args: etcdArguments(plane),
      ready: () => isWell(endpoint(pki, settings.ports.etcd, "etcd-client"), "/readyz"),
    });
    await startServer(layout, {
      name: "kube-apiserver",
      command: await world.tool("kube-apiserver"),
      args: apiServerArguments(plane),
      ready: () => isWell(apiServer, "/readyz"),
    });
    await Promise.all([
      startServer(layout, {
        name: "kube-controller-manager",
        command: await world.tool("kube-controller-manager"),
        args: controllerManagerArguments(plane),
        // Without its default service account a namespace refuses pods.
        ready: async () =>
          (await isWell(endpoint(pki, settings.ports.controllerManager), "/healthz")) &&
          (await isWell(apiServer, "/api/v1/namespaces/default/serviceaccounts/default")),
      }),
      startServer(layout, {
        name: "kube-scheduler",
        command: await world.tool("kube-scheduler"),
        args: schedulerArguments(plane),
        ready: () => isWell(endpoint(pki, settings.ports.scheduler), "/healthz"),
      }),
    ]);
  },
};

function writeKubeconfigs(world: World, pki: Pki): void {
  const authority = readFileSync(pki.authority("cluster").certificate, "utf8");
  for (const user of users)
    writeKubeconfig(clusterFolder(world), {
      server: apiServerUrl(world),
      authority,
      user,
      credentials: readPair(pki.of(user)),
    });
}
