import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

import * as z from "zod";

import type { ToolName } from "../tools/catalog.ts";
import { isAtLeast, onPath } from "../tools/find.ts";
import { checkout } from "../world/layout.ts";
import type { Layout } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { writeLauncher } from "./launcher.ts";

/** The name of a resource plugin that the program needs, and of its npm package. */
export type PluginName = "kubernetes" | "docker" | "rancher2" | "github";

/** A resource plugin that the program needs, and what serves where the official one can't be had. */
interface PluginSpec {
  readonly name: PluginName;
  /** The oldest official version that will do; another major one does not. */
  readonly minimum: string;
  /** What to say of the substitute. */
  readonly substitute: string;
  /** The tool that is the substitute; without one it is the script `sandbox/plugins/<name>/main.ts`. */
  readonly tool?: ToolName;
}

/** How the origin of a stand-in begins. */
export const standInMark = "stand-in for ";

const plugins: readonly PluginSpec[] = [
  { name: "kubernetes", minimum: "4.30.0", substitute: `${standInMark}pulumi-resource-kubernetes` },
  { name: "docker", minimum: "5.0.0", substitute: `${standInMark}pulumi-resource-docker` },
  {
    name: "rancher2",
    minimum: "13.0.0",
    substitute: "bridged here from Rancher's Terraform provider 1.25.0",
    tool: "pulumi-resource-rancher2",
  },
  {
    name: "github",
    minimum: "6.0.0",
    substitute: "bridged here from GitHub's Terraform provider 6.13.0",
    tool: "pulumi-resource-github",
  },
];

/** Where a plugin came from, for `sandbox status`. */
export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
}

const PackageFile = z.looseObject({ version: z.string() });

/** The version of a plugin that the program's packages ask for. */
function wantedVersion(name: PluginName): string {
  const file = path.join(checkout, "node_modules", "@pulumi", name, "package.json");
  return PackageFile.parse(JSON.parse(readFileSync(file, "utf8"))).version;
}

/** Where the sandbox's engine looks for a plugin. */
export const pluginExecutable = (layout: Layout, name: PluginName): string =>
  path.join(layout.pulumiHome, "plugins", `resource-${name}-v${wantedVersion(name)}`, `pulumi-resource-${name}`);

/**
 * Puts every plugin where the sandbox's engine looks for it: the official one from PATH or the Pulumi home where there is one, else its substitute.
 */
export async function installPlugins(world: World): Promise<InstalledPlugin[]> {
  return Promise.all(
    plugins.map(async (spec) => {
      const official = findOfficial(spec, world.layout);
      const executable = pluginExecutable(world.layout, spec.name);
      mkdirSync(path.dirname(executable), { recursive: true });
      rmSync(executable, { force: true });
      if (official !== undefined) symlinkSync(official, executable);
      else if (spec.tool !== undefined) symlinkSync(await world.tool(spec.tool), executable);
      else writeLauncher(executable, path.join(checkout, "sandbox", "plugins", spec.name, "main.ts"));
      return { name: spec.name, version: wantedVersion(spec.name), origin: official ?? spec.substitute };
    }),
  );
}

/** An official plugin that is installed already, on PATH or in the user's Pulumi home. */
function findOfficial({ name, minimum }: PluginSpec, layout: Layout): string | undefined {
  const executable = `pulumi-resource-${name}`;
  const [onTheirPath] = onPath(executable);
  if (onTheirPath !== undefined) return onTheirPath;
  const home = process.env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi");
  const folder = path.join(home, "plugins");
  if (home === layout.pulumiHome || !existsSync(folder)) return undefined;
  const installed = newestFirst(readdirSync(folder), `resource-${name}-v`, minimum);
  return installed.map((entry) => path.join(folder, entry, executable)).find((file) => existsSync(file));
}

/** Folders of plugins whose versions are at least `minimum` and of its major version. */
export const newestFirst = (folders: readonly string[], prefix: string, minimum: string): string[] => {
  const versionOf = (folder: string) => folder.slice(prefix.length);
  return folders
    .filter(
      (folder) =>
        folder.startsWith(prefix) &&
        /^\d+\.\d+\.\d+$/.test(versionOf(folder)) &&
        isAtLeast(versionOf(folder), minimum) &&
        versionOf(folder).split(".")[0] === minimum.split(".")[0],
    )
    .sort((a, b) => (isAtLeast(versionOf(a), versionOf(b)) ? -1 : 1));
};
