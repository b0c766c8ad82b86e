import { list, nameOf, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";
import type { AwaitContext, Awaiter } from "./awaiter.ts";
import { settleSeconds } from "./service.ts";

/** Seconds without any endpoints after which it is taken that there are none. */
const graceSeconds = 60;

/**
 * Waits for an Ingress: the services it routes to have endpoints, and its controller has written its address.
 * Rules and wording are pulumi-kubernetes' (`provider/pkg/await/ingress.go`).
 */
export class IngressAwaiter implements Awaiter {
  readonly watched = [
    { apiVersion: "networking.k8s.io/v1", plural: "ingresses" },
    { apiVersion: "v1", plural: "services" },
    { apiVersion: "v1", plural: "endpoints" },
  ];
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private hasAddress = false;
  private settled = false;
  private changes = 0;
  private readonly withEndpoints = new Set<string>();
  private readonly external = new Set<string>();

  constructor(context: AwaitContext) {
    this.context = context;
    this.current = context.object;
    context.say("info", "[1/3] Finding a matching service for each Ingress path");
    context.after(graceSeconds, () => {
      if (this.changes === 0) this.settled = true;
    });
  }

  observe(plural: string, event: ObjectEvent): void {
    if (plural === "endpoints") this.observeEndpoints(event);
    else if (plural === "services") this.observeService(event);
    else if (nameOf(event.object) === nameOf(this.context.object)) this.observeIngress(event);
  }

  isReady(): boolean {
    const routed = this.isRouted();
    if (routed && this.hasAddress) this.context.say("info", "Ingress initialization complete");
    else if (routed) this.context.say("info", "[2/3] Waiting for update of .status.loadBalancer with hostname/IP");
    return routed && this.hasAddress;
  }

  isReadyInTheEnd(): boolean {
    return this.hasAddress && this.isRouted();
  }

  settle(): void {
    this.settled = true;
  }

  problems(): string[] {
    const noAddress =
      "Ingress .status.loadBalancer field was not updated with a hostname/IP address. " +
      "\n    for more information about this error, see https://pulumi.io/xdv72s";
    return [
      ...(this.isRouted() ? [] : ["Ingress has at least one rule with an unavailable target endpoint."]),
      ...(this.hasAddress ? [] : [noAddress]),
    ];
  }

  private observeIngress({ type, object }: ObjectEvent): void {
    this.hasAddress = false;
    if (type === "DELETED") return;
    this.current = object;
    this.hasAddress = list(object, "status", "loadBalancer", "ingress").length > 0;
  }

  private observeService({ type, object }: ObjectEvent): void {
    if (type === "DELETED") this.external.delete(nameOf(object));
    else if (text(object, "spec", "type") === "ExternalName") this.external.add(nameOf(object));
  }

  private observeEndpoints({ type, object }: ObjectEvent): void {
    if (type === "DELETED") this.withEndpoints.delete(nameOf(object));
    else this.withEndpoints.add(nameOf(object));
    this.settled = false;
    this.changes += 1;
    const change = this.changes;
    this.context.after(settleSeconds, () => {
      if (change === this.changes) this.settled = true;
    });
  }

  /** Whether every path leads to a service with endpoints; paths that never will are only warned of. */
  private isRouted(): boolean {
    const missing = pathsOf(this.current).filter(
      ({ service }) => service !== "" && !this.external.has(service) && !this.withEndpoints.has(service),
    );
    if (missing.length > 0 && !this.settled) return false;
    for (const { rule, service } of missing)
      this.context.say("warning", `No matching service found for ingress rule: ${rule} -> "${service}"`);
    return true;
  }
}

/** The paths of an Ingress, and the service each one leads to; "" where it leads to something else. */
function pathsOf(ingress: KubernetesObject): { rule: string; service: string }[] {
  return list(ingress, "spec", "rules").flatMap((rule) =>
    list(rule, "http", "paths").map((path) => {
      const place = text(rule, "host") + text(path, "path");
      return {
        rule: place === "" ? '"" (default path)' : `"${place}"`,
        service: text(path, "backend", "service", "name"),
      };
    }),
  );
}
