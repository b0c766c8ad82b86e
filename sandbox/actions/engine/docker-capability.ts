import { findCommand, run } from "../../cluster/commands.ts";

/** What the machine was found to be. */
export interface Findings {
  readonly platform: string;
  /** Undefined where there is no such thing. */
  readonly user: number | undefined;
  readonly missingCommands: readonly string[];
  /** Why namespaces and mounts can't be had. */
  readonly namespaces: string | undefined;
  /** The longest path of a socket of the engine, in bytes. */
  readonly socketPath: string;
}

/** What the engine's capsule needs of the machine, and what steps of workflows find on GitHub's runners. */
export const engineCommands = ["unshare", "setpriv", "mount", "ip", "git", "curl", "jq", "bash"] as const;

/** The longest path that a socket can have, in bytes (unix(7)). */
const longestSocket = 107;

/** Why this machine can have no Docker engine; undefined where nothing stands against it. The first thing that does is said. */
export function judge({ platform, user, missingCommands, namespaces, socketPath }: Findings): string | undefined {
  if (platform !== "linux") return `it runs on Linux, this is ${platform}`;
  if (user !== 0) return `it needs root, this is user ${String(user)}`;
  if (missingCommands.length > 0) return `${missingCommands.join(", ")} missing on this machine`;
  if (Buffer.byteLength(socketPath) > longestSocket)
    return `${socketPath} is longer than a socket's ${String(longestSocket)} bytes; put the sandbox elsewhere (DROVER_SANDBOX)`;
  return namespaces === undefined ? undefined : `namespaces or mounts are refused: ${namespaces}`;
}

/** Finds out why this machine can have no Docker engine; leaves nothing behind. */
export async function whyNoDocker(socketPath: string): Promise<string | undefined> {
  const findings: Findings = {
    platform: process.platform,
    user: process.getuid?.(),
    missingCommands: engineCommands.filter((name) => findCommand(name) === undefined),
    namespaces: undefined,
    socketPath,
  };
  const first = judge(findings);
  if (first !== undefined) return first;
  const namespaces = await run("unshare", [
    ...["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--", "/bin/sh", "-ec"],
    "mount -t proc proc /proc; mount -t tmpfs tmpfs /run",
  ]).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return judge({ ...findings, namespaces });
}
