import { NoSuchKind, isNotFound } from "./api-error.ts";
import type { Connection } from "./connection.ts";
import { apiVersion, namespacedByName } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { at, list, text } from "./objects.ts";

/** How the API serves a kind. */
export interface ResourceType {
  readonly apiVersion: string;
  /** The name in paths, like `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What kinds an API server knows; asked once for each group and version. */
export class Discovery {
  private readonly connection: Connection;
  private readonly known = new Map<string, Promise<ReadonlyMap<string, ResourceType>>>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * How a kind is served. Asks again when a kind is not known, since a definition may have been made in the meantime.
   * @throws NoSuchKind when the server does not have it
   */
  async resolve(kind: Kind): Promise<ResourceType> {
    const version = apiVersion(kind);
    const first = (await this.ask(version)).get(kind.kind);
    if (first !== undefined) return first;
    this.known.delete(version);
    const second = (await this.ask(version)).get(kind.kind);
    if (second === undefined) throw new NoSuchKind(kind.kind, version);
    return second;
  }

  /** Whether the server has a kind; not, when it can't be asked. */
  async has(kind: Kind): Promise<boolean> {
    return this.resolve(kind).then(
      () => true,
      () => false,
    );
  }

  /** Whether objects of a kind live in namespaces. A kind that the server does not have (yet) is taken for one that does. */
  async isNamespaced(kind: Kind): Promise<boolean> {
    const known = namespacedByName(kind);
    if (known !== undefined) return known;
    try {
      return (await this.resolve(kind)).namespaced;
    } catch (error) {
      if (error instanceof NoSuchKind) return true;
      throw error;
    }
  }

  private ask(version: string): Promise<ReadonlyMap<string, ResourceType>> {
    const asked = this.known.get(version) ?? this.fetch(version);
    this.known.set(version, asked);
    asked.catch(() => this.known.delete(version));
    return asked;
  }

  private async fetch(version: string): Promise<ReadonlyMap<string, ResourceType>> {
    const path = version.includes("/") ? `/apis/${version}` : `/api/${version}`;
    try {
      const resources = list(await this.connection.send({ method: "GET", path }), "resources");
      const own = resources.filter((resource) => !text(resource, "name").includes("/"));
      return new Map(
        own.map((resource) => [
          text(resource, "kind"),
          { apiVersion: version, plural: text(resource, "name"), namespaced: at(resource, "namespaced") === true },
        ]),
      );
    } catch (error) {
      if (isNotFound(error)) return new Map();
      throw error;
    }
  }
}
