import { Locks } from "../lock.ts";
import { PackageInventory } from "./inventory.ts";
import type { Package, PackageVersion } from "./model.ts";

/** A version that is there, with its tags. */
export interface ActiveVersion {
  readonly version: PackageVersion;
  readonly tags: readonly string[];
}

/** The packages of type container, with what can be done to them. */
export class Packages extends PackageInventory {
  readonly #locks = new Locks();

  /** The versions of a package that are there, newest first. */
  versions(one: Package): ActiveVersion[] {
    const tags = this.registryOf(one)?.storage.tags(this.ownerOf(one), one.name) ?? new Map<string, string>();
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
    return one.versions.filter(({ deleted }) => deleted !== null && this.isRecent(deleted.at)).reverse();
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
      one.deletedAt = this.store.clock.now();
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
      this.busy.add(one.id);
      try {
        await change();
      } finally {
        this.busy.delete(one.id);
        this.save();
      }
    });
  }

  async #delete(one: Package, version: PackageVersion): Promise<void> {
    const registry = this.registryOf(one);
    const manifest = registry?.storage.manifest(version.digest);
    if (registry === undefined || manifest === undefined) return;
    const tags = [...registry.storage.tags(this.ownerOf(one), one.name)].filter(
      ([, digest]) => digest === version.digest,
    );
    await registry.delete(`${this.ownerOf(one)}/${one.name}`, version.digest);
    version.deleted = {
      at: this.store.clock.now(),
      tags: tags.map(([tag]) => tag),
      mediaType: manifest.mediaType,
      manifest: manifest.bytes.toString("base64"),
    };
  }

  async #restore(one: Package, version: PackageVersion): Promise<void> {
    const { deleted, digest } = version;
    const registry = this.registryOf(one);
    if (deleted === null || registry === undefined) return;
    const name = `${this.ownerOf(one)}/${one.name}`;
    const taken = registry.storage.tags(this.ownerOf(one), one.name);
    const bytes = Buffer.from(deleted.manifest, "base64");
    for (const reference of [digest, ...deleted.tags.filter((tag) => !taken.has(tag))])
      await registry.push(name, reference, deleted.mediaType, bytes);
    version.deleted = null;
    version.updatedAt = this.store.clock.now();
  }
}
