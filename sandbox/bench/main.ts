import { Command } from "commander";

import { up } from "../sandbox.ts";
import { fail, say } from "../terminal.ts";
import { openWorld } from "../world/open.ts";
import { benchDeploy } from "./deploy.ts";
import { benchOnboard } from "./onboard.ts";

const program = new Command("bench")
  .description("Measures the main paths in the sandbox, as multiples of a floor that is measured in the same run.")
  .argument("[what]", "deploy, or onboard; both where it is missing")
  .helpCommand(false)
  .showHelpAfterError()
  .action(async (what: string | undefined) => {
    const benches = { deploy: benchDeploy, onboard: benchOnboard };
    const wanted = Object.entries(benches).filter(([name]) => what === undefined || name === what);
    if (wanted.length === 0)
      throw new Error(`there is no benchmark "${what ?? ""}"; there are ${Object.keys(benches).join(" and ")}`);
    const world = await openWorld(say);
    await up(world);
    for (const [, bench] of wanted) await bench(world);
  });

program.parseAsync().catch(fail);
