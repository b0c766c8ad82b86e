import { unknown } from "../shared/values.ts";
import type { ValueMap } from "../shared/values.ts";
import { objectFrom, readCheckpoint } from "./checkpoint.ts";
import { isNamespaced } from "./cluster.ts";
import type { Session } from "./cluster.ts";
import { isJobComplete } from "./await/job-and-pod.ts";
import { differences } from "./difference.ts";
import type { Change } from "./difference.ts";
import { forceNew } from "./force-new.ts";
import { kindFromObject } from "./kinds.ts";
import { isAutonamed, isNamed } from "./naming.ts";
import { canonicalNamespace, normalizeInputs } from "./normalize.ts";
import { annotationOf, apiVersionOf, at, kindOf, nameOf, namespaceOf, put, remove } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import { contains, readPath, writePath } from "./property-path.ts";
import { pruned } from "./prune.ts";

/** A request to compare a resource with new inputs. */
export interface DiffRequest {
  readonly urn: string;
  /** The resource's state. */
  readonly olds: ValueMap;
  readonly news: ValueMap;
  /** Property paths that don't count. */
  readonly ignoreChanges: readonly string[];
}

/** What an update would do. */
export interface DiffResult {
  readonly changed: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** By property path. */
  readonly details: ReadonlyMap<string, { readonly change: Change; readonly replace: boolean }>;
}

/**
 * Compares new inputs with the last known state of the object, in the shape of the old inputs: what the server or others added
 * doesn't count, a set field that was changed by hand does, once a refresh has seen it.
 */
export async function diff(session: Session, request: DiffRequest): Promise<DiffResult> {
  const { settings } = session;
  const checkpoint = readCheckpoint(request.olds);
  const before = normalizeInputs(checkpoint.inputs);
  const wanted = normalizeInputs(objectFrom(request.news));
  const old = pruned(checkpoint.live, before);
  await alignNamespaces(session, old, wanted);
  if (apiVersionOf(old) === "" && kindOf(old) === "") {
    put(old, ["apiVersion"], apiVersionOf(wanted));
    put(old, ["kind"], kindOf(wanted));
  }
  if (settings.enableServerSideApply) remove(old, "metadata", "resourceVersion");
  if (nameOf(wanted) !== "") put(old, ["metadata", "name"], nameOf(checkpoint.live));
  const ignored = request.ignoreChanges.map(readPath);
  const found = differences(old, wanted, forceNew(wanted, settings)).filter(
    ({ path }) => !ignored.some((ignore) => contains(ignore, path)),
  );
  const details = new Map(found.map(({ path, change, replace }) => [writePath(path), { change, replace }]));
  const replaces = [...details].filter(
    ([path, { change, replace }]) => replace || (path === "metadata" && change === "delete"),
  );
  const unready = await isUnreadyJob(session, request.urn, wanted, checkpoint.live);
  const names = replaces.map(([path]) => path);
  if (unready) names.push('.metadata.annotations["pulumi.com/replaceUnready"]');
  const sameName =
    isNamed(wanted) &&
    !isAutonamed(wanted) &&
    nameOf(wanted) === nameOf(checkpoint.live) &&
    namespaceOf(wanted) === namespaceOf(checkpoint.live);
  return {
    changed: found.length > 0 || unready,
    replaces: names,
    deleteBeforeReplace: names.length > 0 && sameName,
    details,
  };
}

/** A missing namespace means `default`, and kinds without namespaces have none: neither is a difference. */
async function alignNamespaces(session: Session, old: KubernetesObject, wanted: KubernetesObject): Promise<void> {
  const namespaced = await isNamespaced(session, kindFromObject(wanted));
  for (const object of [old, wanted]) {
    if (!namespaced) remove(object, "metadata", "namespace");
    else if (at(object, "metadata", "namespace") !== unknown)
      put(object, ["metadata", "namespace"], canonicalNamespace(object));
  }
}

/** The annotation `pulumi.com/replaceUnready` runs a Job again that did not succeed. */
async function isUnreadyJob(
  session: Session,
  urn: string,
  wanted: KubernetesObject,
  live: KubernetesObject,
): Promise<boolean> {
  if (annotationOf(wanted, "pulumi.com/replaceUnready") !== "true") return false;
  if (session.cluster === undefined) {
    session.log.log("warning", urn, "Cluster is unreachable, skipping replaceUnready check");
    return false;
  }
  if (kindOf(wanted) !== "Job") {
    session.log.log("warning", urn, "replaceUnready annotation is not supported for this resource");
    return false;
  }
  try {
    const job = await (await session.cluster.clientFor(live)).get(nameOf(live), session.cancelled);
    return !isJobComplete(job);
  } catch {
    // A Job that can't be looked at is left to the update.
    return false;
  }
}
