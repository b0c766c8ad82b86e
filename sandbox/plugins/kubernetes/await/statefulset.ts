import { isOwnedBy, nameOf, number, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";
import type { AwaitContext, Awaiter } from "./awaiter.ts";
import { keep } from "./keep.ts";
import { podProblems } from "./pod-check.ts";

/**
 * Waits for a StatefulSet: all replicas are ready and of the current revision. With the strategy OnDelete an update is complete
 * without the revision, since pods change only when somebody deletes them. Rules and wording are pulumi-kubernetes'
 * (`provider/pkg/await/statefulset.go`).
 */
export class StatefulSetAwaiter implements Awaiter {
  readonly watched = [
    { apiVersion: "apps/v1", plural: "statefulsets" },
    { apiVersion: "v1", plural: "pods" },
  ];
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private replicasReady = false;
  private revisionReady = false;
  private generation = 0;
  private count = 0;
  private wanted = 0;
  private readonly pods = new Map<string, KubernetesObject>();

  constructor(context: AwaitContext) {
    this.context = context;
    this.current = context.object;
  }

  observe(plural: string, event: ObjectEvent): void {
    if (plural === "pods") keep(this.pods, event);
    else if (nameOf(event.object) === nameOf(this.context.object)) this.observeSet(event);
  }

  isReady(): boolean {
    if (this.replicasReady && this.revisionReady) {
      this.context.say("info", "StatefulSet initialization complete");
      return true;
    }
    const progress = `(${String(this.count)}/${String(this.wanted)} Pods ready)`;
    if (this.generation <= 1) this.context.say("info", `[1/2] Waiting for StatefulSet to create Pods ${progress}`);
    else if (!this.replicasReady)
      this.context.say("info", `[1/3] Waiting for StatefulSet update to roll out ${progress}`);
    else this.context.say("info", "[2/3] Waiting for StatefulSet to update .status.currentRevision");
    return false;
  }

  report(): void {
    for (const problem of this.podWarnings()) this.context.say("warning", problem);
  }

  problems(): string[] {
    const counts = `${String(this.count)} out of ${String(this.wanted)} replicas succeeded readiness checks`;
    const [from, to] = [
      text(this.current, "status", "currentRevision"),
      text(this.current, "status", "updateRevision"),
    ];
    return [
      ...(this.replicasReady ? [] : [counts]),
      ...(this.revisionReady
        ? []
        : [`StatefulSet controller failed to advance from revision "${from}" to revision "${to}"`]),
      ...this.podWarnings(),
    ];
  }

  private observeSet({ type, object }: ObjectEvent): void {
    this.revisionReady = false;
    this.replicasReady = false;
    const generation = number(object, "metadata", "generation") ?? 0;
    if (generation < (number(this.context.object, "metadata", "generation") ?? 0) || type === "DELETED") return;
    this.current = object;
    this.generation = generation;
    // Until the controller has seen this generation, the status tells about an older one.
    if (generation === 0 || (number(object, "status", "observedGeneration") ?? -1) < generation) return;
    const revision = text(object, "status", "currentRevision");
    const wanted = number(object, "spec", "replicas") ?? 0;
    const inStatus = (field: string) => number(object, "status", field) ?? 0;
    const ready = inStatus("readyReplicas");
    const allReady = wanted === inStatus("replicas") && wanted === ready;
    const byHand = generation > 1 && text(object, "spec", "updateStrategy", "type") === "OnDelete";
    this.revisionReady = byHand || (revision !== "" && revision === text(object, "status", "updateRevision"));
    this.replicasReady = allReady && (byHand || wanted === inStatus("currentReplicas"));
    this.wanted = wanted;
    this.count = this.revisionReady ? ready : Math.min(ready, inStatus("updatedReplicas"));
  }

  private podWarnings(): string[] {
    const own = [...this.pods.values()].filter((pod) => isOwnedBy(pod, this.current));
    return own.flatMap(podProblems).flatMap((message) => (message.severity === "warning" ? [message.text] : []));
  }
}
