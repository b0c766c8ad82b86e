import { isMap } from "../shared/values.ts";
import type { Plain, PlainMap } from "../shared/values.ts";

/*
 * Kubernetes leaves optional fields out that hold their type's zero value, unless the type tells "zero" from "not set" (a pointer in
 * Go). Which field is which is in `k8s.io/api`, types.go of core, apps, batch, networking, policy, rbac and storage; names that mean
 * a pointer in one place and none in another are left alone, apart from those whose pointer form nobody sets to zero.
 */

/** Fields for which false means "not set". */
const flags: ReadonlySet<string> = new Set([
  ...["globalDefault", "hostIPC", "hostNetwork", "hostPID", "paused", "publishNotReadyAddresses", "readOnly", "stdin"],
  ...["stdinOnce", "tty", "unschedulable"],
]);

/** Fields for which 0 means "not set". */
const numbers: ReadonlySet<string> = new Set([
  ...[
    "failureThreshold",
    "healthCheckNodePort",
    "hostPort",
    "initialDelaySeconds",
    "minReadySeconds",
    "nodePort",
    "number",
  ],
  ...["periodSeconds", "successThreshold", "timeoutSeconds"],
]);

/** Fields for which "" means "not set". */
const texts: ReadonlySet<string> = new Set([
  ...["clusterIP", "concurrencyPolicy", "containerName", "description", "dnsPolicy", "effect", "externalName"],
  ...["externalTrafficPolicy", "fieldPath", "group", "host", "hostIP", "hostname", "image", "imagePullPolicy", "key"],
  ...["loadBalancerIP", "medium", "name", "namespace", "nodeName", "operator", "path", "persistentVolumeReclaimPolicy"],
  ...["podManagementPolicy", "prefix", "priorityClassName", "protocol", "restartPolicy", "schedulerName", "scheme"],
  ...["secretName", "serviceAccount", "serviceAccountName", "sessionAffinity", "subPath", "subPathExpr", "subdomain"],
  ...["terminationMessagePath", "terminationMessagePolicy", "type", "user", "value", "volumeName", "workingDir"],
]);

/** Fields that are maps from names to texts or quantities: their entries are data, an empty one means "not set". */
const dataMaps: ReadonlySet<string> = new Set([
  ...[
    "annotations",
    "binaryData",
    "capacity",
    "data",
    "hard",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "options",
  ],
  ...["overhead", "parameters", "requests", "stringData", "volumeAttributes"],
]);

/** Lists that have to be there even if they are empty. */
const requiredLists: ReadonlySet<string> = new Set([
  ...["containers", "names", "nodeSelectorTerms", "paths", "sources", "topologyKeys", "verbs", "limits"],
]);

/** A copy of a built-in object without the fields that Kubernetes would leave out. */
export function withoutZeroValues(value: PlainMap): PlainMap;
export function withoutZeroValues(value: Plain): Plain;
export function withoutZeroValues(value: Plain): Plain {
  if (Array.isArray(value)) return value.map((item) => withoutZeroValues(item));
  if (!isMap(value)) return value;
  const copy: PlainMap = {};
  for (const [key, item] of Object.entries(value)) {
    if (isLeftOut(key, item)) continue;
    copy[key] = isData(key, item) ? item : withoutZeroValues(item);
  }
  return copy;
}

function isLeftOut(key: string, value: Plain): boolean {
  if (Array.isArray(value)) return value.length === 0 && !requiredLists.has(key);
  if (isMap(value)) return dataMaps.has(key) && Object.keys(value).length === 0;
  return (value === false && flags.has(key)) || (value === 0 && numbers.has(key)) || (value === "" && texts.has(key));
}

/** Entries of a selector are labels where it is a Service's; other selectors hold `matchLabels` or `matchExpressions`. */
const isData = (key: string, value: Plain) =>
  dataMaps.has(key) ||
  (key === "selector" && isMap(value) && Object.values(value).every((item) => typeof item === "string"));
