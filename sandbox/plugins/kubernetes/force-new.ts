import { isMap } from "../shared/values.ts";
import type { Plain } from "../shared/values.ts";
import { isConfigMap, isSecret, kindFromObject } from "./kinds.ts";
import { at } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** A place in an object: field names and list positions. */
export type Path = readonly (string | number)[];

/** Paths as field names; `*` is any list position. */
type Pattern = readonly string[];

const specs = (...fields: readonly string[]): Pattern[] => fields.map((field) => ["spec", field]);
const workload = specs("selector");

const podFields = [
  ...[
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "hostAliases",
    "hostIPC",
  ],
  ...[
    "hostNetwork",
    "hostPID",
    "hostname",
    "imagePullSecrets",
    "nodeName",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
  ],
  ...["priority", "priorityClassName", "readinessGates", "restartPolicy", "runtimeClassName", "schedulerName"],
  ...["securityContext", "serviceAccount", "serviceAccountName", "shareProcessNamespace", "subdomain"],
  ...["terminationGracePeriodSeconds", "volumes"],
];
const containerFields = [
  ...["args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports", "readinessProbe"],
  ...[
    "resources",
    "securityContext",
    "stdin",
    "stdinOnce",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
  ],
  ...["volumeDevices", "volumeMounts", "workingDir"],
];
const pod: Pattern[] = [
  ...specs(...podFields),
  ...["containers", "initContainers"].flatMap((list) => containerFields.map((field) => ["spec", list, "*", field])),
];
const volumeSources = [
  ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"],
  ...["gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume"],
  ...["quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"],
];

/** Fields that can't be changed in place, by group, and below it by kind. The versions that matter are the current ones. */
const immutable: Readonly<Record<string, Readonly<Record<string, readonly Pattern[]>>>> = {
  "": {
    PersistentVolume: specs(...volumeSources),
    PersistentVolumeClaim: specs("accessModes", "selector", "storageClassName", "volumeName"),
    Pod: pod,
    ResourceQuota: specs("scopes"),
    Secret: [["type"]],
    Service: specs("clusterIP"),
  },
  apps: {
    DaemonSet: workload,
    Deployment: workload,
    StatefulSet: specs(
      "podManagementPolicy",
      "revisionHistoryLimit",
      "selector",
      "serviceName",
      "volumeClaimTemplates",
    ),
  },
  batch: { Job: specs("completions", "parallelism", "selector", "template") },
  "rbac.authorization.k8s.io": { ClusterRoleBinding: [["roleRef"]], RoleBinding: [["roleRef"]] },
  "storage.k8s.io": { StorageClass: [["parameters"], ["provisioner"]] },
};

/** Which of the two kinds that are replaced by default may be changed in place. */
export interface Mutability {
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
}

/** The fields whose change replaces an object, as pulumi-kubernetes has them (`provider/pkg/provider/diff.go`). */
export function forceNew(object: KubernetesObject, mutability: Mutability): readonly Pattern[] {
  const kind = kindFromObject(object);
  const frozen = at(object, "immutable") === true;
  const identity: Pattern[] = [
    ["metadata", "name"],
    ["metadata", "namespace"],
  ];
  if (isSecret(object) && (frozen || !mutability.enableSecretMutable))
    return [...identity, ["type"], ["stringData"], ["data"]];
  if (isConfigMap(object))
    return frozen || !mutability.enableConfigMapMutable ? [...identity, ["binaryData"], ["data"]] : identity;
  return [...identity, ...(immutable[kind.group]?.[kind.kind] ?? [])];
}

/**
 * Whether a change at a path touches one of the patterns: it is there, below it, or it brings a value that has it.
 *
 * @param value what is at the path now; undefined when it was removed
 */
export function touches(path: Path, value: Plain | undefined, patterns: readonly Pattern[]): boolean {
  return patterns.some((pattern) => {
    const meets = path
      .slice(0, pattern.length)
      .every((part, index) => part === pattern[index] || pattern[index] === "*");
    return meets && (path.length >= pattern.length || has(value, pattern.slice(path.length)));
  });
}

function has(value: Plain | undefined, rest: Pattern): boolean {
  const [field, ...further] = rest;
  if (field === undefined) return true;
  if (field === "*") return Array.isArray(value) && value.some((item) => has(item, further));
  return isMap(value) && field in value && has(value[field], further);
}
