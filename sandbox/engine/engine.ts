import { copyFileSync, existsSync, linkSync, lstatSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

import { stringify } from "yaml";

import { cluster, rancherAuthority, rancherUrl } from "../rancher/part.ts";
import { onPath } from "../tools/find.ts";
import { checkout } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { kubeconfigFile, passphraseFile } from "./environment.ts";
import { writeLauncher } from "./launcher.ts";
import { installPlugins, standInMark } from "./plugins.ts";
import type { InstalledPlugin } from "./plugins.ts";

/** Where the engine and its plugins came from. */
export interface InstalledEngine {
  readonly cli: string;
  readonly languageHost: string;
  readonly plugins: readonly InstalledPlugin[];
}

/** Makes the sandbox's engine ready: the CLI, the language host, the plugins, the project and kubectl with its kubeconfig. */
export async function installEngine(world: World): Promise<InstalledEngine> {
  const { layout, settings } = world;
  writeFileSync(passphraseFile(layout), settings.passphrase, { mode: 0o600 });
  writeFileSync(kubeconfigFile(layout), await kubeconfig(world), { mode: 0o600 });
  linkProgram(layout.project);

  const [cli, kubectl, plugins] = await Promise.all([
    world.tool("pulumi"),
    world.tool("kubectl"),
    installPlugins(world),
  ]);
  link(kubectl, path.join(layout.bin, "kubectl"));
  const host = "pulumi-language-nodejs";
  const launcher = path.join(layout.bin, host);
  const node = path.join(layout.bin, "node");
  const official = [path.join(path.dirname(cli), host), ...onPath(host)].find((file) => existsSync(file));
  for (const file of [launcher, node]) rmSync(file, { force: true });
  if (official === undefined) {
    place(cli, path.join(layout.bin, "pulumi"));
    writeLauncher(launcher, path.join(checkout, "sandbox", "engine", "language-host.ts"));
  } else {
    link(cli, path.join(layout.bin, "pulumi"));
    link(official, launcher);
    // It runs programs with whatever Node.js comes first on PATH, which may be too old for this one.
    link(process.execPath, node);
  }
  return { cli, languageHost: official ?? `${standInMark}pulumi-language-nodejs`, plugins };
}

/** Makes a folder a Pulumi project with this checkout's program; its stack files are its own. */
export function linkProgram(project: string): void {
  for (const file of ["Pulumi.yaml", "index.ts", "package.json", "node_modules"])
    link(path.join(checkout, file), path.join(project, file));
}

/** Puts the engine itself in the folder of its language host: where the two are apart, it warns at every run. */
function place(target: string, at: string): void {
  if (lstatSync(at, { throwIfNoEntry: false })?.ino === statSync(target).ino) return;
  rmSync(at, { force: true });
  try {
    linkSync(target, at);
  } catch {
    // Another file system than the cache's.
    copyFileSync(target, at);
  }
}

/** Makes `at` a link to `target`, whatever was there. */
function link(target: string, at: string): void {
  if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) rmSync(at);
  symlinkSync(target, at);
}

/** A kubeconfig for people, through Rancher, with the deployer's rights. */
async function kubeconfig(world: World): Promise<string> {
  const server = `${rancherUrl(world)}/k8s/clusters/${cluster.id}`;
  const authority = Buffer.from(await rancherAuthority(world)).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sandbox", cluster: { server, "certificate-authority-data": authority } }],
    users: [{ name: "rancher", user: { token: world.settings.tokens.deployer } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "rancher", namespace: "appdev" } }],
    "current-context": "sandbox",
  });
}
