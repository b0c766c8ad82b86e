import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { stringify } from "yaml";

import { cachedExecutable } from "../../../../sandbox/tools/cache.ts";
import { catalog } from "../../../../sandbox/tools/catalog.ts";
import { unusedHost } from "../../../support/local-server.ts";

const executable = cachedExecutable("registry", catalog.registry);

/** Whether the registry was built here; unit tests build nothing. */
export const hasRegistry = (): boolean => existsSync(executable);

const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const media = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
};

/** A real registry of its own, with nothing in it. */
export class TestRegistry {
  readonly url: string;
  readonly folder: string;
  readonly #end: () => Promise<void>;

  private constructor(url: string, folder: string, end: () => Promise<void>) {
    this.url = url;
    this.folder = path.join(folder, "images");
    this.#end = end;
  }

  static async start(): Promise<TestRegistry> {
    const folder = mkdtempSync(path.join(tmpdir(), "drover-registry-"));
    const host = await unusedHost();
    const file = path.join(folder, "config.yml");
    const storage = { filesystem: { rootdirectory: path.join(folder, "images") }, delete: { enabled: true } };
    writeFileSync(file, stringify({ version: 0.1, log: { level: "info" }, storage, http: { addr: host } }));
    const child = spawn(executable, ["serve", file], {
      env: { OTEL_TRACES_EXPORTER: "none" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const lines = createInterface(child.stderr);
    await new Promise<void>((resolve, reject) => {
      lines.on("line", (line) => line.includes("listening on") && resolve());
      child.once("error", reject);
      void ended.then(() => reject(new Error("the registry ended")));
    });
    return new TestRegistry(`http://${host}`, folder, async () => {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });
  }

  close(): Promise<void> {
    return this.#end();
  }

  /** Pushes an image of nothing but labels; returns its digest. Without a tag it is pushed by digest. */
  async image(repository: string, tag?: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    const config = JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { Labels: labels },
      rootfs: { type: "layers", diff_ids: [] },
    });
    await this.#blob(repository, config);
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: media.manifest,
      config: { mediaType: media.config, digest: digestOf(config), size: config.length },
      layers: [],
    });
    return this.#manifest(repository, tag, media.manifest, manifest);
  }

  /** Pushes an index of images that are there. */
  index(
    repository: string,
    tag: string,
    digests: readonly string[],
    annotations?: Readonly<Record<string, string>>,
  ): Promise<string> {
    const manifests = digests.map((digest) => ({ mediaType: media.manifest, digest, size: 1 }));
    const index = JSON.stringify({ schemaVersion: 2, mediaType: media.index, manifests, annotations });
    return this.#manifest(repository, tag, media.index, index);
  }

  /** Gives an image another tag. */
  async tag(repository: string, from: string, to: string): Promise<void> {
    const { bytes, type } = await this.get(repository, from);
    await this.#manifest(repository, to, type, bytes);
  }

  /** A manifest's bytes; throws where there is none. */
  async get(repository: string, reference: string): Promise<{ bytes: string; type: string }> {
    const response = await fetch(`${this.url}/v2/${repository}/manifests/${reference}`, {
      headers: { accept: `${media.manifest}, ${media.index}` },
    });
    if (!response.ok) throw new Error(`${repository}:${reference} is not there: ${response.status}`);
    return { bytes: await response.text(), type: response.headers.get("content-type") ?? "" };
  }

  async #manifest(repository: string, tag: string | undefined, type: string, bytes: string): Promise<string> {
    const digest = digestOf(bytes);
    await this.#put(`${this.url}/v2/${repository}/manifests/${tag ?? digest}`, type, bytes);
    return digest;
  }

  async #blob(repository: string, bytes: string): Promise<void> {
    const started = await fetch(`${this.url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const url = new URL(started.headers.get("location") ?? "", this.url);
    url.searchParams.set("digest", digestOf(bytes));
    await this.#put(url.href, "application/octet-stream", bytes);
  }

  async #put(url: string, type: string, body: string): Promise<void> {
    const response = await fetch(url, { method: "PUT", headers: { "content-type": type }, body });
    if (response.status !== 201) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  }
}
