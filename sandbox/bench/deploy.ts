import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";
import { parse, stringify } from "yaml";
import * as z from "zod";

import { processEnvironment } from "../engine/environment.ts";
import { mustPulumi, runPulumi } from "../engine/pulumi.ts";
import { organization, prepareStack, stackFile } from "../engine/stacks.ts";
import { registryHost } from "../registry/registry.ts";
import { say } from "../terminal.ts";
import type { World } from "../world/part.ts";
import { emptyProject } from "./empty-project.ts";
import { measured, Table } from "./measure.ts";

const stack = "bench";
const StackFile = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** Gives the stack so many apps, all of one image. */
function configure({ layout }: World, apps: number, image: string): void {
  const file = stackFile(layout, stack);
  const whole = StackFile.parse(parse(readFileSync(file, "utf8")));
  const name = (index: number) => `app-${String(index).padStart(2, "0")}`;
  const app = (index: number) => ({
    image: "narrative",
    port: 8080,
    health: "/",
    path: `/${name(index)}`,
    deadline: 300,
  });
  const list = Array.from({ length: apps }, (_, index): [string, object] => [name(index), app(index)]);
  const own = { "drover:apps": Object.fromEntries(list), "drover:app": name(0), "drover:image": image };
  writeFileSync(file, stringify({ ...whole, config: { ...whole.config, ...own } }));
}

/** Alternates between two images that are there. */
function* images(): Generator<string, never> {
  for (;;) {
    yield "pr-12";
    yield "pr-13";
  }
}

/**
 * How long it takes to deploy to an environment, each as a multiple of `pulumi up` of a program that declares nothing; previews included
 * in all of them, as a person runs it.
 */
export async function benchDeploy(world: World): Promise<void> {
  const { layout } = world;
  await prepareStack(world, stack);
  const deploy = () => mustPulumi(layout, ["up", "--yes", "--stack", stack]);
  const kubectl = (...args: string[]) =>
    execa(path.join(layout.bin, "kubectl"), [...args, "-n", stack], {
      env: processEnvironment(layout),
      extendEnv: false,
    });
  const next = images();
  const folder = await emptyProject(layout, stack);
  const floor = await measured(() => mustPulumi(layout, ["up", "--yes", "--stack", stack, "--cwd", folder]));
  const table = new Table(floor);
  table.row("up of an empty program", floor);
  try {
    configure(world, 1, "latest");
    await deploy();
    table.row("up without a change, 1 app", await measured(deploy));
    const change = () => {
      configure(world, 1, next.next().value);
      return Promise.resolve();
    };
    table.row("up of one image change, 1 app", await measured(deploy, change));
    const repository = `${registryHost(world, "public")}/${organization}/narrative-develop`;
    const rollout = async () => {
      await kubectl("set", "image", "deployment/app-00", `app-00=${repository}:${next.next().value}`);
      await kubectl("rollout", "status", "deployment/app-00");
    };
    table.row("kubectl set image and rollout status", await measured(rollout));
    for (const apps of [4, 40]) {
      configure(world, apps, "latest");
      await deploy();
      table.row(`up without a change, ${String(apps)} apps`, await measured(deploy));
    }
  } finally {
    // What went wrong before says more than what goes wrong here.
    const { exitCode } = await runPulumi(layout, ["destroy", "--yes", "--skip-preview", "--stack", stack]);
    if (exitCode !== 0) say(`the stack ${stack} could not be destroyed: npm run pulumi -- destroy --stack ${stack}`);
  }
}
