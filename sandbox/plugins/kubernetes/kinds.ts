import { apiVersionOf, kindOf } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** What kind of object something is. The core group is "". */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The API groups that a Kubernetes server has of itself; all others come from custom resource definitions or other servers. */
const builtInGroups: ReadonlySet<string> = new Set([
  "",
  ...["apps", "autoscaling", "batch", "extensions", "policy"],
  ...["admissionregistration", "apiextensions", "authentication", "authorization", "certificates", "coordination"].map(
    k8s,
  ),
  ...["discovery", "events", "networking", "node", "rbac.authorization", "resource", "scheduling", "storage"].map(k8s),
  ...["apiregistration", "flowcontrol.apiserver", "internal.apiserver", "storagemigration"].map(k8s),
]);

function k8s(name: string): string {
  return `${name}.k8s.io`;
}

/** Built-in kinds that live outside of namespaces (`kubectl api-resources --namespaced=false`). */
const clusterKinds: ReadonlySet<string> = new Set([
  ...["APIService", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "CSIDriver", "CSINode"],
  ...["CustomResourceDefinition", "FlowSchema", "IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node"],
  ...["PersistentVolume", "PodSecurityPolicy", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass"],
  ...["StorageClass", "ValidatingWebhookConfiguration", "VolumeAttachment"],
]);

/** Built-in kinds that live in namespaces (`kubectl api-resources --namespaced=true`). */
const namespacedKinds: ReadonlySet<string> = new Set([
  ...["Binding", "ConfigMap", "ControllerRevision", "CronJob", "CSIStorageCapacity", "DaemonSet", "Deployment"],
  ...["Endpoints", "EndpointSlice", "Event", "HorizontalPodAutoscaler", "Ingress", "Job", "Lease", "LimitRange"],
  ...["NetworkPolicy", "PersistentVolumeClaim", "Pod", "PodDisruptionBudget", "PodTemplate", "ReplicaSet"],
  ...["ReplicationController", "ResourceQuota", "Role", "RoleBinding", "Secret", "Service", "ServiceAccount"],
  "StatefulSet",
]);

/** Whether a kind comes with every Kubernetes server. */
export const isBuiltIn = (kind: Kind) => builtInGroups.has(kind.group);

/** Whether objects of a kind live in namespaces, where that is known without asking the server. */
export function namespacedByName(kind: Kind): boolean | undefined {
  if (!isBuiltIn(kind)) return undefined;
  if (clusterKinds.has(kind.kind)) return false;
  return namespacedKinds.has(kind.kind) ? true : undefined;
}

/** `group/version`, or the version alone for the core group, as objects write it. */
export const apiVersion = (kind: Kind) => (kind.group === "" ? kind.version : `${kind.group}/${kind.version}`);

/** The kind that an object says it is. */
export function kindFromObject(object: KubernetesObject): Kind {
  const [first = "", second] = apiVersionOf(object).split("/");
  const group = second === undefined || first === "core" ? "" : first;
  return { group, version: second ?? first, kind: kindOf(object) };
}

/** The type token in a resource's URN, `urn:pulumi:stack::project::parent$type::name`. */
export const typeOfUrn = (urn: string) => (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";

/** The resource's name at the end of its URN. */
export const nameOfUrn = (urn: string) => urn.split("::").slice(3).join("::");

/**
 * The kind that a type token `kubernetes:group/version:Kind` names; the core group is written `core`.
 * @throws Error when the token is none of this provider's
 */
export function kindFromType(type: string): Kind {
  const [pack, module = "", kind = ""] = type.split(":");
  if (pack !== "kubernetes") throw new Error(`unrecognized resource type: "${type}" for this provider`);
  const [group, version, ...rest] = module.split("/");
  if (group === undefined || version === undefined || rest.length > 0)
    throw new Error(`apiVersion does not have both a group and a version: "${module}"`);
  return { group: group === "core" ? "" : group, version, kind };
}

const isCore = (object: KubernetesObject, kind: string) =>
  kindOf(object) === kind && kindFromObject(object).group === "";

export const isSecret = (object: KubernetesObject) => isCore(object, "Secret");
export const isConfigMap = (object: KubernetesObject) => isCore(object, "ConfigMap");
export const isDefinition = (object: KubernetesObject) =>
  kindOf(object) === "CustomResourceDefinition" && kindFromObject(object).group === "apiextensions.k8s.io";
