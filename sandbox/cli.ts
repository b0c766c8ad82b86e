import { Command } from "commander";

import { engineEnvironment } from "./engine/environment.ts";
import { quoted } from "./engine/launcher.ts";
import { printLogs } from "./logs.ts";
import { describeStatus } from "./status.ts";
import { down, reset, up } from "./sandbox.ts";
import { fail, say } from "./terminal.ts";
import { openWorld } from "./world/open.ts";

const program = new Command("sandbox")
  .description("A whole world on one machine to try Drover in: engine, registry, Kubernetes, Rancher.")
  .helpCommand(false)
  .showHelpAfterError();

program
  .command("up")
  .description("start what does not run, and return when everything serves")
  .option("--actions", "with a runner that executes the repositories' workflows, and a Docker engine for it", false)
  .action(async ({ actions }: { actions: boolean }) => {
    const world = await openWorld(say);
    await up(world, { actions });
    process.stdout.write(describeStatus(world, false));
  });
program
  .command("status")
  .description("say what runs, where it listens and where its log is; exit code 3 when something does not run")
  .option("--json", "as JSON", false)
  .action(async ({ json }: { json: boolean }) => {
    process.stdout.write(describeStatus(await openWorld(say), json));
  });
program
  .command("down")
  .description("end every process; `up` finds everything as it was")
  .action(async () => {
    await down(await openWorld(say));
    say("The sandbox is down; it keeps its state.");
  });
program
  .command("reset")
  .description("end every process and forget everything, so that `up` starts from nothing")
  .action(async () => {
    await reset(await openWorld(say));
    say("The sandbox is down and its state is gone.");
  });
program
  .command("env")
  .description(
    'print what a shell must export for a plain pulumi and kubectl: eval "$(npm run --silent sandbox -- env)"',
  )
  .action(async () => {
    const { layout } = await openWorld(say);
    for (const [name, value] of Object.entries(engineEnvironment(layout)))
      process.stdout.write(`export ${name}=${quoted(value)}\n`);
  });
program
  .command("logs")
  .argument("[part]", "a part, or one of its servers, as `status` lists them; all where it is missing")
  .option("-n, --lines <number>", "how many lines of each", "40")
  .description("print the last lines of the logs")
  .action(async (part: string | undefined, { lines }: { lines: string }) => {
    printLogs(await openWorld(say), part, Number(lines));
  });

program.parseAsync().catch(fail);
