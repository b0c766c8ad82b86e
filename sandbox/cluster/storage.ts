import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import * as z from "zod";

import { dataFolder } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { applyObject } from "./cluster.ts";
import { ask } from "./https-client.ts";
import type { Endpoint } from "./https-client.ts";
import { nodeName } from "./pki.ts";

/** How many volumes there are for apps to claim. */
const volumes = 8;
/** What each of them says it holds; it is as large as the disk. */
const capacity = "1Ti";
const storageClass = "sandbox";

const Volume = z.object({ status: z.object({ phase: z.string().optional() }).default({}) });

/**
 * Gives the cluster a default storage class and volumes: folders of the sandbox on its one node (Kubernetes, "Storage Classes", "Local").
 * A volume whose claim was deleted is emptied and can be claimed again.
 */
export async function offerVolumes(world: Pick<World, "layout">, apiServer: Endpoint): Promise<void> {
  await applyObject(apiServer, `/apis/storage.k8s.io/v1/storageclasses/${storageClass}`, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: storageClass, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    reclaimPolicy: "Retain",
    volumeBindingMode: "WaitForFirstConsumer",
  });
  const names = Array.from({ length: volumes }, (_, index) => `sandbox-${String(index + 1)}`);
  await Promise.all(
    names.map((name) => offerVolume(apiServer, name, path.join(dataFolder(world.layout, "volumes"), name))),
  );
}

async function offerVolume(apiServer: Endpoint, name: string, folder: string): Promise<void> {
  const route = `/api/v1/persistentvolumes/${name}`;
  const there = await ask(apiServer, route);
  if (there.status === 200 && Volume.parse(JSON.parse(there.body)).status.phase === "Released") {
    await ask(apiServer, route, { method: "DELETE" });
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  await applyObject(apiServer, route, volumeObject(name, folder));
}

const volumeObject = (name: string, folder: string): object => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: {
    capacity: { storage: capacity },
    accessModes: ["ReadWriteOnce"],
    persistentVolumeReclaimPolicy: "Retain",
    storageClassName: storageClass,
    local: { path: folder },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [nodeName] }] },
        ],
      },
    },
  },
});
