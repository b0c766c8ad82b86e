import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { isSandboxBin } from "../world/layout.ts";

/**
 * All executables of a name on PATH, first come first. Neither `node_modules/.bin` counts, which holds launchers of packages, nor what a
 * sandbox has put on PATH itself.
 */
export function onPath(name: string, searched = process.env["PATH"] ?? ""): string[] {
  return searched
    .split(path.delimiter)
    .filter((folder) => folder !== "" && !folder.endsWith(path.join("node_modules", ".bin")) && !isSandboxBin(folder))
    .map((folder) => path.join(folder, name))
    .filter(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The first executable on PATH that prints a version of at least `minimum`. */
export async function recentOnPath(
  name: string,
  args: readonly string[],
  minimum: string,
): Promise<string | undefined> {
  for (const file of onPath(name)) {
    const { stdout, failed } = await execa(file, args, { reject: false, timeout: 10_000 });
    const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0];
    if (!failed && version !== undefined && isAtLeast(version, minimum)) return file;
  }
  return undefined;
}

/** Compares versions of the form 1.2.3, number by number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const wanted = minimum.split(".").map(Number);
  const parts = version.split(".").map(Number);
  const first = wanted.findIndex((number, index) => parts[index] !== number);
  return first < 0 || (parts[first] ?? 0) > (wanted[first] ?? 0);
}
