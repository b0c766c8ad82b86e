import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { checkout } from "../../sandbox/world/layout.ts";

/**
 * The files of this checkout as a commit of everything would have them: path to text.
 * @param paths files and folders; default everything
 */
export async function checkoutFiles(...paths: readonly string[]): Promise<Record<string, string>> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...paths];
  const { stdout } = await execa("git", args, { cwd: checkout });
  const there = stdout.split("\0").filter((file) => file !== "" && existsSync(path.join(checkout, file)));
  return Object.fromEntries(there.map((file) => [file, readFileSync(path.join(checkout, file), "utf8")]));
}
