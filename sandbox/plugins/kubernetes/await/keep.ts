import { uidOf } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";

/** Keeps the last state of every object by its uid. */
export function keep(objects: Map<string, KubernetesObject>, { type, object }: ObjectEvent): void {
  if (type === "DELETED") objects.delete(uidOf(object));
  else objects.set(uidOf(object), object);
}
