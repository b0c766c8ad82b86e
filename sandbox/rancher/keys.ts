/** The labels and annotations by which Rancher marks Kubernetes objects (rancher/rancher, `pkg/controllers/managementuser`). */
export const keys = {
  /** Annotation `cluster:project` on a namespace and on a project's secret; label `project` on a namespace. */
  project: "field.cattle.io/projectId",
  description: "field.cattle.io/description",
  /** Annotation: the user who made the object through Rancher. A namespace that has it is deleted with its project. */
  creator: "field.cattle.io/creatorId",
  /** Annotation on a namespace: its own quota as JSON `{"limit":{…}}`. */
  resourceQuota: "field.cattle.io/resourceQuota",
  /** Annotation on a namespace: its own container default limit as JSON. */
  containerLimit: "field.cattle.io/containerDefaultResourceLimit",
  /** Label with the project's name: a secret that Rancher copies into each namespace of the project, and every such copy. */
  projectScoped: "management.cattle.io/project-scoped-secret",
  /** Annotation `true` on a copy. */
  copy: "management.cattle.io/project-scoped-secret-copy",
  /** Annotation `true` on a copy, as older Ranchers set it. */
  userSecret: "secret.user.cattle.io/secret",
  /** Label `true` on the ResourceQuota and LimitRange that Rancher keeps in a namespace. */
  defaultQuota: "resourcequota.management.cattle.io/default-resource-quota",
} as const;

const ownPrefixes = [
  "field.cattle.io/",
  "lifecycle.cattle.io/",
  "management.cattle.io/",
  "cattle.io/",
  "secret.user.cattle.io/",
];
const ownKeys = new Set(["kubernetes.io/metadata.name", "kubectl.kubernetes.io/last-applied-configuration"]);

/** Whether a label or annotation is the machinery's and not the user's. The provider takes any of these in an answer for a change. */
export const isInternal = (key: string) => ownKeys.has(key) || ownPrefixes.some((prefix) => key.startsWith(prefix));

/** The labels or annotations that `/v3` shows. */
export const visible = (map: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !isInternal(key)));

/** Labels or annotations after a change: the user's are exactly `wanted` (no change where it is undefined or null), the machinery's stay. */
export function merged(
  present: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string>> | null | undefined,
): Record<string, string> {
  if (wanted === undefined || wanted === null) return { ...present };
  const kept = Object.entries(present).filter(([key]) => isInternal(key));
  return { ...visible(wanted), ...Object.fromEntries(kept) };
}

/** The JSON merge patch from one map to another. */
export const mapPatch = (
  from: Readonly<Record<string, string>> = {},
  to: Readonly<Record<string, string>>,
): Record<string, string | null> => ({
  ...Object.fromEntries(Object.keys(from).flatMap((key) => (key in to ? [] : [[key, null]]))),
  ...to,
});
