import path from "node:path";

import { findCommand, run } from "../../cluster/commands.ts";
import { debianPackages, defaultCache } from "../../cluster/debian-packages.ts";
import { findNodeRuntime } from "../../cluster/node-runtime.ts";

/** The programs of a Docker engine: absolute paths. */
export interface DockerRuntime {
  readonly dockerd: string;
  /** The client. */
  readonly docker: string;
  /** Folders with what dockerd starts: containerd, its shim, runc. */
  readonly path: readonly string[];
  /** Folders with libraries that the machine may lack. */
  readonly libraries: readonly string[];
}

/** Debian's name for the machine in library folders. */
const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

/**
 * Finds Docker's engine and client on the machine, or else in Debian packages that are unpacked into the cache and not installed.
 * @throws Error that says what is missing and why it can't be had
 */
export async function findDockerRuntime(say: (line: string) => void, cache = defaultCache()): Promise<DockerRuntime> {
  const { containerd, runc } = await findNodeRuntime(say, cache);
  const folders = [path.dirname(containerd), path.dirname(runc)];
  const [dockerd, docker] = [findCommand("dockerd"), findCommand("docker")];
  if (dockerd !== undefined && docker !== undefined) return { dockerd, docker, path: folders, libraries: [] };
  const packages = await debianPackages(["docker.io", "libdevmapper1.02.1"], cache, say).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`there is no dockerd on this machine, nor Debian's package docker.io: ${why}`);
  });
  const library = packages("libdevmapper1.02.1");
  const found = {
    dockerd: path.join(packages("docker.io"), "usr/sbin/dockerd"),
    docker: path.join(packages("docker.io"), "usr/bin/docker"),
    path: folders,
    libraries: [path.join(library, "lib", triplet), path.join(library, "usr/lib", triplet)],
  };
  // Shows that the client runs here; dockerd says it itself when it starts.
  await run(found.docker, ["--version"]);
  return found;
}
