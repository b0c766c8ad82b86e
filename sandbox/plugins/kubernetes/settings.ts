import { parseObject, number } from "./objects.ts";

/** The provider's configuration. */
export interface Settings {
  /** A kubeconfig's path or contents; "" to look where kubectl looks. */
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  /** For objects that name none; "" to take the kubeconfig's. */
  readonly namespace: string;
  /** Drop resources from the state whose cluster can't be reached. */
  readonly deleteUnreachable: boolean;
  /** Leave resources alone whose cluster can't be reached. */
  readonly skipUpdateUnreachable: boolean;
  /** Default true. */
  readonly enableServerSideApply: boolean;
  /** Take fields from other managers. */
  readonly enablePatchForce: boolean;
  /** Let a create change an object that is there already. */
  readonly upsertExistingObjects: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
  /** Seconds until a request is given up; undefined: never. */
  readonly requestTimeout: number | undefined;
  /** Where YAML would be written to; the stand-in refuses it. */
  readonly renderYamlToDirectory: string;
}

const environmentNames = {
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
  skipUpdateUnreachable: "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
  enableServerSideApply: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
} as const;

/**
 * Reads the configuration as `Configure` brings it: texts under `kubernetes:config:NAME`. The environment counts where a flag is not set.
 * @throws Error when kubeClientSettings is not JSON or its timeout is no number
 */
export function readSettings(
  variables: ReadonlyMap<string, string>,
  environment: NodeJS.ProcessEnv = process.env,
): Settings {
  const get = (name: string) => variables.get(`kubernetes:config:${name}`);
  const flag = (name: keyof typeof environmentNames, otherwise = false) => {
    const value = get(name) ?? environment[environmentNames[name]];
    return value === undefined ? otherwise : value === "true";
  };
  return {
    kubeconfig: get("kubeconfig") ?? "",
    context: get("context") || undefined,
    cluster: get("cluster") || undefined,
    namespace: get("namespace") ?? "",
    deleteUnreachable: flag("deleteUnreachable"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable"),
    enableServerSideApply: flag("enableServerSideApply", true),
    enablePatchForce: flag("enablePatchForce"),
    upsertExistingObjects: flag("upsertExistingObjects"),
    enableConfigMapMutable: flag("enableConfigMapMutable"),
    enableSecretMutable: flag("enableSecretMutable"),
    requestTimeout: requestTimeout(get("kubeClientSettings"), environment["PULUMI_K8S_CLIENT_TIMEOUT"]),
    renderYamlToDirectory: get("renderYamlToDirectory") ?? "",
  };
}

function requestTimeout(settings: string | undefined, fallback: string | undefined): number | undefined {
  let seconds: number | undefined;
  try {
    seconds = settings === undefined ? undefined : number(parseObject(settings), "timeout");
  } catch (error) {
    throw new Error("failed to unmarshal kubeClientSettings option: it is not JSON", { cause: error });
  }
  if (seconds !== undefined || fallback === undefined || fallback === "") return seconds;
  if (!/^\d+$/.test(fallback))
    throw new Error(`invalid value specified for PULUMI_K8S_CLIENT_TIMEOUT: "${fallback}" is no whole number`);
  return Number(fallback);
}
