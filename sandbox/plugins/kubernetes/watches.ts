import { setTimeout as delay } from "node:timers/promises";

import { ApiError, isGone } from "./api-error.ts";
import type { Connection } from "./connection.ts";
import { itemsOf, map, text, uidOf } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** What happened to an object. */
export interface ObjectEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
}

type Listener = (event: ObjectEvent) => void;

/** Seconds after which a watch is renewed, and the longest pause before one that failed is tried again. */
const renewal = 300;
const longestPause = 30;

/** One collection of objects that is followed as long as somebody listens. */
class Collection {
  readonly listeners = new Set<Listener>();
  readonly objects = new Map<string, KubernetesObject>();
  private readonly connection: Connection;
  private readonly path: string;
  private readonly selector: Readonly<Record<string, string>>;
  private readonly stop = new AbortController();
  private readonly first = Promise.withResolvers<undefined>();

  /** Resolves once the objects that are there have been told of: what happens after that is seen. */
  readonly loaded: Promise<undefined> = this.first.promise;

  constructor(connection: Connection, path: string, selector: Readonly<Record<string, string>>) {
    this.connection = connection;
    this.path = path;
    this.selector = selector;
    this.follow().catch(() => undefined);
  }

  end(): void {
    this.stop.abort();
  }

  private async follow(): Promise<void> {
    const { signal } = this.stop;
    let pause = 1;
    for (;;) {
      try {
        let version = await this.load();
        pause = 1;
        for (;;) {
          const began = Date.now();
          version = await this.watch(version);
          // A proxy that can't stream ends every watch at once: then this is a slow poll, not a fast one.
          if (Date.now() - began < 1000) await delay(1000, undefined, { signal });
        }
      } catch (error) {
        if (signal.aborted) return;
        if (isGone(error)) continue;
        // The server is away or refuses: the only thing to wait for is time.
        await delay(pause * 1000, undefined, { signal });
        pause = Math.min(pause * 2, longestPause);
      }
    }
  }

  private async load(): Promise<string> {
    const { signal } = this.stop;
    const answer = await this.connection.send({ method: "GET", path: this.path, query: this.selector, signal });
    const items = itemsOf(answer);
    const seen = new Set(items.map(uidOf));
    for (const object of [...this.objects.values()])
      if (!seen.has(uidOf(object))) this.tell({ type: "DELETED", object });
    for (const object of items) this.tell({ type: this.objects.has(uidOf(object)) ? "MODIFIED" : "ADDED", object });
    this.first.resolve(undefined);
    return text(answer, "metadata", "resourceVersion");
  }

  /** Follows changes after a version until the stream ends. Returns the last version seen. */
  private async watch(after: string): Promise<string> {
    let version = after;
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      timeoutSeconds: String(renewal),
      resourceVersion: version,
    };
    const request = {
      method: "GET",
      path: this.path,
      query: { ...this.selector, ...query },
      signal: this.stop.signal,
    } as const;
    for await (const line of this.connection.stream(request, renewal + 30)) {
      const [type, object] = [text(line, "type"), map(line, "object")];
      if (type === "ERROR") throw new ApiError(Number(object["code"] ?? 0), object, `watch ${this.path}`);
      version = text(object, "metadata", "resourceVersion") || version;
      if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") this.tell({ type, object });
    }
    return version;
  }

  private tell(event: ObjectEvent): void {
    if (event.type === "DELETED") this.objects.delete(uidOf(event.object));
    else this.objects.set(uidOf(event.object), event.object);
    for (const listener of [...this.listeners]) listener(event);
  }
}

/** Watches of an API server, one for each collection however many listen. They reconnect by themselves. */
export class Watches {
  private readonly connection: Connection;
  private readonly collections = new Map<string, Collection>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Listens to a collection: first the objects that are there, as added, then every change. Returns the function that ends it.
   *
   * @param name only the object of this name
   * @param loaded called once everything that is there has been told of; from then on no change is missed
   */
  subscribe(path: string, listener: Listener, name?: string, loaded?: () => void): () => void {
    const key = name === undefined ? path : `${path}?${name}`;
    const selector = name === undefined ? {} : { fieldSelector: `metadata.name=${name}` };
    const collection = this.collections.get(key) ?? new Collection(this.connection, path, selector);
    this.collections.set(key, collection);
    for (const object of collection.objects.values()) listener({ type: "ADDED", object });
    collection.listeners.add(listener);
    if (loaded !== undefined) void collection.loaded.then(loaded);
    return () => {
      collection.listeners.delete(listener);
      if (collection.listeners.size > 0 || this.collections.get(key) !== collection) return;
      this.collections.delete(key);
      collection.end();
    };
  }
}
