import { readFileSync } from "node:fs";

import fastify from "fastify";
import * as z from "zod";

import { Runner } from "./runner.ts";
import { StandInClient } from "./stand-in-client.ts";

const Config = z.strictObject({
  /** Where it tells of its runs, on 127.0.0.1. */
  port: z.int(),
  /** The GitHub stand-in, and its own administrator's token. */
  github: z.string(),
  token: z.string(),
  folder: z.string(),
  tools: z.strictObject({
    act: z.string(),
    docker: z.string(),
    buildx: z.string(),
    dockerSocket: z.string(),
    bin: z.string(),
    plugins: z.string(),
    npmCache: z.string(),
    toolCache: z.string(),
  }),
});

const Numbered = z.object({ number: z.coerce.number() });

/** What the runner is told at its start. */
export type RunnerConfig = z.input<typeof Config>;

/**
 * Runs the workflows of the sandbox's repositories. Usage: `node main.ts CONFIG.json`. `GET /runs` lists its runs; `GET /settled` does so once
 * nothing runs any more but what waits for reviewers; `POST /runs/N/rerun` runs one again. SIGTERM or SIGINT ends it.
 */
async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error("usage: node sandbox/actions/main.ts CONFIG.json");
  const config = Config.parse(JSON.parse(readFileSync(file, "utf8")));
  const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  const runner = new Runner({
    client: new StandInClient(config.github, config.token),
    tools: config.tools,
    folder: config.folder,
    log,
  });
  const app = fastify({ forceCloseConnections: true });
  app.get("/", () => ({ runs: runner.runs.length }));
  app.get("/runs", () => runner.runs);
  app.get("/settled", async () => {
    await runner.settled();
    return runner.runs;
  });
  app.post("/runs/:number/rerun", async (request, reply) => {
    const { number } = Numbered.parse(request.params);
    return reply.code((await runner.rerun(number)) ? 201 : 404).send();
  });
  const end = () => void runner.close().finally(() => process.exit());
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, end);
  await runner.listen(() => {
    console.error("the GitHub stand-in has ended, and with it this runner");
    process.exit(1);
  });
  await app.listen({ host: "127.0.0.1", port: config.port });
  log(`runs the workflows of ${config.github}`);
}

try {
  await main(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : "the runner failed");
  process.exitCode = 1;
}
