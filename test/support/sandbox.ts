import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { execa } from "execa";
import { parse, stringify } from "yaml";
import * as z from "zod";

import { processEnvironment } from "../../sandbox/engine/environment.ts";
import { runPulumi } from "../../sandbox/engine/pulumi.ts";
import type { PulumiResult } from "../../sandbox/engine/pulumi.ts";
import { stackFile } from "../../sandbox/engine/stacks.ts";
import { down, hasActions, startActions, up, usesKwok } from "../../sandbox/sandbox.ts";
import { visitWhenRouted } from "../../sandbox/visit.ts";
import type { Visit } from "../../sandbox/visit.ts";
import type { World } from "../../sandbox/world/part.ts";

const root = process.env["DROVER_TEST_SANDBOX"] ?? mkdtempSync(path.join(tmpdir(), "drover-test-"));
let started: Promise<World> | undefined;

/** The tests' own sandbox, started once for all of them. */
export function sandbox(): Promise<World> {
  started ??= start();
  return started;
}

async function start(): Promise<World> {
  process.env["DROVER_SANDBOX"] = root;
  const { openWorld } = await import("../../sandbox/world/open.ts");
  const world = await openWorld((line) => console.log(`    ${line}`));
  await up(world);
  return world;
}

/** Skips, loudly, what needs real pods, where the sandbox has none; CI allows no such place. */
export async function needRealPods(context: Mocha.Context): Promise<void> {
  if (!usesKwok(await sandbox())) return;
  console.log("    SKIPPED: these tests need pods that run, and this machine can have no real node");
  context.skip();
}

/** Starts the runner of workflows; skips, loudly, what needs it, where there can be no Docker engine. CI allows no such place. */
export async function needWorkflows(context: Mocha.Context): Promise<void> {
  const world = await sandbox();
  await startActions(world);
  if (hasActions(world)) return;
  console.log("    SKIPPED: these tests build images, and this machine can have no Docker engine");
  context.skip();
}

/** Ends the tests' sandbox and removes it, unless `DROVER_TEST_SANDBOX` named it. */
export async function endSandbox(): Promise<void> {
  if (started === undefined || process.env["DROVER_TEST_SANDBOX"] !== undefined) return;
  await down(await started);
  rmSync(root, { recursive: true, force: true });
}

/** The time for a test that may have to build every tool first, in milliseconds. */
export const coldStart = 75 * 60_000;

const StackFile = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** Changes a stack's configuration as an editor would: keys without `drover:`, undefined removes one. */
export async function configure(stack: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const file = stackFile((await sandbox()).layout, stack);
  const whole = StackFile.parse(parse(readFileSync(file, "utf8")));
  const config = {
    ...whole.config,
    ...Object.fromEntries(Object.entries(changes).map(([key, value]) => [`drover:${key}`, value])),
  };
  const kept = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  writeFileSync(file, stringify({ ...whole, config: kept }));
}

/** Reads a stack's configuration, secrets included, and returns what puts it back. */
export async function remembered(stack: string): Promise<() => void> {
  const file = stackFile((await sandbox()).layout, stack);
  const text = readFileSync(file, "utf8");
  return () => {
    writeFileSync(file, text);
  };
}

/** One key of a stack's configuration. */
export async function configured(stack: string, key: string): Promise<unknown> {
  const file = stackFile((await sandbox()).layout, stack);
  return StackFile.parse(parse(readFileSync(file, "utf8"))).config[`drover:${key}`];
}

const Apps = z.record(z.string(), z.record(z.string(), z.unknown()));

/** A stack's app `narrative` or another, as an object that can be changed. */
export async function appConfig(stack: string, app: string): Promise<Record<string, unknown>> {
  return Apps.parse(await configured(stack, "apps"))[app] ?? {};
}

/** Changes one app's configuration. */
export async function configureApp(
  stack: string,
  app: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const apps = Apps.parse(await configured(stack, "apps"));
  await configure(stack, { apps: { ...apps, [app]: { ...apps[app], ...changes } } });
}

/** Runs the real engine. */
export async function pulumi(...args: string[]): Promise<PulumiResult> {
  return runPulumi((await sandbox()).layout, args);
}

/** Runs the real engine and expects it to succeed. */
export async function succeed(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pulumi(...args);
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs an update and kills the engine as soon as it waits for something, named by what it does: `Deployment web creating`. */
export async function killedWhile(what: string, stack: string): Promise<void> {
  const { layout } = await sandbox();
  const update = execa(
    path.join(layout.bin, "pulumi"),
    ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack],
    { env: processEnvironment(layout), extendEnv: false, reject: false },
  );
  for await (const line of update) if (line.includes(what) && line.includes("Waiting")) break;
  update.kill("SIGKILL");
  await update;
}

const Preview = z.looseObject({ steps: z.array(z.looseObject({ op: z.string(), urn: z.string() })).default([]) });

/** What a preview would do: `update kubernetes:apps/v1:Deployment narrative`, without what stays and without the stack itself. */
export const previewed = async (stack: string): Promise<string[]> =>
  plannedSteps(await succeed("preview", "--json", "--stack", stack));

/** The steps that a preview in JSON shows, see `previewed`. */
export function plannedSteps(json: string): string[] {
  const { steps } = Preview.parse(JSON.parse(json));
  return steps
    .filter(({ op }) => op !== "same" && op !== "refresh" && op !== "read")
    .map(({ op, urn }) => {
      const [, , types = "", name = ""] = urn.split("::");
      return `${op} ${types.split("$").at(-1) ?? ""} ${name}`;
    })
    .sort();
}

/** The counts at the end of an update: `{ updated: 1, unchanged: 17 }`. */
export function counts(output: string): Record<string, number> {
  const summary = output.slice(output.lastIndexOf("Resources:"));
  return Object.fromEntries(
    [...summary.matchAll(/^\s+(?:[^\d\s]\s*)?(\d+) (\w+)$/gm)].map(([, count, what]) => [what ?? "", Number(count)]),
  );
}

/** Runs kubectl through the sandbox's Rancher. */
export async function kubectl(...args: string[]): Promise<string> {
  const { layout } = await sandbox();
  const { stdout } = await execa(path.join(layout.bin, "kubectl"), args, {
    env: processEnvironment(layout),
    extendEnv: false,
  });
  return stdout;
}

/** What an app answers through the ingress controller, and the status. */
export async function ask(stack: string, route: string): Promise<Visit> {
  return visitWhenRouted((await sandbox()).settings.ports.ingress, `${stack}.localhost`, route);
}
