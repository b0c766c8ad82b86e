import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";

import { quote } from "../../cluster/capsule.ts";
import { removeCgroups } from "../../cluster/cgroups.ts";
import { findCommand } from "../../cluster/commands.ts";
import { createBridge, removeBridge } from "../../cluster/node-network.ts";
import type { Layout } from "../../world/layout.ts";
import { dataFolder } from "../../world/layout.ts";
import type { World } from "../../world/part.ts";
import { startServer } from "../../world/processes.ts";
import { whyNoDocker } from "./docker-capability.ts";
import { findDockerRuntime } from "./docker-runtime.ts";
import type { DockerRuntime } from "./docker-runtime.ts";

/** The name of the engine's process and log. */
export const dockerServer = "docker";

/** The engine's socket. */
export const dockerSocket = (layout: Layout): string => path.join(layout.run, "docker.sock");

/** The cgroup that containers of the engine's builds are in. */
const cgroup = ({ settings }: Pick<World, "settings">) => `${settings.network.bridge}-docker`;

/** The network of the engine's containers: a bridge beside the node's, with the next 256 addresses. */
function network({ settings: { network } }: Pick<World, "settings">): World["settings"]["network"] {
  const [ten = "10", second = "0", third = "0"] = network.prefix.split(".");
  return { bridge: `${network.bridge}-d`, prefix: `${ten}.${second}.${String((Number(third) + 1) % 256)}` };
}

/**
 * Starts a Docker engine of the sandbox's own, on a socket in its folder, in a capsule: a mount and a process namespace, so that whatever it
 * started or mounted ends with it. It pulls and pushes over the machine's network; what runs in its containers has no way out.
 *
 * @returns its programs
 * @throws Error that says why this machine can't have one
 */
export async function startDocker(world: World): Promise<DockerRuntime> {
  const { layout } = world;
  const folder = dataFolder(layout, "docker");
  const socket = dockerSocket(layout);
  const refusal = await whyNoDocker(path.join(folder, "exec", "containerd", "containerd.sock.ttrpc"));
  if (refusal !== undefined) throw new Error(`a Docker engine can't run here: ${refusal}`);
  const runtime = await findDockerRuntime((line) => {
    world.say(line);
  });
  const script = path.join(folder, "capsule.sh");
  writeFileSync(script, capsule(world, folder, socket, runtime));
  await createBridge(network(world));
  await startServer(layout, {
    name: dockerServer,
    command: findCommand("unshare") ?? "unshare",
    args: [...["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--", "/bin/sh"], script],
    ready: () => ping(socket),
  });
  return runtime;
}

/** Clears away what the engine's end leaves: empty cgroups, and its socket. */
export async function clearDocker(world: World): Promise<void> {
  if (process.platform !== "linux") return;
  await removeCgroups(cgroup(world));
  await removeBridge(network(world));
  rmSync(dockerSocket(world.layout), { force: true });
}

/** The script of the capsule's first process. */
function capsule(
  world: World,
  folder: string,
  socket: string,
  { dockerd, path: folders, libraries }: DockerRuntime,
): string {
  for (const name of ["exec", "images"]) mkdirSync(path.join(folder, name), { recursive: true, mode: 0o700 });
  // dockerd writes to /run/docker, which must not stay behind on the machine.
  const isolate = world.layout.root.startsWith("/run/") ? "" : "mount -t tmpfs -o mode=0755 tmpfs /run\n";
  const command = [
    dockerd,
    ...["--host", `unix://${socket}`, "--pidfile", path.join(folder, "pid"), "--log-level", "warn"],
    ...["--data-root", path.join(folder, "images"), "--exec-root", path.join(folder, "exec")],
    ...["--config-file", path.join(folder, "daemon.json")],
    ...[
      "--bridge",
      network(world).bridge,
      "--iptables=false",
      "--ip6tables=false",
      "--ip-forward=false",
      "--storage-driver=vfs",
    ],
    ...["--cgroup-parent", `/${cgroup(world)}`, "--exec-opt", "native.cgroupdriver=cgroupfs"],
  ];
  // By default a key in /etc/docker.
  const settings = { "deprecated-key-path": path.join(folder, "key.json") };
  writeFileSync(path.join(folder, "daemon.json"), JSON.stringify(settings));
  rmSync(path.join(folder, "pid"), { force: true });
  return `set -eu
mount -t proc proc /proc
${isolate}PATH=${folders.map((one) => `${quote(one)}:`).join("")}"$PATH"
LD_LIBRARY_PATH=${quote(libraries.filter((one) => existsSync(one)).join(":"))}
export PATH LD_LIBRARY_PATH
exec ${command.map(quote).join(" ")}
`;
}

/** Whether the engine answers on its socket. */
function ping(socketPath: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  request({ socketPath, path: "/_ping", timeout: 5000 }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  })
    .on("error", reject)
    .end();
  return promise;
}
