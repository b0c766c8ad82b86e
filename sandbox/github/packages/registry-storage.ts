import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import * as z from "zod";

/** A manifest that a repository of the registry has. */
export interface Revision {
  /** `sha256:…` */
  readonly digest: string;
  /** When it was pushed, in milliseconds since 1970. */
  readonly pushedAt: number;
}

/** The address where an image's or index's label names its source (github.com/opencontainers/image-spec, annotations). */
const sourceLabel = "org.opencontainers.image.source";

const Manifest = z.object({
  mediaType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
  config: z.object({ digest: z.string() }).optional(),
  manifests: z.array(z.object({ digest: z.string() })).optional(),
});
const ImageConfig = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/**
 * Reads what a distribution registry keeps on disk. Its API does not tell of manifests without a tag, and GitHub does.
 * (distribution.github.io/distribution, "Filesystem storage driver"; layout in distribution's `registry/storage/paths.go`.)
 */
export class RegistryStorage {
  readonly #root: string;

  /** @param root the registry's `storage.filesystem.rootdirectory` */
  constructor(root: string) {
    this.#root = path.join(root, "docker", "registry", "v2");
  }

  /** The names, below an owner's, of all repositories that ever had a manifest. */
  names(owner: string): string[] {
    const found: string[] = [];
    const visit = (name: string): void => {
      for (const entry of folders(this.#repository(owner, name)))
        if (entry === "_manifests") found.push(name);
        else if (!entry.startsWith("_")) visit(name === "" ? entry : `${name}/${entry}`);
    };
    visit("");
    return found.filter((name) => name !== "").sort();
  }

  /** Whether a repository ever had a manifest. */
  has(owner: string, name: string): boolean {
    return existsSync(path.join(this.#repository(owner, name), "_manifests"));
  }

  /** The manifests of a repository, oldest first. */
  revisions(owner: string, name: string): Revision[] {
    const folder = path.join(this.#repository(owner, name), "_manifests", "revisions", "sha256");
    return folders(folder)
      .flatMap((hex) => {
        const link = statSync(path.join(folder, hex, "link"), { throwIfNoEntry: false });
        return link === undefined ? [] : [{ digest: `sha256:${hex}`, pushedAt: link.mtimeMs }];
      })
      .sort((a, b) => a.pushedAt - b.pushedAt || (a.digest < b.digest ? -1 : 1));
  }

  /** The tags of a repository: tag to digest. */
  tags(owner: string, name: string): Map<string, string> {
    const folder = path.join(this.#repository(owner, name), "_manifests", "tags");
    const tags = new Map<string, string>();
    for (const tag of folders(folder)) {
      const digest = read(path.join(folder, tag, "current", "link"))
        ?.toString("utf8")
        .trim();
      if (digest !== undefined && digest !== "") tags.set(tag, digest);
    }
    return tags;
  }

  /** A manifest's bytes, and the media type that it says it has; undefined where the registry does not have it. */
  manifest(digest: string): { readonly bytes: Buffer; readonly mediaType: string } | undefined {
    const bytes = this.#blob(digest);
    const manifest = bytes === undefined ? undefined : parsed(Manifest, bytes);
    if (bytes === undefined || manifest === undefined) return undefined;
    const kind = manifest.manifests === undefined ? "manifest" : "index";
    return { bytes, mediaType: manifest.mediaType ?? `application/vnd.oci.image.${kind}.v1+json` };
  }

  /** The address of the source that an image or index names: its annotation, or its label or that of its first image. */
  source(digest: string): string | undefined {
    const bytes = this.#blob(digest);
    const manifest = bytes === undefined ? undefined : parsed(Manifest, bytes);
    const annotated = manifest?.annotations?.[sourceLabel];
    if (annotated !== undefined) return annotated;
    const first = manifest?.manifests?.[0]?.digest;
    if (first !== undefined && first !== digest) return this.source(first);
    const config = manifest?.config === undefined ? undefined : this.#blob(manifest.config.digest);
    return config === undefined ? undefined : parsed(ImageConfig, config)?.config?.Labels?.[sourceLabel];
  }

  #repository(owner: string, name: string): string {
    return path.join(this.#root, "repositories", owner, name);
  }

  #blob(digest: string): Buffer | undefined {
    const hex = /^sha256:([0-9a-f]{64})$/u.exec(digest)?.[1];
    return hex === undefined ? undefined : read(path.join(this.#root, "blobs", "sha256", hex.slice(0, 2), hex, "data"));
  }
}

/** The folders in a folder; none where it is not there. */
function folders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    failUnlessMissing(error);
    return [];
  }
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    failUnlessMissing(error);
    return undefined;
  }
}

function failUnlessMissing(error: unknown): void {
  if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")))
    throw error;
}

function parsed<Schema extends z.ZodType>(schema: Schema, bytes: Buffer): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(bytes.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
