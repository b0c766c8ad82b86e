import path from "node:path";

import { moment } from "../clock.ts";
import { readDocument, writeDocument } from "../json-file.ts";
import type { Store } from "../store.ts";
import { Package, PackagesDocument, PackageVersion } from "./model.ts";
import { Registry } from "./registry.ts";
import type { RegistrySettings } from "./registry.ts";

/** How long what was deleted can be restored, in days. */
const restorable = 30;

/**
 * Which packages of type container there are. What images there are is the registries' to say: every look at them brings
 * the documents up to date. What only GitHub knows is kept in `packages.json`.
 */
export class PackageInventory {
  protected readonly store: Store;
  /** Ids of the packages that are being changed: what the registry has of them is not the whole truth now. */
  protected readonly busy = new Set<number>();
  readonly #registries: readonly Registry[];
  readonly #document: PackagesDocument;

  constructor(store: Store, registries: readonly RegistrySettings[]) {
    this.store = store;
    this.#registries = registries.map((settings) => new Registry(settings));
    this.#document = this.#read();
  }

  get #file(): string {
    return path.join(this.store.folder, "packages.json");
  }

  #read(): PackagesDocument {
    try {
      return readDocument(this.#file, PackagesDocument);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return PackagesDocument.parse({});
      throw error;
    }
  }

  /** Writes the document, after a package was changed. */
  save(): void {
    writeDocument(this.#file, this.#document);
  }

  /** The packages of an owner that are there, oldest first. */
  list(ownerId: number): Package[] {
    this.#refresh(ownerId);
    return this.#document.packages.filter((one) => one.ownerId === ownerId && one.deletedAt === null);
  }

  /** A package by name; OCI's names are lower case. */
  find(ownerId: number, name: string): Package | undefined {
    return this.list(ownerId).find((one) => one.name === name);
  }

  /** The package of that name that was deleted last and can be restored. */
  deleted(ownerId: number, name: string): Package | undefined {
    this.#refresh(ownerId);
    return this.#document.packages.findLast(
      (one) => one.ownerId === ownerId && one.name === name && one.deletedAt !== null && this.isRecent(one.deletedAt),
    );
  }

  /** Brings an owner's packages up to date with what the registries have. */
  #refresh(ownerId: number): void {
    const owner = this.store.loginOf(ownerId).toLowerCase();
    if (owner === "") return;
    let changed = false;
    for (const registry of this.#registries)
      for (const name of registry.storage.names(owner))
        changed = this.#refreshPackage(registry, ownerId, owner, name) || changed;
    if (changed) this.save();
  }

  #refreshPackage(registry: Registry, ownerId: number, owner: string, name: string): boolean {
    const named = this.#document.packages.filter((known) => known.ownerId === ownerId && known.name === name);
    if (named.some(({ id }) => this.busy.has(id))) return false;
    const revisions = registry.storage.revisions(owner, name);
    let one = named.find(({ deletedAt }) => deletedAt === null);
    if (one !== undefined && this.registryOf(one) !== registry) return false;
    if (one === undefined) {
      if (revisions.length === 0) return false;
      one = this.#firstSight(registry, ownerId, owner, name);
      this.#document.packages.push(one);
    }
    const present = new Set(revisions.map(({ digest }) => digest));
    const known = one.versions.length;
    // A manifest that was deleted in the registry itself is gone for good.
    const kept = one.versions.filter(({ digest, deleted }) => (deleted === null) === present.has(digest));
    const seen = new Set(kept.map(({ digest }) => digest));
    const added = revisions
      .filter(({ digest }) => !seen.has(digest))
      .map(({ digest, pushedAt }) => {
        const at = moment(pushedAt);
        return PackageVersion.parse({ id: this.store.nextId(), digest, createdAt: at, updatedAt: at });
      });
    one.versions = [...kept, ...added];
    if (added.length > 0) one.updatedAt = added.at(-1)?.updatedAt ?? one.updatedAt;
    return added.length > 0 || kept.length !== known;
  }

  /** A package as GitHub makes it when something is pushed there first: linked to the repository that the image names. */
  #firstSight(registry: Registry, ownerId: number, owner: string, name: string): Package {
    const { storage, visibility } = registry;
    const revisions = storage.revisions(owner, name);
    const tagged = new Set(storage.tags(owner, name).values());
    const first = revisions.find(({ digest }) => tagged.has(digest)) ?? revisions[0];
    const linked = first === undefined ? undefined : this.#repositoryAt(storage.source(first.digest), ownerId);
    const at = moment(revisions[0]?.pushedAt ?? this.store.clock.milliseconds());
    return Package.parse({
      id: this.store.nextId(),
      ownerId,
      name,
      visibility,
      repositoryId: linked ?? null,
      inheritsAccess: linked !== undefined,
      actionsAccess: linked === undefined ? [] : [{ repositoryId: linked, role: "admin" }],
      createdAt: at,
      updatedAt: at,
    });
  }

  /** The owner's repository at an address such as `https://github.com/kbase/auth2`, of whatever host. */
  #repositoryAt(address: string | undefined, ownerId: number): number | undefined {
    const [owner = "", name = ""] = (URL.parse(address ?? "")?.pathname ?? "")
      .slice(1)
      .replace(/\.git$/u, "")
      .split("/");
    const repository = this.store.repository(owner, name);
    return repository?.ownerId === ownerId ? repository.id : undefined;
  }

  /** The registry that has a package: the first with that name. */
  protected registryOf(one: Package): Registry | undefined {
    const owner = this.ownerOf(one);
    return this.#registries.find(({ storage }) => storage.has(owner, one.name));
  }

  /** The owner's name in the registry, where names are lower case. */
  protected ownerOf({ ownerId }: Package): string {
    return this.store.loginOf(ownerId).toLowerCase();
  }

  /** Whether what was deleted then can be restored still. */
  protected isRecent(at: string): boolean {
    return this.store.clock.milliseconds() - Date.parse(at) <= restorable * 86_400_000;
  }
}
