import { execa } from "execa";

/** Configuration of every git process here: no user's or machine's settings, and no waiting for the disk, as only kills have to be survived. */
export const gitEnvironment = {
  PATH: process.env["PATH"] ?? "",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_CONFIG_COUNT: "3",
  GIT_CONFIG_KEY_0: "core.fsync",
  GIT_CONFIG_VALUE_0: "none",
  GIT_CONFIG_KEY_1: "gc.auto",
  GIT_CONFIG_VALUE_1: "0",
  GIT_CONFIG_KEY_2: "core.quotePath",
  GIT_CONFIG_VALUE_2: "false",
} as const;

/** How a git command is run. */
export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are an answer and no failure. Default 0 alone. */
  readonly accept?: readonly number[];
}

/** What a git command said. */
export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
}

/** A git command that failed. The message is git's own and names no folder outside the repository. */
export class GitError extends Error {
  readonly exitCode: number | undefined;

  constructor(command: string, exitCode: number | undefined, stderr: string) {
    super(`git ${command} failed (${String(exitCode)}): ${stderr.trim()}`);
    this.exitCode = exitCode;
  }
}

/**
 * Runs one git command on a repository.
 * @throws GitError for an exit code that is not accepted
 */
export async function runGit(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { exitCode, stdout, stderr } = await execa("git", [`--git-dir=${folder}`, ...args], {
    env: { ...gitEnvironment, ...options.env },
    extendEnv: false,
    reject: false,
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: 512 * 1024 * 1024,
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
  });
  if (exitCode === undefined || !(options.accept ?? [0]).includes(exitCode))
    throw new GitError(args[0] ?? "", exitCode, Buffer.from(stderr).toString("utf8"));
  return { exitCode, stdout: Buffer.from(stdout) };
}
