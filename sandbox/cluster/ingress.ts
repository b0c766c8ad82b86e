import { get } from "node:http";

import type { Part } from "../world/part.ts";
import { startServer } from "../world/processes.ts";
import type { Settings } from "../world/settings.ts";
import { applyObject, clusterFolder, clusterPki, endpoint } from "./cluster.ts";
import { flags } from "./control-plane-arguments.ts";
import { canaryHost, ingressClass, ingressObjects } from "./ingress-objects.ts";
import { kubeconfigFile } from "./kubeconfig.ts";

const server = "traefik";

/**
 * An ingress controller: Traefik on loopback, which sends requests to the pods' own addresses (no kube-proxy runs here). Only with a real node:
 * the addresses of kwok's pods belong to nobody.
 */
export const ingress: Part = {
  name: "ingress",
  servers: [server],
  describe: ({ settings }) => `Ingress controller (Traefik) at http://127.0.0.1:${String(settings.ports.ingress)}`,

  async up(world) {
    const { layout, settings } = world;
    const apiServer = endpoint(await clusterPki(world), settings.ports.apiServer);
    for (const { route, object } of ingressObjects) await applyObject(apiServer, route, object);
    await startServer(layout, {
      name: server,
      command: await world.tool("traefik"),
      args: traefikArguments(settings.ports),
      env: { KUBECONFIG: kubeconfigFile(clusterFolder(world), "ingress") },
      ready: async () => (await statusOf(settings.ports.ingress, canaryHost)) === 503,
    });
  },
};

/** Traefik's command line: the Kubernetes Ingress provider, one entry point; no dashboard, no calls home. */
export const traefikArguments = (ports: Settings["ports"]) =>
  flags({
    "global.checknewversion": false,
    "global.sendanonymoususage": false,
    "log.level": "WARN",
    "entrypoints.web.address": `127.0.0.1:${String(ports.ingress)}`,
    "entrypoints.web.transport.lifecycle.gracetimeout": "1s",
    "entrypoints.traefik.address": `127.0.0.1:${String(ports.ingressApi)}`,
    ping: true,
    "providers.kubernetesingress": true,
    "providers.kubernetesingress.ingressclass": ingressClass,
    // Published as the Ingress's address: whoever waits for an Ingress waits for one.
    "providers.kubernetesingress.ingressendpoint.ip": "127.0.0.1",
    // 503 instead of 404 where an app has no pod that is ready.
    "providers.kubernetesingress.allowemptyservices": true,
    // Path prefixes end at a slash, as Kubernetes defines them.
    "providers.kubernetesingress.strictprefixmatching": true,
    // Two seconds by default, for which a pod that has ended would still get requests.
    "providers.providersthrottleduration": "100ms",
  });

/** The status that the ingress answers for a host's root. */
function statusOf(port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const signal = AbortSignal.timeout(5000);
  get({ host: "127.0.0.1", port, headers: { host }, agent: false, signal }, (incoming) => {
    incoming.resume();
    resolve(incoming.statusCode ?? 0);
  }).on("error", reject);
  return promise;
}
