import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { run } from "./commands.ts";

/** Where what was fetched is kept between checkouts: `$XDG_CACHE_HOME/drover`, or `~/.cache/drover`. */
export const defaultCache = () =>
  path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "drover");

/** The name in the file name of a Debian package, `NAME_VERSION_ARCHITECTURE.deb` (apt writes a colon in a version as `%3a`). */
export function packageName(file: string): string | undefined {
  return /^([a-z0-9][a-z0-9+.-]+)_[^_/]+_[a-z0-9-]+(?:\.deb)?$/.exec(file)?.[1];
}

/** Of the unpacked packages in a folder, the one of this name; of several, the last in the order of their versions' digits. */
export function pickPackage(folders: readonly string[], name: string): string | undefined {
  return folders
    .filter((folder) => packageName(folder) === name)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
}

/**
 * Fetches packages of the machine's distribution and unpacks each into a folder of the cache, keyed by name and version. Installs nothing, runs
 * none of their scripts and leaves apt's own state alone. apt checks what it fetches against the distribution's signatures.
 * @returns which folder a package was unpacked into
 * @throws Error that says which step failed and in apt's words why
 */
export async function debianPackages<Name extends string>(
  names: readonly Name[],
  cache: string,
  say: (line: string) => void,
): Promise<(name: Name) => string> {
  const store = path.join(cache, "debian");
  mkdirSync(store, { recursive: true });
  const find = (name: Name) => pickPackage(readdirSync(store), name);
  const missing = names.filter((name) => find(name) === undefined);
  if (missing.length > 0) {
    say(`fetching the Debian packages ${missing.join(", ")} (unpacked in ${store}, not installed)`);
    await fetchPackages(missing, store, cache);
  }
  return (name) => path.join(store, find(name) ?? name);
}

async function fetchPackages(names: readonly string[], store: string, cache: string): Promise<void> {
  const draft = mkdtempSync(path.join(store, "draft-"));
  try {
    try {
      await run("apt-get", ["download", ...unsandboxed, ...names], draft);
    } catch {
      // Most likely the machine has no package lists, as containers mostly don't: read them into a folder of our own and ask again.
      const state = privateState(cache);
      await run("apt-get", ["update", ...unsandboxed, ...state]);
      await run("apt-get", ["download", ...unsandboxed, ...state, ...names], draft);
    }
    for (const file of readdirSync(draft)) {
      const target = path.join(store, path.basename(file, ".deb"));
      const unpacked = path.join(draft, "unpacked");
      await run("dpkg-deb", ["--extract", path.join(draft, file), unpacked]);
      if (!existsSync(target)) renameSync(unpacked, target);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  const absent = names.filter((name) => pickPackage(readdirSync(store), name) === undefined);
  if (absent.length > 0) throw new Error(`apt-get fetched nothing for ${absent.join(", ")}`);
}

/** apt's user `_apt` can't write into a folder that only we can read. */
const unsandboxed = ["-o", "APT::Sandbox::User=root", "-q"];

function privateState(cache: string): string[] {
  const lists = path.join(cache, "apt", "lists");
  const archives = path.join(cache, "apt", "cache");
  for (const folder of [path.join(lists, "partial"), path.join(archives, "archives", "partial")])
    mkdirSync(folder, { recursive: true });
  return ["-o", `Dir::State::lists=${lists}`, "-o", `Dir::Cache=${archives}`];
}
