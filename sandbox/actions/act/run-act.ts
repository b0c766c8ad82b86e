import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

import { execa } from "execa";

import { quote } from "../../cluster/capsule.ts";
import { parseLine, readable } from "./act-log.ts";
import type { ActLine } from "./act-log.ts";

/** The programs that a run needs: absolute paths. */
export interface ActTools {
  readonly act: string;
  readonly docker: string;
  readonly buildx: string;
  readonly dockerSocket: string;
  /** A folder on the PATH of the steps, with pulumi and its language host: GitHub's machines have them. */
  readonly bin: string;
  /** The engine's plugins: GitHub's machines download them. */
  readonly plugins: string;
  /** npm's cache, which is all that npm in the steps has: GitHub's machines ask the registry. */
  readonly npmCache: string;
  /** This project's cache of tools, for its own checks: GitHub's machines fetch them. */
  readonly toolCache: string;
}

/** One execution of act. */
export interface ActSpec {
  readonly tools: ActTools;
  /** Made if it is missing; its log stays in it. */
  readonly folder: string;
  /** Text of the workflow file. */
  readonly workflow: string;
  /** Name of the event, and its payload. */
  readonly event: string;
  readonly payload: unknown;
  readonly actor: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** What the contexts `github` and the environment have: `GITHUB_SHA`, … */
  readonly environment: Readonly<Record<string, string>>;
  /** More options, see `standInArguments`. */
  readonly options: readonly string[];
  readonly onLine: (line: ActLine) => void;
  /** Ends the run, at once and with every process that it started. */
  readonly signal: AbortSignal;
}

/** Labels of runners that the machine stands in for. A job with another one would be skipped without a word. */
export const runnerLabels = ["ubuntu-24.04", "ubuntu-latest"] as const;

/** Where proxies would be: a port where nobody listens, so that nothing reaches the outside. */
const nowhere = "http://127.0.0.1:9";

/**
 * Runs a workflow file with act, on this machine, in a process namespace that ends with it. Nothing of the caller's environment reaches it.
 * Its steps have the machine's files and its user's rights, root: only for the sandbox's own repositories.
 *
 * What act leaves out is not made up for here: `timeout-minutes`, and the name of the calling workflow, for which called ones get their own.
 *
 * @returns act's exit code; undefined when the signal ended it
 */
export async function runAct(spec: ActSpec): Promise<number | undefined> {
  const { tools, folder } = spec;
  const at = (...names: string[]) => path.join(folder, ...names);
  for (const name of ["home/.docker/cli-plugins", "home/.pulumi", "home/.cache", "bin", "empty"])
    mkdirSync(at(name), { recursive: true, mode: 0o700 });
  symlinkSync(tools.buildx, at("home/.docker/cli-plugins/docker-buildx"));
  symlinkSync(tools.docker, at("bin/docker"));
  symlinkSync(tools.plugins, at("home/.pulumi/plugins"));
  symlinkSync(tools.toolCache, at("home/.cache/drover"));
  writeFileSync(at("workflow.yml"), spec.workflow);
  writeFileSync(at("event.json"), JSON.stringify(spec.payload));
  // JSON is YAML, which act reads from files so named; values of several lines are no matter then.
  writeFileSync(at("secrets.yml"), JSON.stringify(spec.secrets), { mode: 0o600 });
  writeFileSync(at("variables.yml"), JSON.stringify(spec.variables), { mode: 0o600 });
  const options = [
    ...["--workflows", at("workflow.yml"), "--directory", at("empty"), "--eventpath", at("event.json")],
    ...["--secret-file", at("secrets.yml"), "--var-file", at("variables.yml")],
    ...["--env-file", "/dev/null", "--input-file", "/dev/null", "--action-cache-path", at("cache")],
    ...["--no-cache-server", "--no-skip-checkout", "--actor", spec.actor, "--verbose", "--json"],
    ...runnerLabels.flatMap((label) => ["--platform", `${label}=-self-hosted`]),
    ...Object.entries(spec.environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...spec.options,
  ];
  const command = [tools.act, spec.event, ...options].map(quote).join(" ");
  try {
    const child = execa(
      "setpriv",
      [
        // However this process ends, the run ends with it.
        ...["--pdeathsig", "KILL", "unshare"],
        ...["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--", "/bin/sh", "-ec"],
        `mount -t proc proc /proc; exec ${command}`,
      ],
      {
        cwd: at("empty"),
        extendEnv: false,
        env: stepEnvironment(spec),
        reject: false,
        all: true,
        buffer: false,
        stdin: "ignore",
        cancelSignal: spec.signal,
        killSignal: "SIGKILL",
      },
    );
    for await (const text of createInterface({ input: child.all })) {
      const line = parseLine(text);
      const shown = readable(line);
      if (shown !== undefined) appendFileSync(at("log.txt"), `${shown}\n`);
      spec.onLine(line);
    }
    const { exitCode } = await child;
    return spec.signal.aborted ? undefined : (exitCode ?? 1);
  } finally {
    for (const name of ["home", "bin", "empty", "cache", "secrets.yml", "variables.yml"])
      rmSync(at(name), { recursive: true, force: true });
  }
}

/** The environment of act, which its steps have too. */
const stepEnvironment = ({ folder, tools }: ActSpec) => ({
  HOME: path.join(folder, "home"),
  PATH: `${path.join(folder, "bin")}:${tools.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  LANG: "C.UTF-8",
  TERM: "dumb",
  GIT_PAGER: "cat",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  BUILDKIT_PROGRESS: "plain",
  // The engine's own BuildKit, so that workflows need no other.
  BUILDX_BUILDER: "default",
  DOCKER_HOST: `unix://${tools.dockerSocket}`,
  ACT_DISABLE_VERSION_CHECK: "1",
  // The engine takes the folder of the user in /etc/passwd, whatever HOME is.
  PULUMI_HOME: path.join(folder, "home/.pulumi"),
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  npm_config_cache: tools.npmCache,
  npm_config_offline: "true",
  npm_config_update_notifier: "false",
  ...Object.fromEntries(["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map((name) => [name, nowhere])),
  no_proxy: "127.0.0.1,localhost",
  NO_PROXY: "127.0.0.1,localhost",
});
