import type { V1Namespace } from "@kubernetes/client-node";
import * as z from "zod";

import { keys, visible } from "./keys.ts";
import type { NormanObject } from "./norman.ts";
import { ContainerLimit, orUndefined, ResourceQuota } from "./quota.ts";
import type { Limits } from "./quota.ts";

const map = z.record(z.string(), z.string());

/** What a client may send for a namespace. Unknown fields are dropped, as Rancher does. */
export const NamespaceBody = z.object({
  name: z.string().optional(),
  description: z.string().nullish(),
  projectId: z.string().nullish(),
  resourceQuota: ResourceQuota.nullish(),
  containerDefaultResourceLimit: ContainerLimit.nullish(),
  labels: map.nullish(),
  annotations: map.nullish(),
});
export type NamespaceBody = z.infer<typeof NamespaceBody>;

/** The annotations in which Rancher keeps a body's fields; null removes one, and a field that the body lacks is not among them. */
export function fieldAnnotations(body: NamespaceBody): Record<string, string | null> {
  const quota = orUndefined(body.resourceQuota?.limit);
  const container = orUndefined(body.containerDefaultResourceLimit);
  return {
    ...(body.description === undefined
      ? {}
      : { [keys.description]: body.description === "" ? null : body.description }),
    ...(body.resourceQuota === undefined
      ? {}
      : { [keys.resourceQuota]: quota === undefined ? null : JSON.stringify({ limit: quota }) }),
    ...(body.containerDefaultResourceLimit === undefined
      ? {}
      : { [keys.containerLimit]: container === undefined ? null : JSON.stringify(container) }),
  };
}

/** The project that a namespace belongs to, as `cluster:project`. */
export const projectOf = (namespace: V1Namespace) => namespace.metadata?.annotations?.[keys.project];

/** Whether a namespace is there to stay: one that is being deleted is gone as far as `/v3` is concerned. */
export const isLive = (namespace: V1Namespace) =>
  namespace.metadata?.deletionTimestamp === undefined && namespace.status?.phase !== "Terminating";

/** The quota that a namespace asks for itself. An annotation that nobody can read counts as none. */
export const ownQuota = (namespace: V1Namespace): Limits | undefined =>
  orUndefined(annotation(namespace, keys.resourceQuota, ResourceQuota)?.limit);

/** The container limit that a namespace asks for itself. */
export const ownContainerLimit = (namespace: V1Namespace): Limits | undefined =>
  orUndefined(annotation(namespace, keys.containerLimit, ContainerLimit));

/**
 * A namespace as `/v3` shows it. It shows the namespace's own quota and limit alone, not what it inherits from its project:
 * the provider would take the inherited for a change.
 */
export function namespaceView(namespace: V1Namespace): NormanObject {
  const { name = "", labels, annotations, uid, creationTimestamp } = namespace.metadata ?? {};
  const quota = ownQuota(namespace);
  const container = ownContainerLimit(namespace);
  return {
    id: name,
    type: "namespace",
    name,
    description: annotations?.[keys.description] ?? "",
    projectId: annotations?.[keys.project] ?? null,
    state: "active",
    transitioning: "no",
    transitioningMessage: "",
    labels: visible(labels),
    annotations: visible(annotations),
    created: creationTimestamp?.toISOString() ?? null,
    creatorId: annotations?.[keys.creator] ?? null,
    uuid: uid ?? null,
    ...(quota === undefined ? {} : { resourceQuota: { limit: quota } }),
    ...(container === undefined ? {} : { containerDefaultResourceLimit: container }),
  };
}

function annotation<T>(namespace: V1Namespace, key: string, schema: z.ZodType<T>): T | undefined {
  const text = namespace.metadata?.annotations?.[key];
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
