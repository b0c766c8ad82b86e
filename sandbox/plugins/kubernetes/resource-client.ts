import type { ApiRequest, Connection } from "./connection.ts";
import type { ResourceType } from "./discovery.ts";
import { itemsOf } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** How a change is made. */
export interface WriteOptions {
  readonly fieldManager: string;
  /** Only tries it; nothing is stored. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What becomes of the objects that a deleted one owns. */
export type DeletionPolicy = "Foreground" | "Background" | "Orphan";

/** The path of the objects of a type, in a namespace (`default` where none is named) if the type has them. */
export function collectionPath(type: ResourceType, namespace: string): string {
  const root = type.apiVersion.includes("/") ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  return type.namespaced
    ? `${root}/namespaces/${encodeURIComponent(namespace || "default")}/${type.plural}`
    : `${root}/${type.plural}`;
}

/** Reads and writes objects of one type in one namespace. All methods throw ApiError when the server refuses. */
export class ResourceClient {
  /** The collection's path. */
  readonly path: string;
  private readonly connection: Connection;

  constructor(connection: Connection, type: ResourceType, namespace: string) {
    this.connection = connection;
    this.path = collectionPath(type, namespace);
  }

  get(name: string, signal: AbortSignal): Promise<KubernetesObject> {
    return this.connection.send({ method: "GET", path: this.of(name), signal });
  }

  async list(signal: AbortSignal): Promise<KubernetesObject[]> {
    return itemsOf(await this.connection.send({ method: "GET", path: this.path, signal }));
  }

  create(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
    return this.write({ method: "POST", path: this.path, body: object }, options);
  }

  replace(name: string, object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
    return this.write({ method: "PUT", path: this.of(name), body: object }, options);
  }

  /** Server-side apply. @param force takes fields from other managers */
  apply(name: string, object: KubernetesObject, options: WriteOptions, force: boolean): Promise<KubernetesObject> {
    const contentType = "application/apply-patch+yaml";
    return this.write(
      { method: "PATCH", path: this.of(name), body: object, contentType, query: { force: String(force) } },
      options,
    );
  }

  /** RFC 7386. */
  mergePatch(name: string, patch: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
    const contentType = "application/merge-patch+json";
    return this.write({ method: "PATCH", path: this.of(name), body: patch, contentType }, options);
  }

  /** RFC 6902. */
  jsonPatch(name: string, patch: readonly object[], signal: AbortSignal): Promise<KubernetesObject> {
    const contentType = "application/json-patch+json";
    return this.connection.send({ method: "PATCH", path: this.of(name), body: patch, contentType, signal });
  }

  delete(name: string, policy: DeletionPolicy, signal: AbortSignal): Promise<KubernetesObject> {
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: policy };
    return this.connection.send({ method: "DELETE", path: this.of(name), body, signal });
  }

  private of(name: string): string {
    return `${this.path}/${encodeURIComponent(name)}`;
  }

  private write(request: ApiRequest, options: WriteOptions): Promise<KubernetesObject> {
    const query = {
      ...request.query,
      fieldManager: options.fieldManager,
      ...(options.dryRun ? { dryRun: "All" } : {}),
    };
    return this.connection.send({ ...request, query, signal: options.signal });
  }
}
