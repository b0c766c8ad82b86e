import { setTimeout as delay } from "node:timers/promises";

import * as z from "zod";

import { ask } from "./https-client.ts";
import type { Endpoint } from "./https-client.ts";
import { nodeName } from "./pki.ts";

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ namespace: z.string(), name: z.string() }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        containerStatuses: z
          .array(
            z.object({ state: z.object({ running: z.object({ startedAt: z.coerce.date() }).optional() }).default({}) }),
          )
          .default([]),
      }),
    }),
  ),
});

/** A pod of the node. */
export interface NodePod {
  /** As `namespace/name`. */
  readonly id: string;
  readonly ready: boolean;
  /** When the first of its running containers started; undefined when none runs. */
  readonly started: Date | undefined;
}

/** Reads the API server's list of pods. */
export function parsePods(body: string): NodePod[] {
  return Pods.parse(JSON.parse(body)).items.map(({ metadata, status }) => {
    const starts = status.containerStatuses.flatMap(({ state }) => state.running?.startedAt.getTime() ?? []);
    return {
      id: `${metadata.namespace}/${metadata.name}`,
      ready: status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
      started: starts.length === 0 ? undefined : new Date(Math.min(...starts)),
    };
  });
}

/** The pods that the API server believes to be on a node. */
export async function podsOnNode(apiServer: Endpoint, node = nodeName): Promise<NodePod[]> {
  return parsePods((await ask(apiServer, `/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`)).body);
}

/** Removes a node that does not run any more, and its pods with it: by itself the cluster would call them running for about a minute longer. */
export async function removeNode(apiServer: Endpoint, node: string): Promise<void> {
  const pods = await podsOnNode(apiServer, node);
  await ask(apiServer, `/api/v1/nodes/${node}`, { method: "DELETE" });
  for (const { id } of pods) {
    const [namespace = "", name = ""] = id.split("/");
    const route = `/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`;
    await ask(apiServer, route, { method: "DELETE" });
  }
}

/** Of pods that were ready, those that are not again: still as the last run of the node left them, or not ready yet. Those that are gone do not count. */
export const notBack = (wanted: readonly string[], pods: readonly NodePod[], since: Date) =>
  pods
    .filter(({ id, ready, started }) => wanted.includes(id) && (!ready || started === undefined || started < since))
    .map(({ id }) => id);

/**
 * Waits until the node's pods run again, for the API server goes on calling them ready until the kubelet has looked.
 * @param since when the node was started
 * @param seconds how long to wait
 * @returns the pods that are not ready by then
 */
export async function podsBack(
  apiServer: Endpoint,
  wanted: readonly string[],
  since: Date,
  seconds = 20,
): Promise<string[]> {
  // The API server's times are whole seconds.
  const second = new Date(Math.floor(since.getTime() / 1000) * 1000);
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const missing = wanted.length === 0 ? [] : notBack(wanted, await podsOnNode(apiServer), second);
    if (missing.length === 0 || Date.now() > deadline) return missing;
    await delay(100);
  }
}
