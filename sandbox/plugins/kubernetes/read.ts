import type { ValueMap } from "../shared/values.ts";
import { NoSuchKind, isNotFound } from "./api-error.ts";
import { NotReady, once, watchedPath } from "./await/await-ready.ts";
import { readAwaiterKind } from "./await/awaiters.ts";
import { objectFrom, propertiesFrom, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { Cluster, Session } from "./cluster.ts";
import { fieldManagerFor } from "./create.ts";
import { messageOf, partial } from "./failures.ts";
import { apiVersion, kindFromType, typeOfUrn } from "./kinds.ts";
import { copyOf, normalizeInputs } from "./normalize.ts";
import { apiVersionOf, idOf, itemsOf, kindOf, nameOf, parseId, put, remove } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import { pruned } from "./prune.ts";

/** A request to read a resource: one in the state, or, with no state, one to import. */
export interface ReadRequest {
  readonly urn: string;
  readonly id: string;
  /** The resource's state; empty for an import. */
  readonly properties: ValueMap;
  /** The resource's inputs; empty for an import. */
  readonly inputs: ValueMap;
}

/** A resource as it is now; with an empty id when it is gone. */
export interface ReadResult {
  readonly id: string;
  readonly properties: ValueMap;
  readonly inputs: ValueMap;
}

const gone: ReadResult = { id: "", properties: {}, inputs: {} };

/**
 * Reads an object from the cluster. Its inputs are the old ones with their live values; those of an imported one are all its fields.
 * @throws Error when the cluster can't be reached, ResourceInitFailed when the object is there but not ready
 */
export async function read(session: Session, request: ReadRequest): Promise<ReadResult> {
  const { urn, id } = request;
  const { cluster } = session;
  if (cluster === undefined) return readUnreachable(session, request);
  const { namespace, name } = parseId(id);
  if (name === "")
    throw new Error(`failed to read resource because of a failure to parse resource name from request ID: ${id}`);
  const checkpoint = readCheckpoint(request.properties);
  const oldInputs = normalizeInputs(objectFrom(request.inputs));
  const imported = kindOf(oldInputs) === "" && kindOf(checkpoint.live) === "";
  if (kindOf(oldInputs) === "") identify(oldInputs, checkpoint.live, urn, namespace, name);
  const initialApiVersion = checkpoint.initialApiVersion ?? apiVersionOf(oldInputs);
  const fieldManager = fieldManagerFor(session, oldInputs, checkpoint.fieldManager);
  let live: KubernetesObject;
  try {
    live = await (await cluster.clientFor(oldInputs)).get(name, session.cancelled);
  } catch (error) {
    // Without its definition a custom resource can't exist either.
    if (isNotFound(error) || error instanceof NoSuchKind) return gone;
    throw error;
  }
  const inputs = imported ? importedInputs(live) : pruned(live, oldInputs);
  const state = writeCheckpoint({ inputs, live, initialApiVersion, fieldManager }, request.inputs);
  const inputProperties = propertiesFrom(inputs, request.inputs);
  if (!imported) {
    try {
      await checkReady(session, cluster, urn, oldInputs, live);
    } catch (error) {
      throw partial(messageOf(error), error, live, state, inputProperties);
    }
  }
  return { id: id === "" ? idOf(live) : id, properties: state, inputs: inputProperties };
}

function readUnreachable(session: Session, { urn, id, properties, inputs }: ReadRequest): ReadResult {
  const { log, settings } = session;
  log.log("warning", urn, `configured Kubernetes cluster is unreachable: ${session.unreachable}`);
  if (settings.deleteUnreachable) {
    const what = "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled.";
    log.log("info", urn, `${what} Deleting the unreachable resource from Pulumi state`);
    return gone;
  }
  if (settings.skipUpdateUnreachable) {
    const what = "configured Kubernetes cluster is unreachable and the `skipUnreachable` option is enabled.";
    log.log("info", urn, `${what} Returned data could not reflect the actual cluster configuration.`);
    return { id, properties, inputs };
  }
  throw new Error(
    "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource from " +
      'Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
  );
}

/** Says in inputs that lack it what object is meant. */
function identify(
  inputs: KubernetesObject,
  live: KubernetesObject,
  urn: string,
  namespace: string,
  name: string,
): void {
  const kind = kindOf(live) === "" ? kindFromType(typeOfUrn(urn)) : undefined;
  inputs["apiVersion"] = kind === undefined ? apiVersionOf(live) : apiVersion(kind);
  inputs["kind"] = kind === undefined ? kindOf(live) : kind.kind;
  if (nameOf(inputs) === "") put(inputs, ["metadata", "name"], name);
  if (namespace !== "") put(inputs, ["metadata", "namespace"], namespace);
}

/** All of an object that a program could have set. */
function importedInputs(live: KubernetesObject): KubernetesObject {
  const inputs = copyOf(live);
  remove(inputs, "status");
  for (const field of ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"])
    remove(inputs, "metadata", field);
  for (const key of ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"])
    remove(inputs, "metadata", "annotations", key);
  return inputs;
}

/** @throws NotReady when the object is not ready at this moment */
async function checkReady(
  session: Session,
  cluster: Cluster,
  urn: string,
  inputs: KubernetesObject,
  live: KubernetesObject,
) {
  const say = once((severity, message) => {
    session.log.status(severity, urn, message);
  });
  const awaiter = readAwaiterKind(inputs, live)?.({ object: live, say, after: () => undefined });
  if (awaiter === undefined) return;
  for (const watched of awaiter.watched) {
    const path = watchedPath(watched, live);
    const answer = await cluster.connection.send({ method: "GET", path, signal: session.cancelled }).catch(() => ({}));
    for (const object of itemsOf(answer)) awaiter.observe(watched.plural, { type: "ADDED", object });
  }
  awaiter.settle?.();
  if (!awaiter.isReady())
    throw new NotReady(`Resource '${nameOf(live)}' was created but failed to initialize`, live, awaiter.problems());
  session.log.status("info", urn, "");
}
