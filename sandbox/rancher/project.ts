import * as z from "zod";

import { keys, visible } from "./keys.ts";
import { NormanError } from "./norman.ts";
import type { NormanObject } from "./norman.ts";
import { ContainerLimit, exceeded, orUndefined, ResourceQuota } from "./quota.ts";
import type { Limits } from "./quota.ts";

const map = z.record(z.string(), z.string());

/** A project as the API server keeps it: Rancher's custom resource `management.cattle.io/v3 Project`, in the namespace named like its cluster. */
export const Project = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    labels: map.optional(),
    annotations: map.optional(),
  }),
  spec: z.object({
    displayName: z.string().default(""),
    description: z.string().default(""),
    clusterName: z.string(),
    resourceQuota: ResourceQuota.optional(),
    namespaceDefaultResourceQuota: ResourceQuota.optional(),
    containerDefaultResourceLimit: ContainerLimit.optional(),
    enableProjectMonitoring: z.boolean().default(false),
  }),
});
export type Project = z.infer<typeof Project>;

/** What a client may send for a project. Unknown fields are dropped, as Rancher does. */
export const ProjectBody = z.object({
  name: z.string().optional(),
  description: z.string().nullish(),
  clusterId: z.string().optional(),
  resourceQuota: ResourceQuota.nullish(),
  namespaceDefaultResourceQuota: ResourceQuota.nullish(),
  containerDefaultResourceLimit: ContainerLimit.nullish(),
  enableProjectMonitoring: z.boolean().nullish(),
  labels: map.nullish(),
  annotations: map.nullish(),
});
export type ProjectBody = z.infer<typeof ProjectBody>;

/** A project's id in `/v3`: `cluster:project`. */
export const projectId = (project: Project) => `${project.metadata.namespace}:${project.metadata.name}`;

/**
 * The spec that a client asks for.
 * @throws NormanError MissingRequired without a name, or with a quota but no default for namespaces; MaxLimitExceeded when that default alone exceeds the quota
 */
export function projectSpec(body: ProjectBody, clusterName: string): Project["spec"] {
  if (body.name === undefined || body.name === "")
    throw new NormanError(422, "MissingRequired", "name is required", "name");
  const quota = orUndefined(body.resourceQuota?.limit);
  const namespaceDefault = orUndefined(body.namespaceDefaultResourceQuota?.limit);
  if ((quota === undefined) !== (namespaceDefault === undefined)) {
    const missing = quota === undefined ? "resourceQuota" : "namespaceDefaultResourceQuota";
    throw new NormanError(422, "MissingRequired", `${missing} is required: a project has both quotas or none`, missing);
  }
  checkQuota([namespaceDefault ?? {}], quota, "namespaceDefaultResourceQuota");
  const container = orUndefined(body.containerDefaultResourceLimit);
  return {
    displayName: body.name,
    description: body.description ?? "",
    clusterName,
    enableProjectMonitoring: body.enableProjectMonitoring ?? false,
    ...(quota === undefined ? {} : { resourceQuota: { limit: quota } }),
    ...(namespaceDefault === undefined ? {} : { namespaceDefaultResourceQuota: { limit: namespaceDefault } }),
    ...(container === undefined ? {} : { containerDefaultResourceLimit: container }),
  };
}

/** @throws NormanError MaxLimitExceeded when namespaces with these quotas exceed the project's together */
export function checkQuota(quotas: readonly Limits[], project: Limits | undefined, fieldName: string): void {
  const names = project === undefined ? [] : exceeded(quotas, project);
  if (names.length > 0)
    throw new NormanError(422, "MaxLimitExceeded", `exceeds projectLimit on fields: ${names.join(", ")}`, fieldName);
}

/** A project as `/v3` shows it. */
export function projectView(project: Project): NormanObject {
  const { metadata, spec } = project;
  return {
    id: projectId(project),
    type: "project",
    name: spec.displayName,
    description: spec.description,
    clusterId: spec.clusterName,
    namespaceId: null,
    state: "active",
    transitioning: "no",
    transitioningMessage: "",
    enableProjectMonitoring: spec.enableProjectMonitoring,
    labels: visible(metadata.labels),
    annotations: visible(metadata.annotations),
    conditions: [],
    created: metadata.creationTimestamp ?? null,
    creatorId: metadata.annotations?.[keys.creator] ?? null,
    uuid: metadata.uid ?? null,
    ...(spec.resourceQuota === undefined ? {} : { resourceQuota: spec.resourceQuota }),
    ...(spec.namespaceDefaultResourceQuota === undefined
      ? {}
      : { namespaceDefaultResourceQuota: spec.namespaceDefaultResourceQuota }),
    ...(spec.containerDefaultResourceLimit === undefined
      ? {}
      : { containerDefaultResourceLimit: spec.containerDefaultResourceLimit }),
  };
}
