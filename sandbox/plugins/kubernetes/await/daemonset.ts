import { isOwnedBy, nameOf, number } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";
import type { AwaitContext, Awaiter } from "./awaiter.ts";
import { keep } from "./keep.ts";
import { podProblems } from "./pod-check.ts";

/**
 * Waits for a DaemonSet: every node that wants a pod has an updated, ready one. Rules and wording are those of
 * `sigs.k8s.io/cli-utils` (kstatus), which pulumi-kubernetes asks.
 */
export class DaemonSetAwaiter implements Awaiter {
  readonly watched = [
    { apiVersion: "apps/v1", plural: "daemonsets" },
    { apiVersion: "v1", plural: "pods" },
  ];
  readonly timeoutMessage = "timed out waiting for the condition";
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private readonly pods = new Map<string, KubernetesObject>();

  constructor(context: AwaitContext) {
    this.context = context;
    this.current = context.object;
  }

  observe(plural: string, event: ObjectEvent): void {
    if (plural === "pods") {
      keep(this.pods, event);
      if (isOwnedBy(event.object, this.context.object))
        for (const message of podProblems(event.object)) this.context.say(message.severity, message.text);
      return;
    }
    const { type, object } = event;
    const stale =
      (number(object, "metadata", "generation") ?? 0) < (number(this.context.object, "metadata", "generation") ?? 0);
    if (nameOf(object) === nameOf(this.context.object) && !stale && type !== "DELETED") this.current = object;
  }

  isReady(): boolean {
    const missing = rolloutMissing(this.current);
    const scheduled = String(number(this.current, "status", "desiredNumberScheduled") ?? 0);
    this.context.say("info", missing ?? `All replicas scheduled as expected. Replicas: ${scheduled}`);
    return missing === undefined;
  }

  problems(): string[] {
    const own = [...this.pods.values()].filter((pod) => isOwnedBy(pod, this.current));
    return own.flatMap(podProblems).flatMap((message) => (message.severity === "error" ? [message.text] : []));
  }
}

/** What a DaemonSet's rollout still lacks; undefined when it is complete. */
function rolloutMissing(set: KubernetesObject): string | undefined {
  const [generation, observed] = [number(set, "metadata", "generation"), number(set, "status", "observedGeneration")];
  if (generation !== undefined && observed !== undefined && generation !== observed)
    return `DaemonSet generation is ${String(generation)}, but latest observed generation is ${String(observed)}`;
  const desired = number(set, "status", "desiredNumberScheduled");
  if (observed === undefined || desired === undefined) return "Missing .status.desiredNumberScheduled";
  const counts = [
    ["Current", "currentNumberScheduled"],
    ["Updated", "updatedNumberScheduled"],
    ["Available", "numberAvailable"],
    ["Ready", "numberReady"],
  ] as const;
  for (const [label, field] of counts) {
    const count = number(set, "status", field) ?? 0;
    if (desired > count) return `${label}: ${String(count)}/${String(desired)}`;
  }
  return undefined;
}
