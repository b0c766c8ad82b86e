import * as z from "zod";

import { standInMark } from "./engine/plugins.ts";
import type { InstalledEngine } from "./engine/engine.ts";
import { mustPulumi, passToPulumi } from "./engine/pulumi.ts";
import { up, usesKwok } from "./sandbox.ts";
import { fail, heading, say } from "./terminal.ts";
import type { Layout } from "./world/layout.ts";
import { visitWhenRouted } from "./visit.ts";
import { openWorld } from "./world/open.ts";

const stack = "appdev";
const app = "narrative";
const pullRequest = "pr-12";

const Apps = z.record(
  z.string(),
  z.looseObject({
    image: z.string(),
    reference: z.string(),
    digest: z.string(),
    tag: z.string().optional(),
    address: z.string(),
  }),
);
type Apps = z.infer<typeof Apps>;

/** `npm start`: starts the sandbox and deploys a pull request's image to appdev, exactly as a person would. */
async function main(): Promise<void> {
  const begin = Date.now();
  heading("The sandbox");
  const world = await openWorld(say);
  const { layout } = world;
  const engine = await up(world);
  say(`Everything serves after ${seconds(begin)}; npm run sandbox -- status says what and where.`);

  if (!(await isUp(layout))) {
    heading(`The environment ${stack}, with every app at its latest image`);
    await run(layout, "up", "--stack", stack, "--yes", "--skip-preview");
  }
  heading(`The image of pull request 12: ${app}`);
  await run(layout, "config", "set", "image", pullRequest, "--stack", stack);
  // Without the refresh, whose differences in what the cluster reports would bury the one that the person makes.
  await run(layout, "preview", "--stack", stack, "--diff", "--refresh=false");
  await run(layout, "up", "--stack", stack, "--yes", "--skip-preview");

  const apps = await deployed(layout);
  heading("What runs in appdev now");
  for (const [name, { reference, digest, address }] of Object.entries(apps)) {
    say(`  ${name.padEnd(10)} ${reference.slice(0, reference.indexOf("@"))}`);
    say(`  ${"".padEnd(10)} ${digest}`);
    say(
      `  ${"".padEnd(10)} ${address} answers: ${usesKwok(world) ? "nothing, as kwok's pods don't run" : await get(address)}`,
    );
  }
  heading("What happened");
  say(
    `  The stack's configuration was changed in one word (image: ${pullRequest}), the tag was resolved to the digest that it`,
  );
  say(
    "  has in the registry, the preview showed the one Deployment that differs, and the update rolled it: new pods first,",
  );
  say("  old ones after. The engine, the registry and the control plane are real,");
  say(
    `  and so are ${usesKwok(world) ? "not the node and its pods (kwok stands in)" : "the node, its pods and the ingress controller"}.`,
  );
  say(`  Stand-ins here: Rancher's server${standIns(engine)}.`);
  heading("What to type next");
  say(`  npm run pulumi -- config set image pr-13 --stack ${stack}`);
  say(`  npm run pulumi -- up --stack ${stack}`);
  say(`  npm run pulumi -- stack output apps --stack ${stack} --json`);
  say('  eval "$(npm run --silent sandbox -- env)"; kubectl get pods     # a plain kubectl and pulumi');
  say("  npm run sandbox -- down");
  say(`\nLogs: ${layout.logs}. It took ${seconds(begin)}.`);
}

const seconds = (begin: number) => `${String(Math.round((Date.now() - begin) / 1000))} s`;

/** The parts of the engine that are stand-ins, to go on a list with. */
const standIns = ({ languageHost, plugins }: InstalledEngine) =>
  [languageHost, ...plugins.map(({ origin }) => origin)]
    .flatMap((origin) => (origin.startsWith(standInMark) ? [`, ${origin.slice(standInMark.length)}`] : []))
    .join("");

/** Runs the CLI on the terminal, after saying so. */
async function run(layout: Layout, ...args: string[]): Promise<void> {
  say(`$ pulumi ${args.join(" ")}`);
  const exitCode = await passToPulumi(layout, args);
  if (exitCode !== 0)
    throw new Error(`pulumi ${args[0] ?? ""} failed with exit code ${String(exitCode)}; see what it said above`);
}

/** The stack's output `apps`. */
async function deployed(layout: Layout): Promise<Apps> {
  const outputs = await mustPulumi(layout, ["stack", "output", "--json", "--stack", stack]);
  return z.looseObject({ apps: Apps.default({}) }).parse(JSON.parse(outputs)).apps;
}

const isUp = async (layout: Layout) => Object.keys(await deployed(layout)).length > 0;

/** What an app answers at its address. */
async function get(address: string): Promise<string> {
  const { hostname, port, pathname } = new URL(address);
  const { status, body } = await visitWhenRouted(Number(port), hostname, pathname);
  if (status !== 200) throw new Error(`${address} answers ${String(status)}: ${body.trim()}`);
  return body.trim();
}

main().catch(fail);
