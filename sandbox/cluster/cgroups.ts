import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { delegateControllers, returnProcesses } from "./cgroup-delegation.ts";

const root = "/sys/fs/cgroup";

/** One mounted cgroup hierarchy. */
export interface Hierarchy {
  readonly folder: string;
  readonly version: 1 | 2;
  /** Of version 1: the controllers that are mounted there. */
  readonly controllers: readonly string[];
}

/** What the kubelet and runc cannot do without. */
const needed = ["cpu", "cpuset", "memory", "pids"] as const;
const neededInVersion1 = [...needed, "cpuacct", "devices", "freezer"] as const;

/** The cgroup hierarchies below /sys/fs/cgroup, out of `/proc/self/mountinfo` (proc(5)). */
export function parseHierarchies(mountinfo: string): Hierarchy[] {
  return mountinfo.split("\n").flatMap((line): Hierarchy[] => {
    const [before, after] = line.split(" - ");
    const folder = before?.split(" ")[4];
    const [type, , options] = after?.split(" ") ?? [];
    if (folder === undefined || !/^\/sys\/fs\/cgroup(\/|$)/.test(folder)) return [];
    if (type === "cgroup2") return [{ folder, version: 2, controllers: [] }];
    if (type !== "cgroup") return [];
    const controllers = (options ?? "").split(",").filter((option) => !["rw", "ro", "none", ""].includes(option));
    return [{ folder, version: 1, controllers }];
  });
}

/** The hierarchies of this machine. */
export const hierarchies = () => parseHierarchies(readFileSync("/proc/self/mountinfo", "utf8"));

/** Whether the machine has version 2 alone (kubelet and runc look at the same: what is mounted at /sys/fs/cgroup itself). */
export const isUnified = (all: readonly Hierarchy[]) =>
  all.some(({ folder, version }) => version === 2 && folder === root);

/** The controllers that pods need and this machine does not offer. */
export function missingControllers(
  all: readonly Hierarchy[],
  read = (file: string) => readFileSync(file, "utf8"),
): string[] {
  if (!isUnified(all)) {
    const offered = all.flatMap(({ controllers }) => controllers);
    return neededInVersion1.filter((name) => !offered.includes(name));
  }
  const offered = read(path.join(root, "cgroup.controllers")).trim().split(" ");
  return needed.filter((name) => !offered.includes(name));
}

/**
 * Makes a cgroup of this name in every hierarchy.
 * @throws Error naming the folder that could not be written
 */
export function createCgroups(name: string): void {
  const all = hierarchies();
  if (isUnified(all)) delegateControllers(root, needed);
  for (const { folder, controllers } of all) {
    const own = path.join(folder, name);
    mkdirSync(own, { recursive: true });
    // A new cpuset is empty and takes no process until it is told its processors and memory nodes.
    if (controllers.includes("cpuset"))
      for (const file of ["cpuset.cpus", "cpuset.mems"])
        writeFileSync(path.join(own, file), readFileSync(path.join(folder, file), "utf8"));
  }
  if (isUnified(all)) delegateControllers(path.join(root, name), needed);
}

/**
 * Removes the cgroups of this name and all below them, waiting for their last processes to go.
 * @throws Error naming the cgroup that still has processes after ten seconds
 */
export async function removeCgroups(name: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  const all = hierarchies();
  for (const { folder } of all) {
    const own = path.join(folder, name);
    while (existsSync(own) && !removeTree(own)) {
      if (Date.now() > deadline) throw new Error(`the cgroup ${own} still has processes; end them and try again`);
      await delay(20);
    }
  }
  if (isUnified(all) && isWritable(root)) returnProcesses(root);
}

/**
 * Makes cgroups in every hierarchy and removes them at once, to see that it can be done.
 * @throws Error naming the folder that could not be written
 */
export function tryCgroups(): void {
  const all = hierarchies();
  for (const { folder } of all) {
    const probe = path.join(folder, `probe-${String(process.pid)}`);
    mkdirSync(probe);
    rmdirSync(probe);
  }
  if (isUnified(all)) accessSync(path.join(root, "cgroup.subtree_control"), constants.W_OK);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The kernel removes a cgroup when it has neither children nor processes; its files go with it. */
function removeTree(folder: string): boolean {
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (!children.map((child) => removeTree(path.join(folder, child.name))).every(Boolean)) return false;
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
