import type { V1Secret } from "@kubernetes/client-node";

import type { ApiServer } from "./api-server.ts";
import { mergePatch } from "./api-server.ts";
import type { Identity } from "./auth.ts";
import { keys, mapPatch, merged, visible } from "./keys.ts";
import type { Namespaces } from "./namespaces.ts";
import { projectOf } from "./namespace.ts";
import { isNotFound, NormanError, notFound } from "./norman.ts";
import { projectId } from "./project.ts";
import type { Project } from "./project.ts";
import { authsOf, isCopy, mergedAuths, pullSecretData, pullSecretType } from "./registry.ts";
import type { RegistryBody } from "./registry.ts";

/** The docker credentials of projects: those for the whole project are secrets in its own namespace, those for one namespace are secrets there. */
export class Registries {
  readonly #server: ApiServer;
  readonly #namespaces: Namespaces;

  constructor(server: ApiServer, namespaces: Namespaces) {
    this.#server = server;
    this.#namespaces = namespaces;
  }

  /** The credentials for a whole project: what every namespace of it has a copy of. */
  async ofProject(project: Project): Promise<V1Secret[]> {
    const { name } = project.metadata;
    const { items } = await this.#server.core.listNamespacedSecret({
      namespace: name,
      labelSelector: `${keys.projectScoped}=${name}`,
    });
    return items.filter((secret) => secret.type === pullSecretType);
  }

  /** The credentials that a project's namespaces have besides. */
  async ofNamespaces(project: Project): Promise<V1Secret[]> {
    const namespaces = await this.#namespaces.list(projectId(project));
    const lists = namespaces.map(async ({ metadata }) => {
      const fieldSelector = `type=${pullSecretType}`;
      return (await this.#server.core.listNamespacedSecret({ namespace: metadata?.name ?? "", fieldSelector })).items;
    });
    return (await Promise.all(lists)).flat().filter((secret) => !isCopy(secret));
  }

  /**
   * A credential by its id `namespace:name`.
   * @param namespaced whether it is one for a single namespace
   * @throws NormanError NotFound, also when it belongs to another project
   */
  async read(project: Project, id: string, namespaced: boolean): Promise<V1Secret> {
    const [namespace = "", name = ""] = id.split(":");
    const own = namespaced ? await this.#isOf(project, namespace) : namespace === project.metadata.name;
    if (own && name !== "")
      try {
        const secret = await this.#server.core.readNamespacedSecret({ namespace, name });
        if (secret.type === pullSecretType && !isCopy(secret)) return secret;
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    throw notFound(`docker credential ${id}`);
  }

  /** @throws NormanError MissingRequired without a name or a registry; InvalidReference for a namespace that is not the project's */
  async create(project: Project, body: RegistryBody, namespaced: boolean, by: Identity): Promise<V1Secret> {
    const { name = "", registries = {} } = body;
    if (name === "") throw new NormanError(422, "MissingRequired", "name is required", "name");
    if (Object.keys(registries).length === 0)
      throw new NormanError(422, "MissingRequired", "registries is required", "registries");
    const namespace = namespaced ? (body.namespaceId ?? "") : project.metadata.name;
    if (namespaced && !(await this.#isOf(project, namespace)))
      throw new NormanError(
        422,
        "InvalidReference",
        `namespace ${namespace} is not in project ${projectId(project)}`,
        "namespaceId",
      );
    return await this.#server.core.createNamespacedSecret({
      namespace,
      body: {
        metadata: {
          name,
          labels: {
            ...visible(body.labels ?? {}),
            ...(namespaced ? {} : { [keys.projectScoped]: project.metadata.name }),
          },
          annotations: {
            ...visible(body.annotations ?? {}),
            ...(body.description ? { [keys.description]: body.description } : {}),
            [keys.project]: projectId(project),
            [keys.creator]: by.user,
          },
        },
        type: pullSecretType,
        data: pullSecretData(mergedAuths(registries, {})),
      },
    });
  }

  /** Changes what the body has. */
  async update(secret: V1Secret, body: RegistryBody): Promise<V1Secret> {
    const { name = "", namespace = "", labels = {}, annotations = {} } = secret.metadata ?? {};
    const description =
      body.description === undefined ? {} : { [keys.description]: body.description === "" ? null : body.description };
    const metadata = {
      labels: mapPatch(labels, merged(labels, body.labels)),
      annotations: { ...mapPatch(annotations, merged(annotations, body.annotations)), ...description },
    };
    const data = pullSecretData(mergedAuths(body.registries, authsOf(secret)));
    return await this.#server.core.patchNamespacedSecret({ namespace, name, body: { metadata, data } }, mergePatch);
  }

  async remove(secret: V1Secret): Promise<void> {
    await this.#server.core.deleteNamespacedSecret({
      namespace: secret.metadata?.namespace ?? "",
      name: secret.metadata?.name ?? "",
    });
  }

  async #isOf(project: Project, namespace: string): Promise<boolean> {
    if (namespace === "") return false;
    try {
      return projectOf(await this.#namespaces.read(namespace)) === projectId(project);
    } catch (error) {
      if (error instanceof NormanError && error.status === 404) return false;
      throw error;
    }
  }
}
