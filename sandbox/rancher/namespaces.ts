import type { V1Namespace } from "@kubernetes/client-node";
import { Watch } from "@kubernetes/client-node";

import type { ApiServer } from "./api-server.ts";
import { mergePatch } from "./api-server.ts";
import type { Identity } from "./auth.ts";
import { keys, mapPatch, merged, visible } from "./keys.ts";
import { fieldAnnotations, isLive, projectOf } from "./namespace.ts";
import type { NamespaceBody } from "./namespace.ts";
import { isNotFound, kubernetesStatus, NormanError, notFound } from "./norman.ts";
import { projectId } from "./project.ts";
import type { Project } from "./project.ts";

/** Seconds that making a namespace waits for an old one of the same name to be gone. The provider gives a request up after 60. */
const patience = 45;

/** The namespaces of the one cluster: the API server's own. */
export class Namespaces {
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  /** @param project only the namespaces of this project, by its id */
  async list(project?: string): Promise<V1Namespace[]> {
    const { items } = await this.#server.core.listNamespace();
    return items.filter(
      (namespace) => isLive(namespace) && (project === undefined || projectOf(namespace) === project),
    );
  }

  /** @throws NormanError NotFound, also while the namespace is being deleted */
  async read(name: string): Promise<V1Namespace> {
    try {
      const namespace = await this.#server.core.readNamespace({ name });
      if (isLive(namespace)) return namespace;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    throw notFound(`namespace ${name}`);
  }

  /**
   * Makes a namespace. An old one of that name that is being deleted, which `/v3` shows as gone already, is waited for.
   * @throws NormanError MissingRequired without a name; AlreadyExists
   */
  async create(body: NamespaceBody, project: Project | undefined, by: Identity): Promise<V1Namespace> {
    const name = body.name ?? "";
    if (name === "") throw new NormanError(422, "MissingRequired", "name is required", "name");
    const fields = Object.entries(fieldAnnotations(body)).flatMap(([key, value]): [string, string][] =>
      value === null ? [] : [[key, value]],
    );
    const request = {
      body: {
        metadata: {
          name,
          labels: { ...visible(body.labels ?? {}), ...projectLabel(project) },
          annotations: {
            ...visible(body.annotations ?? {}),
            ...Object.fromEntries(fields),
            ...projectAnnotation(project),
            [keys.creator]: by.user,
          },
        },
      },
    };
    try {
      return await this.#server.core.createNamespace(request);
    } catch (error) {
      if (kubernetesStatus(error)?.reason !== "AlreadyExists" || !(await this.#goes(name))) throw error;
      return await this.#server.core.createNamespace(request);
    }
  }

  /** Changes what the body has; labels and annotations that it has become exactly those. The project stays: `move` changes that. */
  async update(namespace: V1Namespace, body: NamespaceBody): Promise<V1Namespace> {
    const { name = "", labels = {}, annotations = {} } = namespace.metadata ?? {};
    const metadata = {
      labels: mapPatch(labels, merged(labels, body.labels)),
      annotations: { ...mapPatch(annotations, merged(annotations, body.annotations)), ...fieldAnnotations(body) },
    };
    return await this.#server.core.patchNamespace({ name, body: { metadata } }, mergePatch);
  }

  /** Puts a namespace into another project, or into none. */
  async move(namespace: V1Namespace, project: Project | undefined): Promise<V1Namespace> {
    const metadata = {
      labels: { [keys.project]: null, ...projectLabel(project) },
      annotations: { [keys.project]: null, ...projectAnnotation(project) },
    };
    return await this.#server.core.patchNamespace(
      { name: namespace.metadata?.name ?? "", body: { metadata } },
      mergePatch,
    );
  }

  /** Starts the deletion of a namespace; the API server empties it in its own time. */
  async remove(namespace: V1Namespace): Promise<void> {
    await this.#server.core.deleteNamespace({ name: namespace.metadata?.name ?? "" });
  }

  /** Waits until a namespace that is being deleted is gone; false when it is not being deleted or takes too long. */
  async #goes(name: string): Promise<boolean> {
    const { items, metadata } = await this.#server.core.listNamespace({ fieldSelector: `metadata.name=${name}` });
    const [namespace] = items;
    if (namespace === undefined) return true;
    if (isLive(namespace)) return false;
    return await new Promise<boolean>((resolve, reject) => {
      const query = {
        fieldSelector: `metadata.name=${name}`,
        resourceVersion: metadata?.resourceVersion ?? "",
        timeoutSeconds: patience,
      };
      const onEvent = (phase: string) => {
        if (phase !== "DELETED") return;
        resolve(true);
        void watching.then((controller) => controller.abort());
      };
      const watching = new Watch(this.#server.config).watch("/api/v1/namespaces", query, onEvent, () => resolve(false));
      watching.catch(reject);
    });
  }
}

const projectLabel = (project: Project | undefined): Record<string, string> =>
  project === undefined ? {} : { [keys.project]: project.metadata.name };
const projectAnnotation = (project: Project | undefined): Record<string, string> =>
  project === undefined ? {} : { [keys.project]: projectId(project) };
