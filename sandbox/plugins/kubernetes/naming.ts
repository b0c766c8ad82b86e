import { createHash, randomBytes } from "node:crypto";

import { isMap, unknown } from "../shared/values.ts";
import type { PlainMap } from "../shared/values.ts";
import { at, annotationOf, put, text } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** Marks objects whose name was made by Pulumi. */
export const autonamed = "pulumi.com/autonamed";

/** What the engine wants names to be: `proposed` (may be refused), `enforced`, or `disabled`. */
export interface EngineNaming {
  readonly mode: "proposed" | "enforced" | "disabled";
  readonly name: string;
}

/** Eight hexadecimal digits: the same for the same seed, random without one. */
function suffix(seed: Uint8Array): string {
  return seed.length === 0
    ? randomBytes(4).toString("hex")
    : createHash("sha256").update(seed).digest("hex").slice(0, 8);
}

/** A field manager's name for one resource. */
export const newFieldManager = () => `pulumi-kubernetes-${suffix(new Uint8Array())}`;

/** Whether inputs have a name, known or not. */
export const isNamed = (inputs: KubernetesObject) =>
  text(inputs, "metadata", "name") !== "" ||
  at(inputs, "metadata", "name") === unknown ||
  at(inputs, "metadata") === unknown;

/** Whether the server is to make the name. */
export const isGenerateName = (inputs: KubernetesObject) =>
  !isNamed(inputs) &&
  (text(inputs, "metadata", "generateName") !== "" || at(inputs, "metadata", "generateName") === unknown);

export const isAutonamed = (inputs: KubernetesObject) => annotationOf(inputs, autonamed) === "true";

/**
 * Gives inputs without a name one made of the resource's name and a suffix, and marks them.
 * @throws Error when the engine's settings forbid it
 */
export function assignName(
  inputs: PlainMap,
  resourceName: string,
  seed: Uint8Array,
  naming: EngineNaming | undefined,
): void {
  if (isNamed(inputs) || isGenerateName(inputs)) return;
  if (naming?.mode === "disabled")
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  setAutoname(inputs, naming?.name ?? `${resourceName}-${suffix(seed)}`);
}

/** Keeps the made-up name of the resource that is there, when the program still gives none. */
export function adoptName(inputs: PlainMap, old: KubernetesObject): void {
  if (!isNamed(inputs) && isAutonamed(old)) setAutoname(inputs, text(old, "metadata", "name"));
}

function setAutoname(inputs: PlainMap, name: string): void {
  put(inputs, ["metadata", "name"], name);
  const annotations = at(inputs, "metadata", "annotations");
  if (annotations === undefined || isMap(annotations)) put(inputs, ["metadata", "annotations", autonamed], "true");
}

const managedBy = "app.kubernetes.io/managed-by";
const manager = () => process.env["PULUMI_KUBERNETES_MANAGED_BY_LABEL"] ?? "pulumi";

/** Labels inputs as managed by Pulumi, unless their labels are not known yet. */
export function setManagedByLabel(inputs: PlainMap): void {
  const labels = at(inputs, "metadata", "labels");
  if (labels === undefined || isMap(labels)) put(inputs, ["metadata", "labels", managedBy], manager());
}

/** Whether inputs carry that label, known or not. */
export function hasManagedByLabel(inputs: KubernetesObject): boolean {
  const places = [
    at(inputs, "metadata"),
    at(inputs, "metadata", "labels"),
    at(inputs, "metadata", "labels", managedBy),
  ];
  return places.includes(unknown) || places[2] === manager();
}
