import { Secret, containsSecret, isMap, revealedMap } from "../shared/values.ts";
import type { Plain, PlainMap, Value, ValueMap } from "../shared/values.ts";
import { apiVersionOf, text } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

const inputsKey = "__inputs";
const initialApiVersionKey = "__initialApiVersion";
const fieldManagerKey = "__fieldManager";

/** What a resource's state holds. */
export interface Checkpoint {
  /** The program's inputs when the state was written. */
  readonly inputs: KubernetesObject;
  /** The object as it was in the cluster then. */
  readonly live: KubernetesObject;
  /** The API version by which it was made. */
  readonly initialApiVersion: string | undefined;
  /** The field manager that applies it. */
  readonly fieldManager: string | undefined;
}

/** `x-kubernetes-*` fields of definitions; Pulumi's properties spell them with underscores. */
const renamed = (key: string, from: string, to: string) =>
  key.startsWith(`x${from}kubernetes${from}`) ? key.replaceAll(from, to) : key;

function renameKeys(value: PlainMap, from: string, to: string): PlainMap;
function renameKeys(value: Plain, from: string, to: string): Plain;
function renameKeys(value: Plain, from: string, to: string): Plain {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, from, to));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [renamed(key, from, to), renameKeys(item, from, to)]),
  );
}

/** An object as Kubernetes spells it, from properties as Pulumi spells them, secrets revealed. */
export const objectFrom = (properties: ValueMap): KubernetesObject => renameKeys(revealedMap(properties), "_", "-");

/**
 * Properties as Pulumi spells them, from an object, with the secrets of the inputs it comes from.
 * A Secret's data is always secret.
 */
export function propertiesFrom(object: KubernetesObject, origin: ValueMap): ValueMap {
  const properties: ValueMap = renameKeys(object, "-", "_");
  markSecrets(properties, origin);
  return properties;
}

/** Marks as secret what the other map has as secret, entry by entry; a list that has one anywhere becomes secret as a whole. */
function markSecrets(properties: ValueMap, origin: ValueMap): void {
  if (properties["kind"] === "Secret") {
    for (const key of ["data", "stringData"] as const) {
      const value = properties[key];
      if (value !== undefined && !(value instanceof Secret)) properties[key] = new Secret(value);
    }
    return;
  }
  for (const [key, from] of Object.entries(origin)) {
    const value: Value | undefined = properties[key];
    if (value === undefined) continue;
    if (isMap(value) && isMap(from)) markSecrets(value, from);
    else if (!(value instanceof Secret) && containsSecret(from)) properties[key] = new Secret(value);
  }
}

/** A resource's state: the live object's fields, and beside them the inputs and what the provider has to remember. */
export function writeCheckpoint(checkpoint: Checkpoint, origin: ValueMap): ValueMap {
  return {
    ...propertiesFrom(checkpoint.live, origin),
    [inputsKey]: propertiesFrom(checkpoint.inputs, origin),
    [initialApiVersionKey]: checkpoint.initialApiVersion ?? apiVersionOf(checkpoint.inputs),
    [fieldManagerKey]: checkpoint.fieldManager ?? "",
  };
}

/** Reads a resource's state. */
export function readCheckpoint(state: ValueMap): Checkpoint {
  const { [inputsKey]: inputs, ...live } = objectFrom(state);
  return {
    inputs: isMap(inputs) ? inputs : {},
    live,
    initialApiVersion: text(live, initialApiVersionKey) || undefined,
    fieldManager: text(live, fieldManagerKey) || undefined,
  };
}
