import * as z from "zod";

import { RegistryStorage } from "./registry-storage.ts";

/** A registry of the sandbox, whose repositories are GitHub's packages. */
export const RegistrySettings = z.strictObject({
  /** `http://127.0.0.1:PORT` */
  url: z.url({ protocol: /^http$/u, hostname: /^(?:127\.0\.0\.1|localhost)$/u }),
  /** The folder where it keeps its images (`storage.filesystem.rootdirectory`). */
  folder: z.string(),
  account: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  /** The visibility of a package that was never seen before. GitHub's is private. */
  visibility: z.enum(["public", "private"]).default("private"),
});
export type RegistrySettings = z.infer<typeof RegistrySettings>;

/** One registry: read from its disk, changed through its API. */
export class Registry {
  readonly storage: RegistryStorage;
  readonly visibility: "public" | "private";
  readonly #settings: RegistrySettings;

  constructor(settings: RegistrySettings) {
    this.#settings = settings;
    this.visibility = settings.visibility;
    this.storage = new RegistryStorage(settings.folder);
  }

  /** Deletes a manifest, and with it all its tags. One that is gone already is fine. */
  async delete(repository: string, digest: string): Promise<void> {
    await this.#ask("DELETE", `${repository}/manifests/${digest}`, [202, 404]);
  }

  /** Pushes a manifest under its digest or a tag. */
  async push(repository: string, reference: string, mediaType: string, manifest: Uint8Array): Promise<void> {
    await this.#ask("PUT", `${repository}/manifests/${reference}`, [201], { mediaType, manifest });
  }

  async #ask(
    method: "DELETE" | "PUT",
    path: string,
    expected: readonly number[],
    body?: { mediaType: string; manifest: Uint8Array },
  ): Promise<void> {
    const { url, account } = this.#settings;
    const basic = account && Buffer.from(`${account.username}:${account.password}`).toString("base64");
    const response = await fetch(new URL(`/v2/${path}`, url), {
      method,
      headers: {
        ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
        ...(body === undefined ? {} : { "content-type": body.mediaType }),
      },
      ...(body === undefined ? {} : { body: new Uint8Array(body.manifest) }),
    });
    const text = await response.text();
    if (!expected.includes(response.status))
      throw new Error(`the registry ${url} answered ${method} ${path} with ${response.status}: ${text.slice(0, 300)}`);
  }
}
