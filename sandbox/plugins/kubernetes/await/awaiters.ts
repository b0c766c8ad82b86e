import { apiVersionOf, annotationOf, kindOf, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { AwaitContext, Awaiter, Watched } from "./awaiter.ts";
import { DaemonSetAwaiter } from "./daemonset.ts";
import { DeploymentAwaiter } from "./deployment.ts";
import { IngressAwaiter } from "./ingress.ts";
import { JobAwaiter, PodAwaiter } from "./job-and-pod.ts";
import { ServiceAwaiter } from "./service.ts";
import { SimpleAwaiter, claimReady, quotaReady, replicationReady, tokenReady, volumeReady } from "./simple.ts";
import { StatefulSetAwaiter } from "./statefulset.ts";
import { parseWaitFor } from "./wait-for.ts";

/** Makes the awaiter for an object. */
export interface AwaiterKind {
  make(context: AwaitContext): Awaiter;
  /** Also used when an object is only read; undefined when a read takes it as it is. */
  readonly read?: (context: AwaitContext) => Awaiter;
  /** Seconds that the wait takes at most, whatever the person allows. */
  readonly limit?: number;
}

const both = (make: (context: AwaitContext) => Awaiter): AwaiterKind => ({ make, read: make });

const simple = (
  plural: string,
  ready: (object: KubernetesObject, context: AwaitContext) => boolean,
  limit: number,
) => ({
  make: (context: AwaitContext) => new SimpleAwaiter(context, { apiVersion: "v1", plural }, ready),
  limit,
});

const kinds: Readonly<Record<string, AwaiterKind>> = {
  "apps/v1/Deployment": { make: (c) => new DeploymentAwaiter(c), read: (c) => new DeploymentAwaiter(c, true) },
  "apps/v1/StatefulSet": both((c) => new StatefulSetAwaiter(c)),
  "apps/v1/DaemonSet": both((c) => new DaemonSetAwaiter(c)),
  "batch/v1/Job": both((c) => new JobAwaiter(c)),
  "v1/Pod": both((c) => new PodAwaiter(c)),
  "v1/Service": both((c) => new ServiceAwaiter(c)),
  "networking.k8s.io/v1/Ingress": both((c) => new IngressAwaiter(c)),
  "v1/PersistentVolume": simple("persistentvolumes", volumeReady, 300),
  "v1/ReplicationController": simple("replicationcontrollers", replicationReady, 600),
  "v1/ResourceQuota": simple("resourcequotas", quotaReady, 60),
};

/** Looks up what an awaiter needs to know beforehand. */
export interface LookUps {
  /** A storage class's `volumeBindingMode`; "" when there is none of that name. */
  bindingMode(storageClass: string): Promise<string>;
  /** The collection of an object's kind. */
  collectionOf(object: KubernetesObject): Promise<Watched>;
}

/** Whether the person wants nothing to be waited for. */
export const skipsAwait = (inputs: KubernetesObject) => annotationOf(inputs, "pulumi.com/skipAwait") === "true";

/**
 * The awaiter kind for an object; undefined when there is nothing to wait for.
 *
 * @param inputs the program's inputs, which the annotation `pulumi.com/skipAwait` is read from
 * @throws Error when the annotation `pulumi.com/waitFor` can't be read
 */
export async function awaiterKind(
  inputs: KubernetesObject,
  object: KubernetesObject,
  lookUps: LookUps,
): Promise<AwaiterKind | undefined> {
  if (skipsAwait(inputs)) return undefined;
  const waitFor = annotationOf(object, "pulumi.com/waitFor");
  if (waitFor !== "") {
    const [condition, self] = await Promise.all([parseWaitFor(waitFor), lookUps.collectionOf(object)]);
    return { make: (context) => new SimpleAwaiter(context, self, condition, "timed out waiting for the condition") };
  }
  const id = `${apiVersionOf(object)}/${kindOf(object)}`;
  if (id === "v1/PersistentVolumeClaim") {
    const mode = await lookUps.bindingMode(text(object, "spec", "storageClassName"));
    return simple("persistentvolumeclaims", claimReady(mode), 300);
  }
  if (id === "v1/Secret") {
    const isToken = text(object, "type") === "kubernetes.io/service-account-token";
    return isToken ? simple("secrets", tokenReady, 5) : undefined;
  }
  return kinds[id];
}

/** The awaiter kind for an object that is only read; undefined when it is taken as it is. */
export function readAwaiterKind(inputs: KubernetesObject, object: KubernetesObject): AwaiterKind["read"] {
  return skipsAwait(inputs) ? undefined : kinds[`${apiVersionOf(object)}/${kindOf(object)}`]?.read;
}
