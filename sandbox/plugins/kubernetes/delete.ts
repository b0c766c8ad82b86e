import type { ValueMap } from "../shared/values.ts";
import { NoSuchKind, isNotFound } from "./api-error.ts";
import { NotReady, once } from "./await/await-ready.ts";
import { skipsAwait } from "./await/awaiters.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { Cluster, Session } from "./cluster.ts";
import { messageOf, partial } from "./failures.ts";
import { kindFromObject } from "./kinds.ts";
import { annotationOf, list, nameOf, parseId, text, uidOf } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import type { DeletionPolicy, ResourceClient } from "./resource-client.ts";
import { timeoutOf } from "./waiting.ts";

/** A request to delete a resource. */
export interface DeleteRequest {
  readonly urn: string;
  readonly id: string;
  /** The resource's state. */
  readonly properties: ValueMap;
  /** Seconds; 0 for the default. */
  readonly timeout: number;
}

/** Kinds whose deletion is not waited for either when `pulumi.com/skipAwait` says so. */
const skippable: ReadonlySet<string> = new Set([
  ...[
    "/Namespace",
    "/Pod",
    "/ReplicationController",
    "apps/DaemonSet",
    "apps/Deployment",
    "apps/StatefulSet",
    "batch/Job",
  ],
]);

/**
 * Deletes an object and waits until it is gone. One that is gone already is no error.
 * @throws Error when the cluster can't be reached or refuses, ResourceInitFailed when it is still there when the time is over
 */
export async function remove(session: Session, request: DeleteRequest): Promise<void> {
  const { urn } = request;
  const { cluster } = session;
  if (cluster === undefined) {
    deleteUnreachable(session, urn);
    return;
  }
  const checkpoint = readCheckpoint(request.properties);
  const { inputs, live } = checkpoint;
  const { name } = parseId(request.id);
  try {
    const client = await cluster.clientFor(live);
    const deleted = await client.delete(name, policyOf(inputs), session.cancelled);
    const uid = uidOf(deleted) || text(deleted, "details", "uid");
    const { group, kind } = kindFromObject(inputs);
    if (skipsAwait(inputs) && skippable.has(`${group}/${kind}`)) return;
    await untilGone(session, cluster, client, { urn, name, uid, live, timeout: timeoutOf(request.timeout, inputs) });
    session.log.status("info", urn, "");
  } catch (error) {
    if (isNotFound(error) || error instanceof NoSuchKind) return;
    if (!(error instanceof NotReady)) throw error;
    const state = writeCheckpoint({ ...checkpoint, live: error.object }, request.properties);
    throw partial(messageOf(error), error, error.object, state);
  }
}

function deleteUnreachable({ log, settings, unreachable }: Session, urn: string): void {
  log.log("warning", urn, `configured Kubernetes cluster is unreachable: ${unreachable}`);
  if (!settings.deleteUnreachable)
    throw new Error(
      "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi state " +
        'by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
    );
  const what = "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled.";
  log.log("info", urn, `${what} Deleting the unreachable resource from Pulumi state`);
}

function policyOf(inputs: KubernetesObject): DeletionPolicy {
  const policy = annotationOf(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  if (policy === "orphan") return "Orphan";
  return policy === "background" ? "Background" : "Foreground";
}

interface Deletion {
  readonly urn: string;
  readonly name: string;
  /** Of the object that was deleted; another one of its name is none of ours. */
  readonly uid: string;
  readonly live: KubernetesObject;
  /** Seconds. */
  readonly timeout: number;
}

/** @throws NotReady when the object is still there when the time is over or the person gives up */
async function untilGone(
  session: Session,
  cluster: Cluster,
  client: ResourceClient,
  deletion: Deletion,
): Promise<void> {
  const { urn, name, uid } = deletion;
  const say = once((severity, message) => {
    session.log.status(severity, urn, message);
  });
  let last = deletion.live;
  const over = AbortSignal.any([AbortSignal.timeout(deletion.timeout * 1000), session.cancelled]);
  const ended = await new Promise<boolean>((resolve) => {
    const end = cluster.watches.subscribe(
      client.path,
      ({ type, object }) => {
        if (uid !== "" && uidOf(object) !== uid) return;
        last = object;
        if (type === "DELETED") done(true);
        else if (text(object, "metadata", "deletionTimestamp") !== "") say("info", "Resource scheduled for deletion");
      },
      name,
      () => {
        // The object may have gone before the watch began, which then never tells of it.
        client.get(name, session.cancelled).then(
          (object) => {
            if (uid !== "" && uidOf(object) !== uid) done(true);
          },
          (error: unknown) => {
            if (isNotFound(error)) done(true);
          },
        );
      },
    );
    const giveUp = () => {
      done(false);
    };
    function done(result: boolean): void {
      end();
      over.removeEventListener("abort", giveUp);
      resolve(result);
    }
    over.addEventListener("abort", giveUp);
  });
  if (ended) return;
  const finalizers = list(last, "metadata", "finalizers").filter((item) => typeof item === "string");
  session.log.log("warning", urn, `finalizers might be preventing deletion (${finalizers.join(", ")})`);
  const message = session.cancelled.aborted
    ? `Resource operation was cancelled for "${nameOf(last)}"`
    : "timed out waiting for the condition";
  throw new NotReady(message, last, []);
}
