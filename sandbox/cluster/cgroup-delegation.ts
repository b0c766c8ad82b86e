import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Where the processes of a container's own root cgroup wait while pods need that cgroup's controllers. */
const others = "drover-others";

const read = (folder: string, file: string) => readFileSync(path.join(folder, file), "utf8").trim();
const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");

/**
 * Lets the children of a version 2 cgroup use controllers, which are passed on only when asked for (cgroups(7)).
 *
 * A cgroup that is not the machine's own root can't pass controllers on while it has processes itself: in a container, whose root is such a cgroup, they
 * move into a child for as long, as Docker in Docker does it.
 * @param controllers those that are passed on already stay so
 */
export function delegateControllers(folder: string, controllers: readonly string[]): void {
  const passed = words(read(folder, "cgroup.subtree_control"));
  for (const name of controllers.filter((each) => !passed.includes(each))) {
    try {
      pass(folder, `+${name}`);
    } catch (error) {
      if (!isBusy(error)) throw error;
      const child = path.join(folder, others);
      mkdirSync(child, { recursive: true });
      moveProcesses(folder, child);
      pass(folder, `+${name}`);
    }
  }
}

/** Undoes {@link delegateControllers}' move of processes, unless another sandbox's pods still need it. Does nothing where there was none. */
export function returnProcesses(folder: string): void {
  const child = path.join(folder, others);
  const sandboxes = readdirSync(folder).filter((name) => name.startsWith("drover-") && name !== others);
  if (!existsSync(child) || sandboxes.length > 0) return;
  for (const name of words(read(folder, "cgroup.subtree_control"))) pass(folder, `-${name}`);
  moveProcesses(child, folder);
  rmdirSync(child);
}

const pass = (folder: string, change: string) => {
  writeFileSync(path.join(folder, "cgroup.subtree_control"), change);
};

/** Again and again, since a process can have started another one meanwhile; those that ended are none. */
function moveProcesses(from: string, to: string): void {
  let last = "";
  for (let pids = read(from, "cgroup.procs"); pids !== "" && pids !== last; pids = read(from, "cgroup.procs")) {
    last = pids;
    for (const pid of words(pids)) {
      try {
        writeFileSync(path.join(to, "cgroup.procs"), pid);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
      }
    }
  }
}

const isBusy = (error: unknown) => error instanceof Error && "code" in error && error.code === "EBUSY";
