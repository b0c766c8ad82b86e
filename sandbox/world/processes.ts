import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import * as z from "zod";

import type { Layout } from "./layout.ts";

/** What to run as a server in the background. */
export interface ServerSpec {
  /** Unique in the sandbox; names the log and the process file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Replaces the environment, so that nothing of the caller's reaches a server unasked. `PATH` and `HOME` are passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Resolves to true once the server serves. Asked again and again until it does, the process ends, or the time is over. */
  ready(): Promise<boolean>;
  /** Seconds until a server that is not ready is given up. Default 60. */
  readonly timeout?: number;
}

const ProcessFile = z.strictObject({ pid: z.int(), started: z.string() });

const processFile = (layout: Layout, name: string) => path.join(layout.run, `${name}.json`);

/** A server's log file. */
export const logFile = (layout: Layout, name: string) => path.join(layout.logs, `${name}.log`);

/** When a process started, in clock ticks after boot (proc(5), /proc/pid/stat field 22); undefined when it is gone or a zombie. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** The process id of a running server of this sandbox; a number that the system gave to another process since does not count. */
export function runningPid(layout: Layout, name: string): number | undefined {
  const file = processFile(layout, name);
  if (!existsSync(file)) return undefined;
  try {
    const { pid, started } = ProcessFile.parse(JSON.parse(readFileSync(file, "utf8")));
    return startOf(pid) === started ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The names of all servers that this sandbox has started and not stopped, alive or not. */
export const startedServers = (layout: Layout) =>
  readdirSync(layout.run)
    .filter((file) => file.endsWith(".json"))
    .map((file) => path.basename(file, ".json"));

/** The last lines of a server's log, for an error message. */
export function logTail(layout: Layout, name: string, lines = 8): string {
  const file = logFile(layout, name);
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n") : "(no log)";
}

/**
 * Starts a server and returns when it is ready; does nothing when it runs and is ready already.
 * @throws Error with the log's last lines when the process ends or is not ready in time
 */
export async function startServer(layout: Layout, spec: ServerSpec): Promise<void> {
  let pid = runningPid(layout, spec.name);
  if (pid === undefined) {
    const log = openSync(logFile(layout, spec.name), "a", 0o600);
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd ?? layout.root,
      detached: true,
      env: { PATH: process.env["PATH"] ?? "", HOME: layout.root, ...spec.env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    pid = child.pid;
    const started = pid === undefined ? undefined : startOf(pid);
    if (started !== undefined)
      writeFileSync(processFile(layout, spec.name), JSON.stringify({ pid, started }), { mode: 0o600 });
  }
  const seconds = spec.timeout ?? 60;
  const deadline = Date.now() + seconds * 1000;
  const failure = (what: string) =>
    new Error(`${spec.name} ${what}; its log ${logFile(layout, spec.name)} ends with:\n${logTail(layout, spec.name)}`);
  while (!(await spec.ready().catch(() => false))) {
    if (runningPid(layout, spec.name) === undefined) throw failure("ended before it was ready");
    if (Date.now() > deadline) throw failure(`was not ready within ${String(seconds)} s`);
    await delay(50);
  }
}

/** Ends a server: SIGTERM to its process group, SIGKILL after `grace` seconds. Does nothing when it does not run. */
export async function stopServer(layout: Layout, name: string, grace = 10): Promise<void> {
  const pid = runningPid(layout, name);
  if (pid !== undefined) {
    signalGroup(pid, "SIGTERM");
    const deadline = Date.now() + grace * 1000;
    while (startOf(pid) !== undefined) {
      if (Date.now() > deadline) signalGroup(pid, "SIGKILL");
      await delay(20);
    }
  }
  rmSync(processFile(layout, name), { force: true });
}

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  signalProcess(-pid, signal);
};

/**
 * Ends what an engine that was killed has left: plugins of the sandbox's own Pulumi home, which nobody asks anything any more. For a sandbox
 * that goes down: those of an engine that still runs end too.
 */
export function endOrphans(layout: Layout): void {
  if (!existsSync("/proc")) return;
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (Number.isInteger(pid) && commandOf(pid).startsWith(`${layout.pulumiHome}${path.sep}`))
      signalProcess(pid, "SIGTERM");
  }
}

/** The path by which a process was started (proc(5), /proc/pid/cmdline); "" when it is gone. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").split("\0")[0] ?? "";
  } catch {
    return "";
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone between the look and the signal.
  }
}
