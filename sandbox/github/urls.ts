import type { Repository } from "./model.ts";
import type { Store } from "./store.ts";

/** The addresses that answers carry, all absolute. */
export class Urls {
  /** What a path of the REST API is put behind: `http://host/api/v3`, or `http://host` for clients that came there. */
  readonly api: string;
  /** What pages and clones are below. */
  readonly html: string;

  constructor(origin: string, prefix: "" | "/api/v3") {
    this.html = origin;
    this.api = `${origin}${prefix}`;
  }

  /** `…/repos/OWNER/NAME` */
  repository(store: Store, repository: Repository): string {
    return `${this.api}/repos/${fullName(store, repository)}`;
  }

  /** The page of a repository. */
  page(store: Store, repository: Repository): string {
    return `${this.html}/${fullName(store, repository)}`;
  }
}

/** `OWNER/NAME` */
export const fullName = (store: Store, { ownerId, name }: Repository): string => `${store.loginOf(ownerId)}/${name}`;

/** A path with every segment encoded and its slashes kept. */
export const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
