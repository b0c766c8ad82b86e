import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

import * as z from "zod";

import type { Layout } from "../world/layout.ts";

const Lock = z.looseObject({ pid: z.int(), hostname: z.string() });

/**
 * Removes the locks of engines that were killed on this machine: a `file://` backend's lock outlives its owner, and every later run is refused.
 * Locks of living processes and of other machines stay.
 */
export function removeStaleLocks(layout: Layout): void {
  const folder = path.join(layout.pulumiState, ".pulumi", "locks");
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".json")) continue;
    const file = path.join(folder, entry);
    const lock = Lock.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (lock.success && lock.data.hostname === hostname() && !isAlive(lock.data.pid)) rmSync(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
