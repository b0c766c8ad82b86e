import { list, map, nameOf, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";
import type { AwaitContext, Awaiter } from "./awaiter.ts";

/** Seconds without a change after which endpoints are taken to have settled; pulumi-kubernetes' number. */
export const settleSeconds = 10;

/**
 * Waits for a Service: its pods have endpoints, none of them is unready, and a LoadBalancer has its address. Headless services,
 * external names and those without a selector have no pods to wait for. Rules and wording are pulumi-kubernetes'
 * (`provider/pkg/await/service.go`), with one difference: a Service whose endpoints are all ready does not wait for more to come.
 */
export class ServiceAwaiter implements Awaiter {
  readonly watched = [
    { apiVersion: "v1", plural: "services" },
    { apiVersion: "v1", plural: "endpoints" },
  ];
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private serviceReady = false;
  private hasEndpoints = false;
  private hasUnready = false;
  private settled = false;
  private changes = 0;

  constructor(context: AwaitContext) {
    this.context = context;
    this.current = context.object;
    context.say("info", "[1/3] Finding Pods to direct traffic to");
  }

  observe(plural: string, event: ObjectEvent): void {
    if (nameOf(event.object) !== nameOf(this.context.object)) return;
    if (plural === "services") this.observeService(event);
    else this.observeEndpoints(event);
  }

  isReady(): boolean {
    if (!this.serviceReady) {
      if (this.settled && this.hasEndpoints)
        this.context.say("info", "[2/3] Attempting to allocate IP address to Service");
      return false;
    }
    if (!this.targetsPods()) return true;
    if (!this.settled || this.hasUnready) return false;
    this.context.say("info", "Service initialization complete");
    return true;
  }

  isReadyInTheEnd(): boolean {
    return this.serviceReady && !this.hasUnready;
  }

  settle(): void {
    this.settled = true;
  }

  problems(): string[] {
    if (this.isHeadless() || this.isExternal()) return [];
    const noPods =
      "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods";
    const noAddress = "Service was not allocated an IP address; does your cloud provider support this?";
    return [...(this.hasEndpoints ? [] : [noPods]), ...(this.isBalanced() && !this.serviceReady ? [noAddress] : [])];
  }

  private observeService({ type, object }: ObjectEvent): void {
    this.serviceReady = false;
    if (type === "DELETED") return;
    this.current = object;
    this.serviceReady = !this.isBalanced() || list(object, "status", "loadBalancer", "ingress").length > 0;
  }

  private observeEndpoints({ type, object }: ObjectEvent): void {
    const subsets = type === "DELETED" ? [] : list(object, "subsets");
    this.hasEndpoints = subsets.some((subset) => list(subset, "addresses").length > 0);
    this.hasUnready = subsets.some((subset) => list(subset, "notReadyAddresses").length > 0);
    this.settled = this.hasEndpoints && !this.hasUnready;
    this.changes += 1;
    const change = this.changes;
    if (!this.settled)
      this.context.after(settleSeconds, () => {
        if (change === this.changes) this.settled = true;
      });
  }

  private targetsPods(): boolean {
    return !this.isExternal() && !this.isHeadless() && Object.keys(map(this.current, "spec", "selector")).length > 0;
  }

  private isHeadless(): boolean {
    return text(this.current, "spec", "clusterIP") === "None";
  }

  private isExternal(): boolean {
    return text(this.context.object, "spec", "type") === "ExternalName";
  }

  private isBalanced(): boolean {
    return text(this.context.object, "spec", "type") === "LoadBalancer";
  }
}
