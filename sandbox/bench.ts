import { mkdirSync, readFileSync, symlinkSync, writeFileSync, existsSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";
import { parse, stringify } from "yaml";
import * as z from "zod";

import { processEnvironment } from "./engine/environment.ts";
import { mustPulumi, runPulumi } from "./engine/pulumi.ts";
import { prepareStack, stackFile } from "./engine/stacks.ts";
import { up } from "./sandbox.ts";
import { fail, say } from "./terminal.ts";
import { checkout, dataFolder } from "./world/layout.ts";
import type { Layout } from "./world/layout.ts";
import { openWorld } from "./world/open.ts";
import type { World } from "./world/part.ts";

const stack = "bench";
const StackFile = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** Milliseconds that something takes: the median of three runs. */
async function measured(
  what: () => Promise<unknown>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    await before();
    const begin = performance.now();
    await what();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[1] ?? 0;
}

/** A project whose program declares nothing: the floor of every `pulumi up`. */
async function emptyProject(layout: Layout): Promise<string> {
  const folder = dataFolder(layout, "empty-project");
  writeFileSync(
    path.join(folder, "Pulumi.yaml"),
    stringify({ name: "empty", runtime: { name: "nodejs", options: { typescript: false } } }),
  );
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  writeFileSync(path.join(folder, "index.ts"), "export default () => ({});\n");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, "node_modules")))
    symlinkSync(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  await mustPulumi(layout, ["--cwd", folder, "stack", "select", stack, "--create", "--secrets-provider", "passphrase"]);
  return folder;
}

/** Gives the stack so many apps, all of one image. */
function configure({ layout }: World, apps: number, image: string): void {
  const file = stackFile(layout, stack);
  const whole = StackFile.parse(parse(readFileSync(file, "utf8")));
  const name = (index: number) => `app-${String(index).padStart(2, "0")}`;
  const entry = { image: "narrative", port: 8080, health: "/", path: "/", deadline: 300 };
  const list = Array.from({ length: apps }, (_, index): [string, object] => [
    name(index),
    { ...entry, path: `/${name(index)}` },
  ]);
  const config = {
    ...whole.config,
    "drover:apps": Object.fromEntries(list),
    "drover:app": name(0),
    "drover:image": image,
  };
  writeFileSync(file, stringify({ ...whole, config }));
}

async function main(): Promise<void> {
  const world = await openWorld(say);
  const { layout } = world;
  await up(world);
  await prepareStack(world, stack);
  const run = (...args: string[]) => mustPulumi(layout, [...args, "--yes", "--skip-preview", "--stack", stack]);
  const deploy = () => run("up");
  const kubectl = (...args: string[]) =>
    execa(path.join(layout.bin, "kubectl"), [...args, "-n", stack], {
      env: processEnvironment(layout),
      extendEnv: false,
    });

  const folder = await emptyProject(layout);
  const floor = await measured(() => run("up", "--cwd", folder));
  const show = (what: string, time: number) => {
    process.stdout.write(
      `${what.padEnd(48)}${(time / 1000).toFixed(2).padStart(7)} s ${(time / floor).toFixed(2).padStart(7)} x\n`,
    );
  };
  show("empty up, without preview", floor);
  try {
    configure(world, 1, "latest");
    await deploy();
    show("no-op up, 1 app", await measured(deploy));
    let image = "latest";
    show(
      "up of one image change, 1 app",
      await measured(deploy, () => {
        image = image === "pr-12" ? "pr-13" : "pr-12";
        configure(world, 1, image);
        return Promise.resolve();
      }),
    );
    let restarts = 0;
    show(
      "kubectl set env and rollout status",
      await measured(async () => {
        await kubectl("set", "env", "deployment/app-00", `RESTART=${String(restarts++)}`);
        await kubectl("rollout", "status", "deployment/app-00");
      }),
    );
    for (const apps of [4, 40]) {
      configure(world, apps, "latest");
      await deploy();
      show(`no-op up, ${String(apps)} apps`, await measured(deploy));
    }
  } finally {
    // What went wrong before says more than what goes wrong here.
    const { exitCode } = await runPulumi(layout, ["destroy", "--yes", "--skip-preview", "--stack", stack]);
    if (exitCode !== 0) say(`the stack ${stack} could not be destroyed: npm run pulumi -- destroy --stack ${stack}`);
  }
}

main().catch(fail);
