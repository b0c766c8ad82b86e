import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

/** The checkout that this file belongs to. */
export const checkout = path.resolve(import.meta.dirname, "../..");

/** Where one sandbox keeps what it knows. Everything lies below `root`; removing that folder removes the sandbox's memory. */
export interface Layout {
  /** The folder itself: `.sandbox` in the checkout, or what `DROVER_SANDBOX` says. */
  readonly root: string;
  /** One log file a part. */
  readonly logs: string;
  /** One file a running process. */
  readonly run: string;
  /** Small executables that the sandbox puts on PATH. */
  readonly bin: string;
  /** `PULUMI_HOME`: the engine's plugins. */
  readonly pulumiHome: string;
  /** The engine's `file://` backend. */
  readonly pulumiState: string;
  /** A Pulumi project with this checkout's program and the sandbox's own stack files. */
  readonly project: string;
}

/** The name of the file in `root` with what a sandbox chose. */
export const settingsName = "settings.json";

/** Whether a folder is some sandbox's `bin`. What is in it must not be taken for something that is installed. */
export const isSandboxBin = (folder: string): boolean =>
  path.basename(folder) === "bin" && existsSync(path.join(folder, "..", settingsName));

/** Returns a sandbox's folders and makes those that are missing. */
export function openLayout(root = process.env["DROVER_SANDBOX"] ?? path.join(checkout, ".sandbox")): Layout {
  const at = (...names: string[]) => path.resolve(root, ...names);
  const layout: Layout = {
    root: at(),
    logs: at("logs"),
    run: at("run"),
    bin: at("bin"),
    pulumiHome: at("pulumi", "home"),
    pulumiState: at("pulumi", "state"),
    project: at("project"),
  };
  for (const folder of Object.values<string>({ ...layout })) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return layout;
}

/** The folder of one part's data, made if it is missing. */
export function dataFolder(layout: Layout, part: string): string {
  const folder = path.join(layout.root, "data", part);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
