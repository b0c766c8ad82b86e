import { ERROR, makeInformer, ADD, UPDATE, DELETE } from "@kubernetes/client-node";
import type { Informer, KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { setTimeout as delay } from "node:timers/promises";

import type { ApiServer } from "./api-server.ts";
import { nameOf } from "./api-server.ts";
import { projectResource } from "./install.ts";
import { keys } from "./keys.ts";
import { toNormanError } from "./norman.ts";
import type { Namespaces } from "./namespaces.ts";
import type { Propagation } from "./propagation.ts";

/** Milliseconds between two attempts to watch an API server that does not answer. */
const pause = 1000;

/** Settles namespaces whenever they, their project or its secrets change in the API server, whoever changed them. */
export class Watches {
  readonly #server: ApiServer;
  readonly #propagation: Propagation;
  readonly #informers: Informer<KubernetesObject>[] = [];
  #stopped = false;

  constructor(server: ApiServer, clusterId: string, namespaces: Namespaces, propagation: Propagation) {
    this.#server = server;
    this.#propagation = propagation;
    const { group, version, plural } = projectResource;
    const ofProject = async (name: string) => (await namespaces.list(`${clusterId}:${name}`)).map(nameOf);
    this.#watch(
      "/api/v1/namespaces",
      () => server.core.listNamespace(),
      (object) => [nameOf(object)],
    );
    this.#watch(
      "/api/v1/secrets",
      () => server.core.listSecretForAllNamespaces({ labelSelector: keys.projectScoped }),
      secretNamespaces,
      keys.projectScoped,
    );
    this.#watch(
      `/apis/${group}/${version}/namespaces/${clusterId}/${plural}`,
      () => server.custom.listNamespacedCustomObject({ group, version, plural, namespace: clusterId }),
      (object) => ofProject(nameOf(object)),
    );

    async function secretNamespaces({ metadata }: KubernetesObject): Promise<string[]> {
      const project = metadata?.labels?.[keys.projectScoped] ?? "";
      return metadata?.namespace === project ? await ofProject(project) : [metadata?.namespace ?? ""];
    }
  }

  /** Begins to watch; what is there already is settled first. */
  async start(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.start()));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#informers.map((informer) => informer.stop()));
  }

  #watch(
    path: string,
    list: () => Promise<KubernetesListObject<KubernetesObject>>,
    affected: (object: KubernetesObject) => string[] | Promise<string[]>,
    labelSelector?: string,
  ): void {
    const informer = makeInformer(this.#server.config, path, list, labelSelector);
    const onChange = (object: KubernetesObject) => void this.#settle(affected(object));
    for (const event of [ADD, UPDATE, DELETE] as const) informer.on(event, onChange);
    informer.on(ERROR, () => void this.#again(informer));
    this.#informers.push(informer);
  }

  async #settle(names: string[] | Promise<string[]>): Promise<void> {
    try {
      await Promise.all((await names).map((name) => this.#propagation.settle(name)));
    } catch (error) {
      if (!this.#stopped) console.error(`could not settle a namespace: ${toNormanError(error).message}`);
    }
  }

  async #again(informer: Informer<KubernetesObject>): Promise<void> {
    await delay(pause);
    if (!this.#stopped) await informer.start().catch(() => this.#again(informer));
  }
}
