import { isMap } from "../shared/values.ts";
import type { Plain, PlainMap } from "../shared/values.ts";
import { copyOf } from "./normalize.ts";
import { at, list, map, put, remove, text } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import { readPath } from "./property-path.ts";

/** The manager of objects that were created, or patched from the client's side. The first server-side apply takes them over. */
export const clientSideManager = "pulumi-kubernetes";

/** Managers, by the beginning of their names, whose fields the first server-side apply takes over (pulumi-kubernetes, `await.go`). */
const takenOver = [
  { prefix: "kubectl", operation: "Apply" },
  { prefix: "kubectl", operation: "Update" },
  { prefix: "before-first-apply", operation: "Update" },
  { prefix: "pulumi-kubernetes", operation: "Update" },
  { prefix: "pulumi-resource-kubernetes", operation: "Update" },
] as const;

const isTakenOver = (entry: Plain) =>
  text(entry, "subresource") === "" &&
  takenOver.some(
    ({ prefix, operation }) => text(entry, "manager").startsWith(prefix) && text(entry, "operation") === operation,
  );

/**
 * The `managedFields` after the applying manager has taken over what client-side managers owned;
 * undefined when there is nothing to take.
 */
export function takeOver(live: KubernetesObject, manager: string): Plain[] | undefined {
  const entries = list(live, "metadata", "managedFields").map((entry) => map(entry));
  const own = entries.findLast((entry) => text(entry, "manager") === manager && text(entry, "operation") === "Apply");
  const taken = entries.filter((entry) => entry !== own && isTakenOver(entry));
  const [first, ...others] = own === undefined ? taken : [own, ...taken];
  if (taken.length === 0 || first === undefined) return undefined;
  const fields = others.reduce((union, entry) => unionOf(union, map(entry, "fieldsV1")), map(first, "fieldsV1"));
  const kept = entries.filter((entry) => entry !== own && !taken.includes(entry));
  return [...kept, { ...first, manager, operation: "Apply", fieldsV1: fields }];
}

/** The union of two field sets in Kubernetes' FieldsV1 form, in which `{}` is a member and "." makes one of a set with children. */
function unionOf(one: PlainMap, other: PlainMap): PlainMap {
  const union = copyOf(one);
  for (const [key, theirs] of Object.entries(other)) {
    const mine = union[key];
    if (mine === undefined || !isMap(mine) || !isMap(theirs)) {
      union[key] = copyOf(theirs);
      continue;
    }
    const bothLeaves = Object.keys(mine).length === 0 && Object.keys(theirs).length === 0;
    const oneLeaf = Object.keys(mine).length === 0 || Object.keys(theirs).length === 0;
    union[key] = bothLeaves ? {} : { ...(oneLeaf ? { ".": {} } : {}), ...unionOf(mine, theirs) };
  }
  return union;
}

/** Whether a client-side manager of this provider owns fields: a dry run would conflict with it, a real update takes it over first. */
export const hasClientSideManager = (live: KubernetesObject) =>
  list(live, "metadata", "managedFields").some(
    (entry) =>
      text(entry, "operation") === "Update" &&
      ["pulumi-resource-kubernetes", "pulumi-kubernetes", "pulumi-kubernetes.exe"].includes(text(entry, "manager")),
  );

/** What decides whether fields are taken from other managers. */
export interface Force {
  readonly inputs: KubernetesObject;
  /** The object that is there; undefined when it is made. */
  readonly live: KubernetesObject | undefined;
  readonly enablePatchForce: boolean;
  readonly preview: boolean;
}

/** Whether an apply takes fields from other managers rather than failing with a conflict. */
export function isForced({ inputs, live, enablePatchForce, preview }: Force): boolean {
  if (enablePatchForce || text(inputs, "metadata", "annotations", "pulumi.com/patchForce") === "true") return true;
  if (live === undefined) return preview;
  if (preview && hasClientSideManager(live)) return true;
  // An object from before field management: its one manager owns everything.
  return list(live, "metadata", "managedFields").length === 0;
}

/**
 * Inputs in which ignored fields don't disturb what is in the cluster: a field of another manager is left out,
 * any other one is sent with its live value.
 */
export function withIgnored(
  inputs: KubernetesObject,
  live: KubernetesObject,
  manager: string,
  ignored: readonly string[],
) {
  const result = copyOf(inputs);
  for (const path of ignored.map((written) => readPath(written).map(String))) {
    const owners = list(live, "metadata", "managedFields").filter((entry) => owns(entry, path));
    const isOurs = owners.some((entry) => text(entry, "manager") === manager);
    const value = at(live, ...path);
    if (owners.length > 0 && !isOurs) remove(result, ...path);
    else if (value !== undefined) put(result, path, copyOf(value));
  }
  return result;
}

const owns = (entry: Plain, path: readonly string[]) =>
  at(entry, "fieldsV1", ...path.map((name) => `f:${name}`)) !== undefined;
