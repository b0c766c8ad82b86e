import { containsUnknown, isMap } from "../shared/values.ts";
import type { PlainMap, ValueMap } from "../shared/values.ts";
import { NoSuchKind, isForbidden } from "./api-error.ts";
import { NotReady } from "./await/await-ready.ts";
import { objectFrom, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { reachable } from "./cluster.ts";
import type { Session } from "./cluster.ts";
import { fieldManagerFor } from "./create.ts";
import { explained, messageOf, partial } from "./failures.ts";
import { isForced, takeOver, withIgnored } from "./field-managers.ts";
import { isDefinition, kindFromObject } from "./kinds.ts";
import { normalizeInputs } from "./normalize.ts";
import { apiVersionOf, idOf, kindOf, nameOf, namespaceOf, put, text } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import type { ResourceClient } from "./resource-client.ts";
import { waitUntilReady } from "./waiting.ts";

/** A request to change a resource. */
export interface UpdateRequest {
  readonly urn: string;
  /** The resource's state. */
  readonly olds: ValueMap;
  readonly news: ValueMap;
  /** Seconds; 0 for the default. */
  readonly timeout: number;
  readonly preview: boolean;
  /** Property paths that keep their live values. */
  readonly ignoreChanges: readonly string[];
}

/**
 * Changes an object in place and waits until it is ready; a preview asks the server what would come of it. Returns the new state.
 * @throws Error when nothing is known of the object any more, ResourceInitFailed when it is there but not as asked for
 */
export async function update(session: Session, request: UpdateRequest): Promise<ValueMap> {
  const { urn, preview } = request;
  if (!preview) reachable(session);
  const inputs = normalizeInputs(objectFrom(request.news));
  const canTry = !containsUnknown(inputs) && (await session.cluster?.discovery.has(kindFromObject(inputs))) === true;
  if (preview && !canTry) return request.news;
  const cluster = reachable(session);
  const checkpoint = readCheckpoint(request.olds);
  const oldInputs = normalizeInputs(checkpoint.inputs);
  const oldManager = fieldManagerFor(session, oldInputs, checkpoint.fieldManager);
  const fieldManager = fieldManagerFor(session, inputs, checkpoint.fieldManager);
  const initialApiVersion = checkpoint.initialApiVersion ?? apiVersionOf(oldInputs);
  const state = (live: KubernetesObject) =>
    writeCheckpoint({ inputs, live, initialApiVersion, fieldManager }, request.news);
  const name = nameOf(checkpoint.live);
  const change = { session, inputs, oldInputs, fieldManager, preview, ignored: request.ignoreChanges };
  try {
    const client = await cluster.clientFor(inputs);
    const previous = await client.get(name, session.cancelled);
    const object = await persist(change, client, previous);
    if (preview) return state(object);
    const live = await waitUntilReady(session, cluster, { urn, inputs, object, previous, timeout: request.timeout });
    if (session.settings.enableServerSideApply && oldManager !== fieldManager)
      await relinquish(session, client, live, oldManager);
    return state(live);
  } catch (error) {
    if (preview && isForbidden(error)) return request.news;
    if (error instanceof NoSuchKind)
      throw new Error(
        `update of resource "${urn}" failed because the Kubernetes API server reported that the apiVersion for this resource ` +
          `does not exist. Verify that any required CRDs have been created: ${error.message}`,
        { cause: error },
      );
    const live = await liveAfter(session, checkpoint.live, error).catch((reason: unknown) => {
      const failed = `update of resource "${urn}" failed: ${messageOf(error)}`;
      throw new Error(`${failed}\nunable to get cluster state: ${messageOf(reason)}`, { cause: error });
    });
    const what = `the Kubernetes API server reported that "${idOf(live)}" failed to fully initialize or become live`;
    throw partial(`${what}: ${messageOf(error)}`, error, live, state(live));
  }
}

/** What the cluster has after a failure. A person who gave up also cancelled that request: then the last state seen has to do. */
async function liveAfter(session: Session, old: KubernetesObject, error: unknown): Promise<KubernetesObject> {
  if (session.cancelled.aborted && error instanceof NotReady) return error.object;
  return (await reachable(session).clientFor(old)).get(nameOf(old), session.cancelled);
}

interface Change {
  readonly session: Session;
  readonly inputs: KubernetesObject;
  readonly oldInputs: KubernetesObject;
  readonly fieldManager: string;
  readonly preview: boolean;
  readonly ignored: readonly string[];
}

async function persist(change: Change, client: ResourceClient, live: KubernetesObject): Promise<KubernetesObject> {
  const { session, inputs, fieldManager, preview } = change;
  const { settings, cancelled: signal } = session;
  const options = { fieldManager, dryRun: preview, signal };
  const name = nameOf(live);
  if (isDefinition(inputs)) {
    const replacement = { ...inputs, metadata: { ...(isMap(inputs["metadata"]) ? inputs["metadata"] : {}) } };
    put(replacement, ["metadata", "resourceVersion"], text(live, "metadata", "resourceVersion"));
    return client.replace(name, replacement, options);
  }
  if (!settings.enableServerSideApply)
    return client.mergePatch(name, mergePatch(change.oldInputs, inputs, live), options);
  const managed = preview ? undefined : takeOver(live, fieldManager);
  const current =
    managed === undefined
      ? live
      : await client.jsonPatch(name, [{ op: "replace", path: "/metadata/managedFields", value: managed }], signal);
  const force = isForced({ inputs, live: current, enablePatchForce: settings.enablePatchForce, preview });
  try {
    return await client.apply(name, withIgnored(inputs, current, fieldManager, change.ignored), options, force);
  } catch (error) {
    throw explained(error, fieldManager);
  }
}

/** The JSON merge patch (RFC 7386) that brings a live object to new inputs and takes out what only the old ones had. */
function mergePatch(old: PlainMap, wanted: PlainMap, live: PlainMap): PlainMap {
  const patch: PlainMap = {};
  for (const key of Object.keys(old)) if (!(key in wanted) && key in live) patch[key] = null;
  for (const [key, value] of Object.entries(wanted)) {
    const before = old[key];
    const now = live[key];
    if (!isMap(value) || !isMap(now)) patch[key] = value;
    else patch[key] = mergePatch(isMap(before) ? before : {}, value, now);
  }
  return patch;
}

/** An apply of nothing but the identity gives up all fields that a manager has. */
function relinquish(session: Session, client: ResourceClient, live: KubernetesObject, fieldManager: string) {
  const namespace = namespaceOf(live) === "" ? {} : { namespace: namespaceOf(live) };
  const identity = {
    apiVersion: apiVersionOf(live),
    kind: kindOf(live),
    metadata: { name: nameOf(live), ...namespace },
  };
  return client.apply(nameOf(live), identity, { fieldManager, dryRun: false, signal: session.cancelled }, false);
}
