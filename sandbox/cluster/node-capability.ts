import { existsSync } from "node:fs";

import { hierarchies, missingControllers, tryCgroups } from "./cgroups.ts";
import { findCommand, run } from "./commands.ts";
import { findNodeRuntime } from "./node-runtime.ts";

/** Whether this machine can have a real node, and what stands against it if not. */
export type Capability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What the machine was found to be. */
export interface Findings {
  readonly platform: string;
  /** Undefined where there is no such thing. */
  readonly user: number | undefined;
  readonly missingCommands: readonly string[];
  readonly kernelLog: boolean;
  /** Why the capsule's namespaces, mounts or network devices can't be had. */
  readonly namespaces: string | undefined;
  readonly missingControllers: readonly string[];
  /** Why cgroups can't be made. */
  readonly cgroups: string | undefined;
  /** Why containerd and runc can't be had. */
  readonly runtime: string | undefined;
}

/** Decides by the first thing that stands against a real node. */
export function judge(findings: Findings): Capability {
  const { platform, user, missingCommands, missingControllers: controllers } = findings;
  const no = (reason: string): Capability => ({ ok: false, reason });
  if (platform !== "linux") return no(`a node runs on Linux, this is ${platform}`);
  if (user !== 0) return no(`a node needs root, this is user ${String(user)}`);
  if (missingCommands.length > 0)
    return no(`${missingCommands.join(", ")} missing (Debian packages util-linux, mount and iproute2)`);
  if (!findings.kernelLog) return no("the kubelet reads /dev/kmsg, which this machine lacks");
  if (findings.namespaces !== undefined)
    return no(`namespaces, mounts or network devices are refused: ${findings.namespaces}`);
  if (controllers.length > 0) return no(`below /sys/fs/cgroup the controllers ${controllers.join(", ")} are missing`);
  if (findings.cgroups !== undefined) return no(`cgroups can't be made: ${findings.cgroups}`);
  if (findings.runtime !== undefined) return no(findings.runtime);
  return { ok: true };
}

/**
 * Finds out whether this machine can have a real node. Leaves nothing behind but containerd, runc and the CNI plugins in the cache, where they are
 * not installed: whether they can be had shows by fetching them (36 MB, once).
 */
export async function canRunNode(say: (line: string) => void = () => undefined): Promise<Capability> {
  const findings: Findings = {
    platform: process.platform,
    user: process.getuid?.(),
    missingCommands: ["unshare", "mount", "ip", "sh"].filter((name) => findCommand(name) === undefined),
    kernelLog: existsSync("/dev/kmsg"),
    namespaces: undefined,
    missingControllers: [],
    cgroups: undefined,
    runtime: undefined,
  };
  const first = judge(findings);
  if (!first.ok) return first;
  const [namespaces, runtime] = await Promise.all([reason(() => tryNamespaces()), reason(() => findNodeRuntime(say))]);
  return judge({
    ...findings,
    namespaces,
    runtime,
    missingControllers: missingControllers(hierarchies()),
    cgroups: await reason(tryCgroups),
  });
}

/** Does once, in namespaces that end with it, what the capsule and its bridge need. */
const tryNamespaces = () =>
  run("unshare", [
    ...["--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private", "--", "/bin/sh", "-ec"],
    "mount -t proc proc /proc; mount -t tmpfs tmpfs /run; ip link add name probe type bridge; ip link add name one type veth peer name two",
  ]);

async function reason(attempt: () => unknown): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
