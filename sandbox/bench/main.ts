import { Command } from "commander";

import { up } from "../sandbox.ts";
import { fail, say } from "../terminal.ts";
import { openWorld } from "../world/open.ts";
import { benchDeploy } from "./deploy.ts";

const program = new Command("bench")
  .description("Measures the main paths in the sandbox, as multiples of a floor that is measured in the same run.")
  .helpCommand(false)
  .showHelpAfterError()
  .action(async () => {
    const world = await openWorld(say);
    await up(world);
    await benchDeploy(world);
  });

program.parseAsync().catch(fail);
