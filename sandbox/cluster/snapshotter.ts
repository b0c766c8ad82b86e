import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

import { run } from "./commands.ts";
import type { Snapshotter } from "./node-config.ts";

/** Tries whether a folder's file system can hold an overlay: that of a container mostly can't, being one itself. */
export async function detectSnapshotter(folder: string): Promise<Snapshotter> {
  const probe = mkdtempSync(path.join(folder, "overlay-"));
  for (const name of ["lower", "upper", "work", "merged"]) mkdirSync(path.join(probe, name));
  // In a mount namespace of its own, and below the folder, so that no character of its path is read as part of the options.
  const mount =
    'cd "$1" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged && touch merged/file';
  try {
    await run("unshare", ["--mount", "--propagation", "private", "--", "/bin/sh", "-c", mount, "sh", probe]);
    return "overlayfs";
  } catch {
    return "native";
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
