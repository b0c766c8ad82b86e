import { NotInStandIn } from "../shared/plugin-errors.ts";
import { unknown } from "../shared/values.ts";
import type { ValueMap } from "../shared/values.ts";
import { objectFrom, propertiesFrom } from "./checkpoint.ts";
import { isNamespaced } from "./cluster.ts";
import type { Session } from "./cluster.ts";
import { kindFromType, nameOfUrn, typeOfUrn } from "./kinds.ts";
import { adoptName, assignName, autonamed, hasManagedByLabel, isGenerateName, setManagedByLabel } from "./naming.ts";
import type { EngineNaming } from "./naming.ts";
import { normalizeInputs } from "./normalize.ts";
import { at, kindOf, map, namespaceOf, put } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** A request to check inputs. */
export interface CheckRequest {
  readonly urn: string;
  readonly olds: ValueMap;
  readonly news: ValueMap;
  readonly seed: Uint8Array;
  readonly naming: EngineNaming | undefined;
}

const officialName = "pulumi-resource-kubernetes";

/** @throws Error for types that can't be made one by one, and for those that the stand-in leaves out */
function refuseSpecialTypes(type: string, kind: string): void {
  const [, module = "", name = ""] = type.split(":");
  if (/^(helm|kustomize|yaml)/.test(module)) throw new NotInStandIn(type, officialName);
  if (name === `${kind}Patch`) throw new NotInStandIn(`the patch resource ${type}`, officialName);
  if (/^(?!.*Allow).*List$/.test(name) && name === kind)
    throw new Error(
      "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. " +
        "Use the underlying resource type instead",
    );
}

/**
 * Completes a resource's inputs: name, namespace and, for client-side apply, the label of what manages it.
 * @throws Error when the inputs can't be used
 */
export async function check(session: Session, request: CheckRequest): Promise<ValueMap> {
  const { settings, cluster, log } = session;
  const { urn, news } = request;
  if (cluster === undefined && settings.skipUpdateUnreachable) {
    log.log("warning", urn, "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...");
    return request.olds;
  }
  const inputs = normalizeInputs(objectFrom(news));
  refuseSpecialTypes(typeOfUrn(urn), kindOf(inputs));
  for (const key of Object.keys(map(inputs, "metadata", "annotations")))
    if (key.startsWith(autonamed))
      log.log("warning", urn, `ignoring user-specified value for internal annotation "${key}"`);
  if (Object.keys(request.olds).length > 0) {
    const old = objectFrom(request.olds);
    adoptName(inputs, old);
    if (hasManagedByLabel(old)) setManagedByLabel(inputs);
  } else {
    assignName(inputs, nameOfUrn(urn), request.seed, request.naming);
    if (!settings.enableServerSideApply) setManagedByLabel(inputs);
  }
  if (isGenerateName(inputs) && settings.enableServerSideApply)
    throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
  await setNamespace(session, urn, inputs);
  return propertiesFrom(inputs, news);
}

async function setNamespace(session: Session, urn: string, inputs: KubernetesObject): Promise<void> {
  if (session.defaultNamespace === "" || namespaceOf(inputs) !== "") return;
  const kind = kindFromType(typeOfUrn(urn));
  if (at(inputs, "metadata", "namespace") === unknown) return;
  const namespaced = await isNamespaced(session, kind);
  if (namespaced) put(inputs, ["metadata", "namespace"], session.defaultNamespace);
}
