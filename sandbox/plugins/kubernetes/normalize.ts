import { containsUnknown, isMap } from "../shared/values.ts";
import type { Plain, PlainMap } from "../shared/values.ts";
import { isBuiltIn, isDefinition, isSecret, kindFromObject } from "./kinds.ts";
import { at, map, remove, text } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import { canonicalQuantity } from "./quantity.ts";
import { withoutZeroValues } from "./zero-values.ts";

/** Fields that only the server sets (Kubernetes API reference, ObjectMeta). */
const readOnlyMetadata = [
  ...["creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields"],
  ...["resourceVersion", "uid"],
] as const;

/** Fields whose entries are quantities. */
const quantityMaps: ReadonlySet<string> = new Set([
  ...["limits", "requests", "hard", "capacity", "allocatable", "overhead", "podFixed"],
  ...["default", "defaultRequest", "max", "min", "maxLimitRequestRatio"],
]);

/** Fields that are a quantity themselves. */
const quantityFields: ReadonlySet<string> = new Set(["sizeLimit", "divisor", "averageValue"]);

/**
 * Inputs in the one form that equal inputs share, so that they compare equal to each other and to what the server gives back.
 * A Secret's `stringData` becomes `data`, quantities get their canonical form; nulls, what the server
 * would leave out and what only the server sets are dropped.
 * Custom resources, and inputs with unknown values, only lose what the server sets. The argument is left alone.
 */
export function normalizeInputs(inputs: KubernetesObject): KubernetesObject {
  const copy = structuredMap(inputs, !containsUnknown(inputs) && isBuiltIn(kindFromObject(inputs)));
  for (const field of readOnlyMetadata) remove(copy, "metadata", field);
  return copy;
}

function structuredMap(inputs: KubernetesObject, known: boolean): KubernetesObject {
  if (!known) return copyOf(inputs);
  if (isSecret(inputs)) return normalizedSecret(withoutNulls(inputs));
  if (isDefinition(inputs)) return normalizedDefinition(copyOf(inputs));
  return withQuantities(withoutZeroValues(withoutNulls(inputs)), "spec" in inputs);
}

/** A deep copy. */
export function copyOf(value: PlainMap): PlainMap;
export function copyOf(value: Plain): Plain;
export function copyOf(value: Plain): Plain {
  if (Array.isArray(value)) return value.map((item) => copyOf(item));
  if (!isMap(value)) return value;
  const copy: PlainMap = {};
  for (const [key, item] of Object.entries(value)) copy[key] = copyOf(item);
  return copy;
}

function withoutNulls(value: PlainMap): PlainMap;
function withoutNulls(value: Plain): Plain;
function withoutNulls(value: Plain): Plain {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item));
  if (!isMap(value)) return value;
  const copy: PlainMap = {};
  for (const [key, item] of Object.entries(value)) if (item !== null) copy[key] = withoutNulls(item);
  return copy;
}

/** The server decodes and encodes `data`, which drops white space; `stringData` wins over `data` (Secret API). */
function normalizedSecret(secret: KubernetesObject): KubernetesObject {
  const stringData = Object.entries(map(secret, "stringData"));
  const data = Object.entries(map(secret, "data")).map(([key, value]) => [key, reencoded(value)] as const);
  const encoded = stringData.map(([key, value]) => [key, base64(value)] as const);
  if (stringData.length > 0) delete secret["stringData"];
  if (data.length + encoded.length > 0) secret["data"] = Object.fromEntries([...data, ...encoded]);
  return secret;
}

const base64 = (value: Plain) => (typeof value === "string" ? Buffer.from(value).toString("base64") : value);

function reencoded(value: Plain): Plain {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) return value;
  return Buffer.from(value, "base64").toString("base64");
}

/** The server drops `preserveUnknownFields: false` and ignores `status` (CustomResourceDefinition API). */
function normalizedDefinition(definition: KubernetesObject): KubernetesObject {
  if (at(definition, "spec", "preserveUnknownFields") === false) remove(definition, "spec", "preserveUnknownFields");
  remove(definition, "status");
  return definition;
}

function withQuantities(value: PlainMap, inside: boolean): PlainMap;
function withQuantities(value: Plain, inside: boolean): Plain;
function withQuantities(value: Plain, inside: boolean): Plain {
  if (Array.isArray(value)) return value.map((item) => withQuantities(item, inside));
  if (!isMap(value)) return value;
  const copy: PlainMap = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === "metadata" || !inside) copy[key] = item;
    else if (quantityMaps.has(key) && isMap(item)) copy[key] = quantities(item);
    else if (quantityFields.has(key)) copy[key] = quantity(item);
    else copy[key] = withQuantities(item, inside);
  }
  return copy;
}

const quantities = (values: PlainMap): PlainMap =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, quantity(value)]));

function quantity(value: Plain): Plain {
  if (typeof value === "number") return canonicalQuantity(String(value));
  return typeof value === "string" ? canonicalQuantity(value) : value;
}

/** A namespace's name, where none means `default`. */
export const canonicalNamespace = (object: KubernetesObject) => text(object, "metadata", "namespace") || "default";
