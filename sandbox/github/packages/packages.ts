import path from "node:path";

import { moment } from "../clock.ts";
import { readDocument, writeDocument } from "../json-file.ts";
import { Locks } from "../lock.ts";
import type { Store } from "../store.ts";
import { Package, PackagesDocument, PackageVersion } from "./model.ts";
import { Registry } from "./registry.ts";
import type { RegistrySettings } from "./registry.ts";

/** A version that is there, with its tags. */
export interface ActiveVersion {
  readonly version: PackageVersion;
  readonly tags: readonly string[];
}

/** How long what was deleted can be restored, in days. */
const restorable = 30;

/**
 * The packages of type container. What images there are is the registries' to say: every look at them brings the
 * documents up to date. What only GitHub knows is kept in `packages.json`.
 */
export class Packages {
  readonly #store: Store;
  readonly #registries: readonly Registry[];
  readonly #document: PackagesDocument;
  readonly #locks = new Locks();
  /** Ids of the packages that are being changed: what the registry has of them is not the whole truth now. */
  readonly #busy = new Set<number>();

  constructor(store: Store, registries: readonly RegistrySettings[]) {
    this.#store = store;
    this.#registries = registries.map((settings) => new Registry(settings));
    this.#document = this.#read();
  }

  get #file(): string {
    return path.join(this.#store.folder, "packages.json");
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
      (one) => one.ownerId === ownerId && one.name === name && one.deletedAt !== null && this.#recent(one.deletedAt),
    );
  }

  /** The versions of a package that are there, newest first. */
  versions(one: Package): ActiveVersion[] {
    const tags = this.#registryOf(one)?.storage.tags(this.#owner(one), one.name) ?? new Map<string, string>();
    return one.versions
      .filter(({ deleted }) => deleted === null)
      .map((version) => ({
        version,
        tags: [...tags].filter(([, digest]) => digest === version.digest).map(([tag]) => tag),
      }))
      .reverse();
  }

  /** The versions of a package that were deleted and can be restored, newest first. */
  deletedVersions(one: Package): PackageVersion[] {
    return one.versions.filter(({ deleted }) => deleted !== null && this.#recent(deleted.at)).reverse();
  }

  /** Deletes a version: the manifest, and with it every tag on it. */
  deleteVersion(one: Package, version: PackageVersion): Promise<void> {
    return this.#change(one, async () => {
      await this.#delete(one, version);
    });
  }

  /** Deletes a package with all its versions. */
  deletePackage(one: Package): Promise<void> {
    return this.#change(one, async () => {
      for (const { version } of this.versions(one)) await this.#delete(one, version);
      one.deletedAt = this.#store.clock.now();
    });
  }

  /** Puts a deleted version back: the same bytes, with those of its tags that no other version has by now. */
  restoreVersion(one: Package, version: PackageVersion): Promise<void> {
    return this.#change(one, async () => {
      await this.#restore(one, version);
    });
  }

  /** Puts a deleted package back, with the versions that were there when it was deleted. */
  restorePackage(one: Package): Promise<void> {
    return this.#change(one, async () => {
      const together = one.versions.filter(({ deleted }) => deleted !== null && deleted.at === one.deletedAt);
      for (const version of together) await this.#restore(one, version);
      one.deletedAt = null;
    });
  }

  /** Changes a package alone, and writes the document. */
  #change(one: Package, change: () => Promise<void>): Promise<void> {
    return this.#locks.run(one.id, async () => {
      this.#busy.add(one.id);
      try {
        await change();
      } finally {
        this.#busy.delete(one.id);
        this.save();
      }
    });
  }

  async #delete(one: Package, version: PackageVersion): Promise<void> {
    const registry = this.#registryOf(one);
    const manifest = registry?.storage.manifest(version.digest);
    if (registry === undefined || manifest === undefined) return;
    const tags = [...registry.storage.tags(this.#owner(one), one.name)].filter(
      ([, digest]) => digest === version.digest,
    );
    await registry.delete(`${this.#owner(one)}/${one.name}`, version.digest);
    version.deleted = {
      at: this.#store.clock.now(),
      tags: tags.map(([tag]) => tag),
      mediaType: manifest.mediaType,
      manifest: manifest.bytes.toString("base64"),
    };
  }

  async #restore(one: Package, version: PackageVersion): Promise<void> {
    const { deleted, digest } = version;
    const registry = this.#registryOf(one);
    if (deleted === null || registry === undefined) return;
    const name = `${this.#owner(one)}/${one.name}`;
    const taken = registry.storage.tags(this.#owner(one), one.name);
    const bytes = Buffer.from(deleted.manifest, "base64");
    for (const reference of [digest, ...deleted.tags.filter((tag) => !taken.has(tag))])
      await registry.push(name, reference, deleted.mediaType, bytes);
    version.deleted = null;
    version.updatedAt = this.#store.clock.now();
  }

  /** Brings an owner's packages up to date with what the registries have. */
  #refresh(ownerId: number): void {
    const owner = this.#store.loginOf(ownerId).toLowerCase();
    if (owner === "") return;
    let changed = false;
    for (const registry of this.#registries)
      for (const name of registry.storage.names(owner))
        changed = this.#refreshPackage(registry, ownerId, owner, name) || changed;
    if (changed) this.save();
  }

  #refreshPackage(registry: Registry, ownerId: number, owner: string, name: string): boolean {
    const named = this.#document.packages.filter((known) => known.ownerId === ownerId && known.name === name);
    if (named.some(({ id }) => this.#busy.has(id))) return false;
    const revisions = registry.storage.revisions(owner, name);
    let one = named.find(({ deletedAt }) => deletedAt === null);
    if (one !== undefined && this.#registryOf(one) !== registry) return false;
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
        return PackageVersion.parse({ id: this.#store.nextId(), digest, createdAt: at, updatedAt: at });
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
    const at = moment(revisions[0]?.pushedAt ?? this.#store.clock.milliseconds());
    return Package.parse({
      id: this.#store.nextId(),
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
    const repository = this.#store.repository(owner, name);
    return repository?.ownerId === ownerId ? repository.id : undefined;
  }

  #registryOf(one: Package): Registry | undefined {
    const owner = this.#owner(one);
    return this.#registries.find(({ storage }) => storage.has(owner, one.name));
  }

  #owner({ ownerId }: Package): string {
    return this.#store.loginOf(ownerId).toLowerCase();
  }

  #recent(at: string): boolean {
    return this.#store.clock.milliseconds() - Date.parse(at) <= restorable * 86_400_000;
  }
}
