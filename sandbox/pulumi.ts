import { existsSync } from "node:fs";
import path from "node:path";

import { passToPulumi } from "./engine/pulumi.ts";
import { fail } from "./terminal.ts";
import { openLayout } from "./world/layout.ts";

/** `npm run pulumi -- ARGS`: the real CLI inside the sandbox. */
async function main(): Promise<void> {
  const layout = openLayout();
  if (!existsSync(path.join(layout.bin, "pulumi")))
    throw new Error("the sandbox was never started; start it: npm run sandbox -- up");
  process.exitCode = await passToPulumi(layout, process.argv.slice(2));
}

main().catch(fail);
