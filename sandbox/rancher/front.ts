import type { ApiServer } from "./api-server.ts";
import type { Config } from "./config.ts";
import { keys } from "./keys.ts";
import { Namespaces } from "./namespaces.ts";
import { ownQuota } from "./namespace.ts";
import { checkQuota, projectId } from "./project.ts";
import type { Project } from "./project.ts";
import { Projects } from "./projects.ts";
import { Propagation } from "./propagation.ts";
import { effectiveQuota } from "./quota.ts";
import type { Limits } from "./quota.ts";
import { Registries } from "./registries.ts";

/** What the routes of `/v3` work on. */
export class Front {
  readonly config: Config;
  readonly server: ApiServer;
  readonly projects: Projects;
  readonly namespaces: Namespaces;
  readonly registries: Registries;
  readonly propagation: Propagation;

  constructor(config: Config, server: ApiServer) {
    this.config = config;
    this.server = server;
    this.projects = new Projects(server, config.cluster.id);
    this.namespaces = new Namespaces(server);
    this.registries = new Registries(server, this.namespaces);
    this.propagation = new Propagation(server, this.projects, this.registries);
  }

  /** Settles all namespaces of a project. */
  async settleProject(project: Project): Promise<void> {
    const namespaces = await this.namespaces.list(projectId(project));
    await Promise.all(namespaces.map(({ metadata }) => this.propagation.settle(metadata?.name ?? "")));
  }

  /** Deletes a project. As in Rancher, namespaces made through Rancher go with it, and others leave it. */
  async removeProject(project: Project): Promise<void> {
    const namespaces = await this.namespaces.list(projectId(project));
    await this.projects.remove(project);
    await Promise.all(
      namespaces.map(async (namespace) => {
        if (namespace.metadata?.annotations?.[keys.creator] !== undefined) await this.namespaces.remove(namespace);
        else {
          const left = await this.namespaces.move(namespace, undefined);
          await this.propagation.settle(left.metadata?.name ?? "");
        }
      }),
    );
  }

  /**
   * Refuses a namespace's quota that does not fit into its project beside the others.
   * @param name the namespace itself, whose present quota does not count
   * @throws NormanError MaxLimitExceeded
   */
  async checkNamespaceQuota(project: Project | undefined, name: string, own: Limits | undefined): Promise<void> {
    if (project?.spec.resourceQuota === undefined) return;
    const others = await this.namespaces.list(projectId(project));
    const quotas = others.filter(({ metadata }) => metadata?.name !== name).map(ownQuota);
    const inherited = project.spec.namespaceDefaultResourceQuota?.limit;
    const all = [...quotas, own].map((quota) => effectiveQuota(quota, inherited) ?? {});
    checkQuota(all, project.spec.resourceQuota.limit, "resourceQuota");
  }

  /** Refuses a project's quota that is less than what its namespaces have together. */
  async checkProjectQuota(project: Project, limit: Limits | undefined, inherited: Limits | undefined): Promise<void> {
    const namespaces = await this.namespaces.list(projectId(project));
    checkQuota(
      namespaces.map((namespace) => effectiveQuota(ownQuota(namespace), inherited) ?? {}),
      limit,
      "resourceQuota",
    );
  }
}
