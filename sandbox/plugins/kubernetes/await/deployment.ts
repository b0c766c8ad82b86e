import { annotationOf, isOwnedBy, list, nameOf, number, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";
import type { AwaitContext, Awaiter } from "./awaiter.ts";
import { unboundClaims } from "./claims.ts";
import { keep } from "./keep.ts";
import { podProblems } from "./pod-check.ts";
import type { Message } from "./pod-check.ts";

const revisionOf = (object: KubernetesObject | undefined) =>
  object === undefined ? "" : annotationOf(object, "deployment.kubernetes.io/revision");

const generationOf = (object: KubernetesObject) => number(object, "metadata", "generation") ?? 0;

/**
 * Waits for a Deployment: its controller has seen the change, the Deployment is available, the ReplicaSet of its revision has all
 * its pods ready, and, after the first revision, the rollout is complete. Rules and wording are pulumi-kubernetes'
 * (`provider/pkg/await/deployment.go`).
 */
export class DeploymentAwaiter implements Awaiter {
  readonly watched = [
    { apiVersion: "apps/v1", plural: "deployments" },
    { apiVersion: "apps/v1", plural: "replicasets" },
    { apiVersion: "v1", plural: "pods" },
    { apiVersion: "v1", plural: "persistentvolumeclaims" },
  ];
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private reconciled: boolean;
  private revision = "";
  private available = false;
  private rolledOut = false;
  private podsReady = false;
  private readonly refusals = new Map<string, string>();
  private readonly replicaSets = new Map<string, KubernetesObject>();
  private readonly pods = new Map<string, KubernetesObject>();
  private readonly claims = new Map<string, KubernetesObject>();

  /** @param isRead true to look at things as they are, false to wait for the controller to see the change first */
  constructor(context: AwaitContext, isRead = false) {
    this.context = context;
    this.current = context.object;
    this.reconciled = isRead;
  }

  observe(plural: string, event: ObjectEvent): void {
    if (plural === "deployments") this.observeDeployment(event);
    else if (plural === "replicasets") this.observeReplicaSet(event);
    else if (plural === "pods") keep(this.pods, event);
    else keep(this.claims, event);
  }

  isReady(): boolean {
    if (!this.reconciled || !this.available || !this.podsReady) return false;
    if (this.revision !== "1" && !this.rolledOut) return false;
    if (this.unboundClaims().length > 0) return false;
    this.context.say("info", "Deployment initialization complete");
    return true;
  }

  report(): void {
    for (const message of this.podMessages()) this.context.say(message.severity, message.text);
  }

  problems(): string[] {
    const claims = this.unboundClaims().map(nameOf);
    return [
      ...this.refusals.values(),
      ...(claims.length === 0 ? [] : [`Failed to bind PersistentVolumeClaim(s): "${claims.join(",")}"`]),
      ...this.whatIsMissing(),
      ...this.podMessages().map((message) => message.text),
    ];
  }

  private whatIsMissing(): string[] {
    if (!this.available) return ["Minimum number of live Pods was not attained"];
    const notLive = "Minimum number of Pods to consider the application live was not attained";
    if (this.revision === "1") return this.podsReady ? [] : [notLive];
    if (!this.rolledOut) return [notLive];
    return this.podsReady
      ? []
      : ["Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"];
  }

  private observeDeployment({ type, object }: ObjectEvent): void {
    if (nameOf(object) !== nameOf(this.context.object)) return;
    if (generationOf(object) < generationOf(this.context.object) || type === "DELETED") return;
    if (!this.reconciled && generationOf(object) !== number(object, "status", "observedGeneration")) return;
    this.reconciled = true;
    this.refusals.clear();
    this.current = object;
    this.revision = revisionOf(object);
    if (this.revision === "") return;
    for (const condition of list(object, "status", "conditions")) {
      const [type, isTrue] = [text(condition, "type"), text(condition, "status") === "True"];
      if (type === "Progressing") this.rolledOut = isTrue && text(condition, "reason") === "NewReplicaSetAvailable";
      else if (type === "Available") this.available = isTrue;
      else continue;
      if (!isTrue) this.refuse(text(condition, "reason"), text(condition, "message"));
    }
    this.checkPods();
    this.sayUnboundClaims();
  }

  private refuse(reason: string, message: string): void {
    if (reason === "" || message === "") return;
    this.refusals.set(reason, `[${reason}] ${message}`);
    this.context.say("warning", `[${reason}] ${message}`);
  }

  private observeReplicaSet({ type, object }: ObjectEvent): void {
    if (!isOwnedBy(object, this.context.object)) return;
    if (type === "DELETED") this.replicaSets.delete(revisionOf(object));
    else this.replicaSets.set(revisionOf(object), object);
    this.checkPods();
  }

  private checkPods(): void {
    const replicaSet = this.replicaSets.get(this.revision);
    if (replicaSet === undefined) return;
    // The live number counts: a person may have scaled since the program said how many.
    const wanted = number(replicaSet, "spec", "replicas") ?? 1;
    const readyCount = number(replicaSet, "status", "readyReplicas");
    const enough = readyCount === undefined ? wanted === 0 : readyCount >= wanted;
    const previous = this.context.previous;
    const rollsOut = previous === undefined || revisionOf(this.current) !== revisionOf(previous);
    this.podsReady = enough && (!rollsOut || revisionOf(previous) !== this.revision);
    if (!this.podsReady) {
      const count = `${String(readyCount ?? 0)}/${String(wanted)}`;
      this.context.say("info", `Waiting for app ReplicaSet to be available (${count} Pods available)`);
    } else if (number(replicaSet, "spec", "replicas") === 0)
      this.context.say("warning", `Replicas scaled to 0 for Deployment "${nameOf(this.current)}"`);
  }

  private podMessages(): Message[] {
    const replicaSet = this.replicaSets.get(this.revision);
    return [...this.pods.values()].filter((pod) => isOwnedBy(pod, replicaSet)).flatMap(podProblems);
  }

  private unboundClaims(): KubernetesObject[] {
    return unboundClaims(this.current, [...this.claims.values()]);
  }

  private sayUnboundClaims(): void {
    for (const claim of this.unboundClaims()) {
      const phase = text(claim, "status", "phase");
      if (phase === "") continue;
      const words = `PersistentVolumeClaim: [${nameOf(claim)}] is not ready. status.phase currently at: ${phase}`;
      this.context.say("warning", words);
    }
  }
}
