import type { Severity } from "../shared/engine-log.ts";
import { awaitReady } from "./await/await-ready.ts";
import type { WaitOptions } from "./await/await-ready.ts";
import { awaiterKind, skipsAwait } from "./await/awaiters.ts";
import type { LookUps } from "./await/awaiters.ts";
import type { Cluster, Session } from "./cluster.ts";
import { kindFromObject } from "./kinds.ts";
import { annotationOf, text } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** Seconds that pulumi-kubernetes waits where nothing else is said. */
const defaultTimeout = 600;

/** Seconds to wait: the resource's `customTimeouts`, else the annotation `pulumi.com/timeoutSeconds`, else ten minutes. */
export function timeoutOf(customSeconds: number, inputs: KubernetesObject): number {
  if (customSeconds !== 0) return customSeconds;
  const annotated = annotationOf(inputs, "pulumi.com/timeoutSeconds");
  return /^[+-]?\d+$/.test(annotated) ? Number(annotated) : defaultTimeout;
}

function lookUps(cluster: Cluster, session: Session): LookUps {
  return {
    async bindingMode(name) {
      if (name === "") return "";
      const storageClass = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" };
      const client = await cluster.clientFor(storageClass);
      return client.get(name, session.cancelled).then(
        (found) => text(found, "volumeBindingMode"),
        () => "",
      );
    },
    async collectionOf(object) {
      const { apiVersion, plural } = await cluster.discovery.resolve(kindFromObject(object));
      return { apiVersion, plural };
    },
  };
}

/** What a change led to and is to be waited for. */
export interface Change {
  readonly urn: string;
  readonly inputs: KubernetesObject;
  /** The object as the change left it. */
  readonly object: KubernetesObject;
  /** The object before, when there was one. */
  readonly previous?: KubernetesObject;
  /** Seconds from the resource's `customTimeouts`; 0 where there are none. */
  readonly timeout: number;
}

/**
 * Waits until a changed object is ready and returns it as it is then.
 * @throws NotReady when it does not become so
 */
export async function waitUntilReady(session: Session, cluster: Cluster, change: Change): Promise<KubernetesObject> {
  const { urn, inputs, object } = change;
  const say = (severity: Severity, message: string) => {
    session.log.status(severity, urn, message);
  };
  if (skipsAwait(inputs)) say("info", "Skipping await logic");
  const kind = await awaiterKind(inputs, object, lookUps(cluster, session));
  if (kind === undefined) return object;
  const timeout = Math.min(timeoutOf(change.timeout, inputs), kind.limit ?? Infinity);
  const options: WaitOptions = { watches: cluster.watches, timeout, signal: session.cancelled, say };
  const live = await awaitReady(object, change.previous, (context) => kind.make(context), options);
  say("info", "");
  return live;
}
