import { partsOf } from "./sandbox.ts";
import type { World } from "./world/part.ts";
import { logFile, logTail } from "./world/processes.ts";

/**
 * Prints the last lines of one server's log, of all servers of a part, or of all.
 *
 * @throws Error that names the parts there are
 */
export function printLogs(world: World, wanted: string | undefined, lines: number): void {
  if (!Number.isInteger(lines) || lines < 1) throw new Error("--lines must be a whole number above 0");
  const parts = partsOf(world);
  const servers = parts.flatMap((part) =>
    wanted === undefined || wanted === part.name ? part.servers : part.servers.filter((server) => server === wanted),
  );
  if (servers.length === 0)
    throw new Error(`there is no part "${wanted ?? ""}"; the parts are ${parts.map(({ name }) => name).join(", ")}`);
  for (const server of servers)
    process.stdout.write(`== ${server}: ${logFile(world.layout, server)}\n${logTail(world.layout, server, lines)}\n`);
}
