import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

import { stringify } from "yaml";

import { mustPulumi } from "../engine/pulumi.ts";
import { checkout, dataFolder } from "../world/layout.ts";
import type { Layout } from "../world/layout.ts";

/**
 * A project whose program declares nothing: the floor of every `pulumi up`.
 *
 * @returns its folder, with the stack made
 */
export async function emptyProject(layout: Layout, stack: string): Promise<string> {
  const folder = dataFolder(layout, "empty-project");
  const write = (file: string, text: string) => {
    writeFileSync(path.join(folder, file), text);
  };
  write("Pulumi.yaml", stringify({ name: "empty", runtime: { name: "nodejs", options: { typescript: false } } }));
  write("package.json", JSON.stringify({ type: "module", main: "index.ts" }));
  write("index.ts", "export default () => ({});\n");
  const modules = path.join(folder, "node_modules");
  if (!existsSync(modules)) symlinkSync(path.join(checkout, "node_modules"), modules);
  await mustPulumi(layout, ["--cwd", folder, "stack", "select", stack, "--create", "--secrets-provider", "passphrase"]);
  return folder;
}
