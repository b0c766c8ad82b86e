import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { dataFolder } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { registryHost } from "./registry.ts";
import type { RegistryPart } from "./registry.ts";

/** One version of the demo application, as a build would push it. */
export interface DemoImage {
  readonly part: RegistryPart;
  /** In the registry, such as `kbase/narrative-develop`. */
  readonly repository: string;
  readonly tag: string;
  /** What the application says it is. */
  readonly app: string;
  readonly version: string;
  /** The commit that it is built from, 40 hexadecimal digits. */
  readonly revision: string;
  /** The repository that has the commit. Default: one on github.com of the image's name, which the sandbox's GitHub is not. */
  readonly source?: string;
  readonly pullRequest?: number;
  /** Makes a version that is no good; see `sandbox/go/demo-app`. */
  readonly behaviour?: "crash" | "unhealthy";
}

/** The user that images run as: nobody in particular, by number, so that Kubernetes can tell that it isn't root. */
const user = "65532:65532";

/**
 * Builds an image from the demo application and pushes it; the same input always gives the same digest.
 *
 * @returns the digest
 */
export async function publishDemoImage(world: World, image: DemoImage): Promise<string> {
  const environment = {
    APP: image.app,
    VERSION: image.version,
    REVISION: image.revision,
    ...(image.behaviour === undefined ? {} : { BEHAVIOUR: image.behaviour }),
  };
  const labels = {
    "org.opencontainers.image.source":
      image.source ?? `https://github.com/${image.repository.replace(/-develop$/, "")}`,
    "org.opencontainers.image.revision": image.revision,
    "org.opencontainers.image.version": image.version,
    "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
    ...(image.pullRequest === undefined ? {} : { "drover.pull-request": String(image.pullRequest) }),
  };
  return pushProgram(
    world,
    "demo-app",
    `${registryHost(world, image.part)}/${image.repository}:${image.tag}`,
    environment,
    labels,
  );
}

/** The address of the image that keeps a pod's namespaces; the node pulls it before anything else. */
export const pauseImage = (world: Pick<World, "settings">): string => `${registryHost(world, "public")}/drover/pause:1`;

/** Pushes the pause image. */
export const publishPauseImage = (world: World): Promise<string> =>
  pushProgram(world, "pause", pauseImage(world), {}, {});

/** Pushes an image of nothing but one static program. */
async function pushProgram(
  world: World,
  program: "demo-app" | "pause",
  reference: string,
  environment: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = dataFolder(world.layout, "images");
  const layer = await programLayer(world, program, folder);
  const crane = await craneOf(world, folder);
  // crane gives settings only to an image that a registry has: one without any, made once.
  const base = `${registryHost(world, "public")}/drover/${program}:base`;
  const options = (name: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([key, value]) => [name, `${key}=${value}`]);
  await crane("append", "--oci-empty-base", "--new_layer", layer, "--new_tag", base);
  const pushed = await crane(
    "mutate",
    base,
    ...["--entrypoint", `/${program}`, "--user", user, "--tag", reference, "--set-platform", platform],
    ...options("--env", environment),
    ...options("--label", labels),
  );
  return pushed.slice(pushed.indexOf("@") + 1);
}

const platform = `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`;

/** A layer with one program in its root; no times or owners in it, so that its digest depends on the program alone. */
async function programLayer(world: World, program: "demo-app" | "pause", folder: string): Promise<string> {
  const executable = await world.tool(program);
  const name = path.basename(path.dirname(executable));
  const layer = path.join(folder, `${name}.tar`);
  if (existsSync(layer)) return layer;
  const temporary = path.join(folder, `${name}.${String(process.pid)}`);
  mkdirSync(temporary, { recursive: true });
  copyFileSync(executable, path.join(temporary, program));
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=0755"];
  await execa("tar", [...same, "-C", temporary, "-cf", `${layer}.part`, program]);
  rmSync(temporary, { recursive: true });
  await execa("mv", [`${layer}.part`, layer]);
  return layer;
}

/** crane, with the account of the registry's private part in a file instead of its arguments. */
async function craneOf(world: World, folder: string) {
  const command = await world.tool("crane");
  const { username, password } = world.settings.registryAccount;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const file = path.join(folder, "config.json");
  writeFileSync(file, JSON.stringify({ auths: { [registryHost(world, "private")]: { auth } } }), { mode: 0o600 });
  return async (...args: string[]): Promise<string> => {
    const { stdout } = await execa(command, args, { env: { DOCKER_CONFIG: folder } });
    return stdout.trim();
  };
}
