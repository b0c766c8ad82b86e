import { at, map, nameOf, number, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";
import type { AwaitContext, Awaiter, Watched } from "./awaiter.ts";

/** Waits until the object itself says that it is ready. */
export class SimpleAwaiter implements Awaiter {
  readonly watched: readonly Watched[];
  readonly timeoutMessage: string;
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private readonly ready: (object: KubernetesObject, context: AwaitContext) => boolean;

  /**
   * @param self the collection of the object
   * @param ready whether an object is ready
   * @param timeoutMessage what is said when the time is over
   */
  constructor(
    context: AwaitContext,
    self: Watched,
    ready: (object: KubernetesObject, context: AwaitContext) => boolean,
    timeoutMessage = `Timeout occurred polling for '${nameOf(context.object)}'`,
  ) {
    this.context = context;
    this.watched = [{ ...self, onlySelf: true }];
    this.current = context.object;
    this.ready = ready;
    this.timeoutMessage = timeoutMessage;
  }

  observe(_plural: string, { type, object }: ObjectEvent): void {
    if (type !== "DELETED" && nameOf(object) === nameOf(this.context.object)) this.current = object;
  }

  isReady(): boolean {
    return this.ready(this.current, this.context);
  }

  problems(): string[] {
    return [];
  }
}

/** Whether a volume can be used. */
export function volumeReady(volume: KubernetesObject, context: AwaitContext): boolean {
  const phase = text(volume, "status", "phase");
  if (phase === "Available") context.say("info", "✅ PV marked available");
  if (phase === "Bound") context.say("info", "✅ PV has been bound");
  return phase === "Available" || phase === "Bound";
}

/**
 * Whether a claim is bound, or waits for its first user as its storage class says.
 *
 * @param bindingMode the storage class's `volumeBindingMode`, "" when there is none
 */
export const claimReady = (bindingMode: string) => (claim: KubernetesObject, context: AwaitContext) => {
  const phase = text(claim, "status", "phase");
  if (context.previous !== undefined && phase === "Bound") return true;
  return phase === (bindingMode === "WaitForFirstConsumer" ? "Pending" : "Bound");
};

/** Whether a ReplicationController has all its pods. */
export const replicationReady = (controller: KubernetesObject) =>
  number(controller, "spec", "replicas") !== undefined &&
  number(controller, "status", "availableReplicas") === number(controller, "spec", "replicas");

/** Whether a quota is in force: its status repeats its limits. */
export function quotaReady(quota: KubernetesObject): boolean {
  const hard = map(quota, "spec", "hard");
  const inForce = at(quota, "status", "hard");
  const keys = Object.keys(hard);
  return (
    inForce !== undefined &&
    keys.length === Object.keys(map(inForce)).length &&
    keys.every((key) => hard[key] === at(inForce, key))
  );
}

/** Whether a service account's token has been filled in. */
export const tokenReady = (secret: KubernetesObject) => Object.keys(map(secret, "data")).length > 0;
