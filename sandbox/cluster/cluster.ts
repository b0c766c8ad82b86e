import { readFileSync } from "node:fs";
import path from "node:path";

import { dataFolder } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { ask } from "./https-client.ts";
import type { Endpoint } from "./https-client.ts";
import { kubeconfigFile } from "./kubeconfig.ts";
import { openPki, readPair } from "./pki.ts";
import type { Identity, Pki } from "./pki.ts";

/** The folder with the cluster's certificates, kubeconfigs and database. */
export const clusterFolder = (world: World) => dataFolder(world.layout, "kubernetes");

/** Where the API server listens. */
export const apiServerUrl = (world: World) => `https://127.0.0.1:${String(world.settings.ports.apiServer)}`;

/** The node's own address, which is the bridge's. */
export const nodeAddress = (world: World) => `${world.settings.network.prefix}.1`;

/** The kubeconfig of the cluster's administrator. */
export const adminKubeconfig = (world: World) => kubeconfigFile(clusterFolder(world), "admin");

/** Opens the cluster's certificates. */
export const clusterPki = (world: World): Promise<Pki> =>
  openPki(path.join(clusterFolder(world), "pki"), nodeAddress(world));

/** A server of the cluster, asked as somebody that its authority knows. */
export const endpoint = (pki: Pki, port: number, identity: Identity = "admin"): Endpoint => ({
  port,
  authority: readFileSync(pki.authority(identity === "etcd-client" ? "etcd" : "cluster").certificate, "utf8"),
  credentials: readPair(pki.of(identity)),
});

/**
 * Makes an object what it should be (server-side apply, the field manager being `drover-sandbox`).
 * @param route the object's path, as in `/api/v1/namespaces/NAME`
 * @throws Error with the API server's own words when it refuses
 */
export async function applyObject(server: Endpoint, route: string, object: object): Promise<void> {
  const answer = await ask(server, `${route}?fieldManager=drover-sandbox&force=true`, {
    method: "PATCH",
    type: "application/apply-patch+yaml",
    body: object,
  });
  if (answer.status >= 300)
    throw new Error(`the API server refused ${route} (${String(answer.status)}): ${answer.body}`);
}
