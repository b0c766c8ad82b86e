import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

import { checkout } from "../world/layout.ts";
import type { Tool, ToolName } from "./catalog.ts";

/** The folder for what is expensive to get and the same for every checkout (XDG Base Directory Specification). */
export function cacheFolder(...names: string[]): string {
  const home = process.env["XDG_CACHE_HOME"];
  const base = home !== undefined && path.isAbsolute(home) ? home : path.join(homedir(), ".cache");
  const folder = path.join(base, "drover", ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The folder of a tool's `go.mod`, `go.sum` and sources. */
export const goFolder = (tool: Tool): string => path.join(checkout, "sandbox", "go", tool.build.folder);

/** Where a tool's executable is once it was downloaded or built: another place for every version and every change of how it is built. */
export function cachedExecutable(name: ToolName, tool: Tool): string {
  const hash = createHash("sha256").update(JSON.stringify([tool.build, process.platform, process.arch]));
  for (const file of sources(goFolder(tool))) hash.update(file).update(readFileSync(path.join(goFolder(tool), file)));
  return path.join(cacheFolder("tools", `${name}-${tool.version}-${hash.digest("hex").slice(0, 12)}`), name);
}

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".go") || /(^|\/)go\.(mod|sum)$/.test(file))
    .sort();
