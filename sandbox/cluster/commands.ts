import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

/** Folders with programs for the administrator, which the PATH of an ordinary shell can lack. */
const administrators = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The absolute path of a program on PATH or in the usual folders of the administrator; an absolute path stays what it is. */
export function findCommand(name: string): string | undefined {
  if (path.isAbsolute(name)) return isExecutable(name) ? name : undefined;
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), ...administrators];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file) && statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program of the system and returns what it prints, in the words of the C locale.
 * @throws Error with the program's last lines when it is missing or fails
 */
export async function run(name: string, args: readonly string[], cwd?: string): Promise<string> {
  const file = findCommand(name);
  if (file === undefined) throw new Error(`the program \`${name}\` is missing`);
  const { stdout, stderr, failed, shortMessage } = await execa(file, args, {
    reject: false,
    env: { LC_ALL: "C" },
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (!failed) return stdout;
  const lines = stderr.trim().split("\n").slice(-4).join("\n");
  throw new Error(lines === "" ? shortMessage : `\`${name} ${args[0] ?? ""}\` failed: ${lines}`);
}
