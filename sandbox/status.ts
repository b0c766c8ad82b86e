import { partsOf } from "./sandbox.ts";
import type { World } from "./world/part.ts";
import { logFile, runningPid } from "./world/processes.ts";

/** Exit code of `sandbox status` when something does not run, as of `systemctl status`. */
const notRunning = 3;

/** What runs of a sandbox, for people or as JSON; sets the exit code. */
export function describeStatus(world: World, json: boolean): string {
  const status = partsOf(world).map((part) => ({
    part: part.name,
    description: part.describe(world),
    servers: part.servers.map((name) => ({
      name,
      pid: runningPid(world.layout, name) ?? null,
      log: logFile(world.layout, name),
    })),
  }));
  if (status.some(({ servers }) => servers.some(({ pid }) => pid === null))) process.exitCode = notRunning;
  if (json) return `${JSON.stringify({ folder: world.layout.root, parts: status }, null, 2)}\n`;
  const lines = status.flatMap(({ part, description, servers }) => [
    `${part.padEnd(12)}${description}`,
    ...servers.map(
      ({ name, pid, log }) =>
        `  ${name.padEnd(26)}${pid === null ? "does not run" : `runs as ${String(pid)}`.padEnd(16)}  ${log}`,
    ),
  ]);
  return `${lines.join("\n")}\n`;
}
