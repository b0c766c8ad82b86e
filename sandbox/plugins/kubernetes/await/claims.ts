import { at, list, nameOf, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";

/** The claims that a workload's pods use and that have no volume yet. */
export function unboundClaims(workload: KubernetesObject, claims: readonly KubernetesObject[]): KubernetesObject[] {
  const names = list(workload, "spec", "template", "spec", "volumes").map((volume) =>
    text(volume, "persistentVolumeClaim", "claimName"),
  );
  return claims.filter((claim) => names.includes(nameOf(claim)) && at(claim, "status", "phase") !== "Bound");
}
