import type { V1Namespace, V1Secret } from "@kubernetes/client-node";

import type { ApiServer } from "./api-server.ts";
import { mergePatch, nameOf, serverSideApply } from "./api-server.ts";
import { keys } from "./keys.ts";
import { isLive, ownContainerLimit, ownQuota, projectOf } from "./namespace.ts";
import { isNotFound, kubernetesStatus } from "./norman.ts";
import type { Project } from "./project.ts";
import { effectiveContainerLimit, effectiveQuota, hardLimits, limitRangeSpec } from "./quota.ts";
import { copyFor, isCopy } from "./registry.ts";
import type { Projects } from "./projects.ts";
import type { Registries } from "./registries.ts";

/** Rancher lets the API server complete this name; a fixed one cannot be made twice. */
const defaultName = "default-rancher";
const labels = { [keys.defaultQuota]: "true" };
const asRancher = { fieldManager: "rancher", force: true };

/** Works out what a namespace has to contain because of the project it is in: objects as JSON, ready to be applied. */
export function wanted(namespace: V1Namespace, project: Project | undefined, credentials: readonly V1Secret[]) {
  const name = namespace.metadata?.name ?? "";
  const metadata = { name: defaultName, labels };
  const quota = effectiveQuota(ownQuota(namespace), project?.spec.namespaceDefaultResourceQuota?.limit);
  const limits = effectiveContainerLimit(ownContainerLimit(namespace), project?.spec.containerDefaultResourceLimit);
  return {
    quota:
      quota === undefined
        ? undefined
        : { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard: hardLimits(quota) } },
    limits:
      limits === undefined
        ? undefined
        : { apiVersion: "v1", kind: "LimitRange", metadata, spec: limitRangeSpec(limits) },
    secrets: credentials.map((secret) => copyFor(secret, name)),
  };
}

/** Brings into each namespace what its project says: quota, container limits, pull secrets. Rancher's controllers do the same. */
export class Propagation {
  readonly #server: ApiServer;
  readonly #projects: Projects;
  readonly #registries: Registries;
  /** The last run for each namespace: runs for one namespace follow each other. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(server: ApiServer, projects: Projects, registries: Registries) {
    this.#server = server;
    this.#projects = projects;
    this.#registries = registries;
  }

  /** Settles one namespace; resolves when it is as its project says at the time of the call or later. */
  async settle(name: string): Promise<void> {
    const run = (this.#last.get(name) ?? Promise.resolve()).catch(() => undefined).then(() => this.#settle(name));
    this.#last.set(name, run);
    try {
      await run;
    } finally {
      if (this.#last.get(name) === run) this.#last.delete(name);
    }
  }

  async #settle(name: string): Promise<void> {
    try {
      const namespace = await this.#server.core.readNamespace({ name });
      const id = projectOf(namespace);
      if (!isLive(namespace)) return;
      const project = id === undefined ? undefined : await this.#projects.find(id);
      await this.#label(namespace, project);
      const want = wanted(namespace, project, project === undefined ? [] : await this.#registries.ofProject(project));
      await Promise.all([
        this.#quota(name, want.quota),
        this.#limits(name, want.limits),
        this.#secrets(name, want.secrets),
      ]);
    } catch (error) {
      // A namespace that goes away meanwhile needs nothing any more.
      const status = kubernetesStatus(error);
      if (status?.code !== 404 && !(status?.code === 403 && status.message.includes("being terminated"))) throw error;
    }
  }

  /** The label by which Rancher's pages find a project's namespaces follows the annotation. */
  async #label(namespace: V1Namespace, project: Project | undefined): Promise<void> {
    const present = namespace.metadata?.labels?.[keys.project];
    const label = project?.metadata.name;
    if (present === label) return;
    const body = { metadata: { labels: { [keys.project]: label ?? null } } };
    await this.#server.core.patchNamespace({ name: namespace.metadata?.name ?? "", body }, mergePatch);
  }

  async #quota(namespace: string, body: object | undefined): Promise<void> {
    const at = { namespace, name: defaultName };
    if (body === undefined) await this.#server.core.deleteNamespacedResourceQuota(at).catch(unlessNotFound);
    else await this.#server.core.patchNamespacedResourceQuota({ ...at, body, ...asRancher }, serverSideApply);
  }

  async #limits(namespace: string, body: object | undefined): Promise<void> {
    const at = { namespace, name: defaultName };
    if (body === undefined) await this.#server.core.deleteNamespacedLimitRange(at).catch(unlessNotFound);
    else await this.#server.core.patchNamespacedLimitRange({ ...at, body, ...asRancher }, serverSideApply);
  }

  async #secrets(namespace: string, want: readonly V1Secret[]): Promise<void> {
    const { core } = this.#server;
    const { items } = await core.listNamespacedSecret({ namespace, labelSelector: keys.projectScoped });
    const names = new Set(want.map(nameOf));
    const gone = items.filter((secret) => isCopy(secret) && !names.has(nameOf(secret)));
    await Promise.all([
      ...gone.map((secret) => core.deleteNamespacedSecret({ namespace, name: nameOf(secret) }).catch(unlessNotFound)),
      ...want.map((body) =>
        core.patchNamespacedSecret({ namespace, name: nameOf(body), body, ...asRancher }, serverSideApply),
      ),
    ]);
  }
}

const unlessNotFound = (error: unknown) => {
  if (!isNotFound(error)) throw error;
};
