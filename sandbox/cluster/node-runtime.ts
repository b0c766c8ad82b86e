import { existsSync } from "node:fs";
import path from "node:path";

import { findCommand, run } from "./commands.ts";
import { debianPackages, defaultCache } from "./debian-packages.ts";

/** The programs that run containers: absolute paths. */
export interface NodeRuntime {
  readonly containerd: string;
  /** The folder with `containerd-shim-runc-v2`. */
  readonly shims: string;
  readonly runc: string;
  /** The folder with the CNI plugins `bridge`, `host-local` and `loopback`. */
  readonly plugins: string;
  /** As `containerd 1.6.20 and runc 1.1.5, out of Debian packages`. */
  readonly description: string;
}

const pluginNames = ["bridge", "host-local", "loopback"];
const pluginFolders = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

/**
 * Finds containerd, runc and the CNI plugins on the machine; what is missing comes out of the distribution's packages, see {@link debianPackages}.
 * @param cache see {@link defaultCache}
 * @throws Error that says what is missing and why it can't be had
 */
export async function findNodeRuntime(
  say: (line: string) => void = () => undefined,
  cache = defaultCache(),
): Promise<NodeRuntime> {
  const installed = installedRuntime();
  const plugins = pluginFolders.find((folder) => pluginNames.every((name) => existsSync(path.join(folder, name))));
  const missing = [
    ...(installed === undefined ? (["containerd", "runc"] as const) : []),
    ...(plugins === undefined ? (["containernetworking-plugins"] as const) : []),
  ];
  const absent = ["apt-get", "dpkg-deb"].filter((name) => findCommand(name) === undefined);
  if (missing.length > 0 && absent.length > 0)
    throw new Error(`${missing.join(", ")} not found, and without ${absent.join(" and ")} no Debian packages either`);

  const packages = await debianPackages(missing, cache, say).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${missing.join(", ")} not found on this machine, nor as Debian packages: ${why}`);
  });
  const programs = installed ?? {
    containerd: path.join(packages("containerd"), "usr/bin/containerd"),
    shims: path.join(packages("containerd"), "usr/bin"),
    runc: path.join(packages("runc"), "usr/sbin/runc"),
  };
  const versions = await Promise.all([version(programs.containerd), version(programs.runc)]);
  return {
    ...programs,
    plugins: plugins ?? path.join(packages("containernetworking-plugins"), "usr/lib/cni"),
    description: `containerd ${versions[0]} and runc ${versions[1]}${installed === undefined ? ", out of Debian packages" : ""}`,
  };
}

function installedRuntime(): Pick<NodeRuntime, "containerd" | "shims" | "runc"> | undefined {
  const [containerd, shim, runc] = ["containerd", "containerd-shim-runc-v2", "runc"].map(findCommand);
  if (containerd === undefined || shim === undefined || runc === undefined) return undefined;
  return { containerd, shims: path.dirname(shim), runc };
}

/** Also shows that the program runs here: it may lack a library. */
async function version(file: string): Promise<string> {
  const output = await run(file, ["--version"]);
  return /\b(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? "of an unknown version";
}
