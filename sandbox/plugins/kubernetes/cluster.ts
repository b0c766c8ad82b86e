import type { EngineLog } from "../shared/engine-log.ts";
import { ApiError } from "./api-error.ts";
import { Connection } from "./connection.ts";
import { accessFor } from "./credentials.ts";
import { Discovery } from "./discovery.ts";
import { kindFromObject, namespacedByName } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { activeContext, ambientKubeconfig, parseKubeconfig } from "./kubeconfig.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import { kindOf, nameOf, namespaceOf } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";
import { ResourceClient } from "./resource-client.ts";
import type { Settings } from "./settings.ts";
import { Watches } from "./watches.ts";

/** A cluster that answers. */
export class Cluster {
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly watches: Watches;

  constructor(connection: Connection) {
    this.connection = connection;
    this.discovery = new Discovery(connection);
    this.watches = new Watches(connection);
  }

  /** The client for an object's kind and namespace. @throws NoSuchKind */
  async clientFor(object: KubernetesObject): Promise<ResourceClient> {
    // To a deletion, a kind that the server lacks says that the object is gone.
    if (kindOf(object) === "")
      throw new Error(`the state of "${nameOf(object)}" does not say what kind of object it is`);
    const type = await this.discovery.resolve(kindFromObject(object));
    return new ResourceClient(this.connection, type, namespaceOf(object));
  }
}

/** What the operations on resources work with. */
export interface Session {
  readonly settings: Settings;
  /** For objects that name no namespace; "" when nothing says one. */
  readonly defaultNamespace: string;
  /** Undefined when it can't be reached. */
  readonly cluster: Cluster | undefined;
  /** Why not. */
  readonly unreachable: string;
  readonly log: EngineLog;
  /** Aborted when the person gives up. */
  readonly cancelled: AbortSignal;
}

/** A session's cluster. @throws Error when it can't be reached */
export function reachable(session: Session): Cluster {
  if (session.cluster === undefined)
    throw new Error(`configured Kubernetes cluster is unreachable: ${session.unreachable}`);
  return session.cluster;
}

/** Whether objects of a kind live in namespaces. Without a cluster, a kind that is not built in is taken for one that does. */
export const isNamespaced = async (session: Session, kind: Kind) =>
  session.cluster === undefined ? (namespacedByName(kind) ?? true) : session.cluster.discovery.isNamespaced(kind);

/**
 * Connects to the cluster that the settings lead to. A cluster that can't be reached is no error here: a preview works without,
 * and each operation that needs it says so.
 */
export async function openSession(settings: Settings, log: EngineLog, cancelled: AbortSignal): Promise<Session> {
  const session = { settings, log, cancelled };
  let config: Kubeconfig;
  try {
    config = settings.kubeconfig === "" ? await ambientKubeconfig() : await parseKubeconfig(settings.kubeconfig);
  } catch (error) {
    const unreachable = `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${message(error)}`;
    return { ...session, defaultNamespace: settings.namespace, cluster: undefined, unreachable };
  }
  let defaultNamespace = settings.namespace || "default";
  try {
    const namespace = settings.namespace === "" ? undefined : settings.namespace;
    const context = activeContext(config, { context: settings.context, cluster: settings.cluster, namespace });
    defaultNamespace = context.namespace || "default";
    const connection = new Connection(await accessFor(config, context), settings.requestTimeout);
    await connection.send({ method: "GET", path: "/openapi/v3", signal: cancelled }).catch((error: unknown) => {
      // This request's answer is read raw by the official plugin, so that it has a sentence of its own for a refused account.
      const refused = error instanceof ApiError && error.code === 401;
      const reason = refused ? "the server has asked for the client to provide credentials" : message(error);
      throw new Error(`unable to load schema information from the API server: ${reason}`, { cause: error });
    });
    return { ...session, defaultNamespace, cluster: new Cluster(connection), unreachable: "" };
  } catch (error) {
    const known = message(error).startsWith("unable to load schema information");
    const setUp =
      "unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n \t • set up the provider as per " +
      "https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n ";
    return {
      ...session,
      defaultNamespace,
      cluster: undefined,
      unreachable: known ? message(error) : setUp + message(error),
    };
  }
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
