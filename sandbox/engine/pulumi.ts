import path from "node:path";

import { execa } from "execa";

import type { Layout } from "../world/layout.ts";
import { processEnvironment } from "./environment.ts";
import { removeStaleLocks } from "./stale-locks.ts";

/** How a run of the CLI ended. */
export interface PulumiResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const settings = (layout: Layout) => ({ env: processEnvironment(layout), extendEnv: false, reject: false }) as const;
const executable = (layout: Layout) => path.join(layout.bin, "pulumi");

/**
 * Runs the real CLI in the sandbox and returns what it wrote, without colours.
 *
 * @param input what the CLI reads from its standard input, such as a secret
 */
export async function runPulumi(layout: Layout, args: readonly string[], input = ""): Promise<PulumiResult> {
  removeStaleLocks(layout);
  const result = await execa(executable(layout), [...args, "--non-interactive", "--color", "never"], {
    ...settings(layout),
    input,
  });
  if (result.exitCode === undefined) throw new Error(result.shortMessage);
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Runs the real CLI in the sandbox on the caller's terminal. */
export async function passToPulumi(layout: Layout, args: readonly string[]): Promise<number> {
  removeStaleLocks(layout);
  const { exitCode, shortMessage } = await execa(executable(layout), args, { ...settings(layout), stdio: "inherit" });
  if (exitCode === undefined) throw new Error(shortMessage);
  return exitCode;
}

/** Runs the real CLI; a failure is an error with what the CLI said. */
export async function mustPulumi(layout: Layout, args: readonly string[], input = ""): Promise<string> {
  const { exitCode, stdout, stderr } = await runPulumi(layout, args, input);
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${`${stdout}\n${stderr}`.trim()}`);
  return stdout;
}
