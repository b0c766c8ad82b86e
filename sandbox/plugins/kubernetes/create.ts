import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { containsUnknown } from "../shared/values.ts";
import type { ValueMap } from "../shared/values.ts";
import {
  NoSuchKind,
  isAlreadyExists,
  isForbidden,
  isImmutableField,
  isNamespaceMissing,
  isNotFound,
} from "./api-error.ts";
import { NotReady } from "./await/await-ready.ts";
import { objectFrom, writeCheckpoint } from "./checkpoint.ts";
import { reachable } from "./cluster.ts";
import type { Cluster, Session } from "./cluster.ts";
import { alreadyExistsAdvice, explained, messageOf, partial } from "./failures.ts";
import { clientSideManager, isForced } from "./field-managers.ts";
import { kindFromObject } from "./kinds.ts";
import { newFieldManager } from "./naming.ts";
import { annotationOf, apiVersionOf, idOf, nameOf, put, remove } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import { waitUntilReady } from "./waiting.ts";

/** A request to make a resource. */
export interface CreateRequest {
  readonly urn: string;
  readonly properties: ValueMap;
  /** Seconds; 0 for the default. */
  readonly timeout: number;
  readonly preview: boolean;
}

/** A resource that was made; its id is "" in a preview. */
export interface Created {
  readonly id: string;
  readonly properties: ValueMap;
}

/** Pauses before further tries at an object whose namespace or definition is not there yet, in seconds. */
const pauses = [1, 2, 4, 8, 16] as const;

/** The field manager of a resource: its annotation's, else the one remembered, else a new one. */
export function fieldManagerFor(session: Session, inputs: KubernetesObject, remembered?: string): string {
  if (!session.settings.enableServerSideApply) return clientSideManager;
  return annotationOf(inputs, "pulumi.com/patchFieldManager") || (remembered ?? newFieldManager());
}

/**
 * Makes an object and waits until it is ready. A preview asks the server what it would make of it, where it can.
 * @throws Error when it was not made, ResourceInitFailed when it was made but is not ready
 */
export async function create(session: Session, request: CreateRequest): Promise<Created> {
  const { urn, preview } = request;
  if (!preview) reachable(session);
  const inputs = objectFrom(request.properties);
  const asIs = { id: "", properties: request.properties };
  if (preview && !(await canTry(session, inputs))) return asIs;
  const cluster = reachable(session);
  const fieldManager = fieldManagerFor(session, inputs);
  const initialApiVersion = apiVersionOf(inputs);
  const state = (live: KubernetesObject) =>
    writeCheckpoint({ inputs, live, initialApiVersion, fieldManager }, request.properties);
  let made: KubernetesObject;
  try {
    made = await persist(session, cluster, urn, inputs, { fieldManager, preview });
  } catch (error) {
    if (preview && (isForbidden(error) || isNamespaceMissing(error) || isAlreadyExists(error))) return asIs;
    throw notCreated(urn, inputs, error);
  }
  session.log.status("info", urn, "");
  if (preview) {
    // What the server would say of the status is not what the status will be.
    remove(made, "status");
    return { id: "", properties: state(made) };
  }
  try {
    const live = await waitUntilReady(session, cluster, { urn, inputs, object: made, timeout: request.timeout });
    return { id: idOf(live), properties: state(live) };
  } catch (error) {
    const live = error instanceof NotReady ? error.object : made;
    const what = "but the Kubernetes API server reported that it failed to fully initialize or become live";
    throw partial(`resource "${urn}" was successfully created, ${what}: ${messageOf(error)}`, error, live, state(live));
  }
}

async function canTry(session: Session, inputs: KubernetesObject): Promise<boolean> {
  if (containsUnknown(inputs) || !session.settings.enableServerSideApply || session.cluster === undefined) return false;
  return session.cluster.discovery.has(kindFromObject(inputs));
}

/** Sends the object. What it needs (a namespace, a definition) may be made at the same time: it is tried again for half a minute. */
async function persist(
  session: Session,
  cluster: Cluster,
  urn: string,
  inputs: KubernetesObject,
  how: { fieldManager: string; preview: boolean },
): Promise<KubernetesObject> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send(session, cluster, urn, inputs, how);
    } catch (error) {
      if (how.preview && isNamespaceMissing(error)) throw error;
      session.log.status("info", urn, `Retry #${String(attempt)}; creation failed: ${messageOf(error)}`);
      const pause = pauses[attempt];
      if (pause === undefined || !(isNotFound(error) || error instanceof NoSuchKind)) throw error;
      await delay(pause * 1000, undefined, { signal: session.cancelled });
    }
  }
}

async function send(
  session: Session,
  cluster: Cluster,
  urn: string,
  inputs: KubernetesObject,
  { fieldManager, preview }: { fieldManager: string; preview: boolean },
): Promise<KubernetesObject> {
  const { settings } = session;
  const client = await cluster.clientFor(inputs);
  const options = { dryRun: preview, signal: session.cancelled };
  if (!settings.enableServerSideApply || !settings.upsertExistingObjects)
    return client.create(inputs, { ...options, fieldManager: clientSideManager });
  const force = isForced({ inputs, live: undefined, enablePatchForce: settings.enablePatchForce, preview });
  const apply = (object: KubernetesObject) => client.apply(nameOf(object), object, { ...options, fieldManager }, force);
  try {
    return await apply(inputs).catch((error: unknown) => {
      if (!preview || !isImmutableField(error)) throw error;
      // A replacement can't be tried under the name that is still taken.
      const name = nameOf(inputs) + randomBytes(3).toString("hex").slice(0, 5);
      session.log.log("info", urn, `Preview creation failed due to immutable fields; retrying with name "${name}"`);
      put(inputs, ["metadata", "name"], name);
      return apply(inputs);
    });
  } catch (error) {
    throw explained(error, fieldManager);
  }
}

function notCreated(urn: string, inputs: KubernetesObject, error: unknown): Error {
  const { group, version, kind } = kindFromObject(inputs);
  const missing = `creation of resource "${urn}" with kind ${group === "" ? "" : `${group}/`}${version}/${kind} failed because`;
  if (error instanceof NoSuchKind)
    return new Error(
      `${missing} the Kubernetes API server reported that the apiVersion for this resource does not exist. ` +
        `Verify that any required CRDs have been created: ${error.message}`,
      { cause: error },
    );
  const advice = isAlreadyExists(error) ? alreadyExistsAdvice : "";
  const text = `resource "${urn}" was not successfully created by the Kubernetes API server: ${messageOf(error)}${advice}`;
  return new Error(text, { cause: error });
}
