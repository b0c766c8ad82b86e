import * as z from "zod";

import type { ApiServer } from "./api-server.ts";
import type { Identity } from "./auth.ts";
import { projectResource } from "./install.ts";
import { keys, merged } from "./keys.ts";
import { isNotFound, NormanError, notFound } from "./norman.ts";
import { Project, projectSpec } from "./project.ts";
import type { ProjectBody } from "./project.ts";

const List = z.object({ items: z.array(Project) });

/** The projects of the one cluster, kept in the API server. */
export class Projects {
  readonly #server: ApiServer;
  readonly #clusterId: string;

  constructor(server: ApiServer, clusterId: string) {
    this.#server = server;
    this.#clusterId = clusterId;
  }

  get #at() {
    return { ...projectResource, namespace: this.#clusterId };
  }

  async list(): Promise<Project[]> {
    const { items } = List.parse(await this.#server.custom.listNamespacedCustomObject(this.#at));
    return items.filter((project) => project.metadata.deletionTimestamp === undefined);
  }

  /** A project by its id `cluster:project`; undefined when there is none. */
  async find(id: string): Promise<Project | undefined> {
    const [cluster, name = ""] = id.split(":");
    if (cluster !== this.#clusterId || name === "") return undefined;
    try {
      const project = Project.parse(await this.#server.custom.getNamespacedCustomObject({ ...this.#at, name }));
      return project.metadata.deletionTimestamp === undefined ? project : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** @throws NormanError NotFound */
  async read(id: string): Promise<Project> {
    const project = await this.find(id);
    if (project === undefined) throw notFound(`project ${id}`);
    return project;
  }

  /** Makes a project and the namespace, named like it, that holds its secrets. */
  async create(body: ProjectBody, by: Identity): Promise<Project> {
    if (body.clusterId !== this.#clusterId)
      throw new NormanError(422, "InvalidReference", `there is no cluster ${body.clusterId ?? ""}`, "clusterId");
    const made: unknown = await this.#server.custom.createNamespacedCustomObject({
      ...this.#at,
      body: {
        apiVersion: `${projectResource.group}/${projectResource.version}`,
        kind: "Project",
        metadata: {
          generateName: "p-",
          namespace: this.#clusterId,
          labels: { ...body.labels },
          annotations: { ...body.annotations, [keys.creator]: by.user },
        },
        spec: projectSpec(body, this.#clusterId),
      },
    });
    const project = Project.parse(made);
    await this.#server.core.createNamespace({ body: { metadata: { name: project.metadata.name } } });
    return project;
  }

  /**
   * Changes a project.
   * @param replace whether fields that the body lacks are emptied rather than kept
   */
  async update(project: Project, body: ProjectBody, replace: boolean): Promise<Project> {
    const { metadata, spec } = project;
    const wanted = replace ? { labels: {}, annotations: {}, ...body } : { ...spec, name: spec.displayName, ...body };
    const changed = {
      ...project,
      metadata: {
        ...metadata,
        labels: merged(metadata.labels, wanted.labels),
        annotations: merged(metadata.annotations, wanted.annotations),
      },
      spec: projectSpec(wanted, spec.clusterName),
    };
    return Project.parse(
      await this.#server.custom.replaceNamespacedCustomObject({ ...this.#at, name: metadata.name, body: changed }),
    );
  }

  /** Deletes a project with the namespace that holds its secrets; its other namespaces are the caller's. */
  async remove(project: Project): Promise<void> {
    const { name } = project.metadata;
    await this.#server.core.deleteNamespace({ name }).catch(unlessNotFound);
    await this.#server.custom.deleteNamespacedCustomObject({ ...this.#at, name }).catch(unlessNotFound);
  }
}

const unlessNotFound = (error: unknown) => {
  if (!isNotFound(error)) throw error;
};
