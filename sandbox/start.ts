import { passToPulumi } from "./engine/pulumi.ts";
import { organizationStack } from "./engine/stacks.ts";
import { awaitBuild } from "./image-build.ts";
import { deployedApps, onboardedRepositories } from "./outputs.ts";
import { openPullRequest } from "./pull-request.ts";
import type { PullRequest } from "./pull-request.ts";
import { account } from "./account.ts";
import { hasActions, up } from "./sandbox.ts";
import { fail, heading, say } from "./terminal.ts";
import type { Layout } from "./world/layout.ts";
import { openWorld } from "./world/open.ts";
import type { World } from "./world/part.ts";

/** The environment that the story deploys to. */
const stack = "appdev";

/** The change that the story follows. */
const change = {
  repository: "narrative",
  branch: "greeting",
  base: "develop",
  title: "Greet people by their names",
  file: ["src/greeting.ts", "export const greeting = (name: string): string => `Hello, ${name}`;\n"],
} as const;

/**
 * `npm start`: starts the sandbox, onboards a handful of repositories, opens a pull request, and deploys its image to appdev, each as a
 * person would.
 */
async function main(): Promise<void> {
  const begin = Date.now();
  const took = () => `${String(Math.round((Date.now() - begin) / 1000))} s`;
  heading("The sandbox");
  const world = await openWorld(say);
  const engine = await up(world, { actions: true });
  say(`Everything serves after ${took()}; npm run sandbox -- status says what and where.`);
  await onboard(world.layout);
  const pullRequest = await propose(world);
  await deploy(world.layout, pullRequest);
  await account(world, engine, stack, pullRequest);
  say(`\nLogs: ${world.layout.logs}. It took ${took()}.`);
}

/** Onboards the repositories of the sandbox's list, unless they are. */
async function onboard(layout: Layout): Promise<void> {
  if ((await onboardedRepositories(layout)).length > 0) return;
  heading("The organization: every repository of the list gets its workflow, secrets and protections");
  await run(layout, "up", "--stack", organizationStack, "--yes", "--skip-preview", "--suppress-outputs");
}

async function propose(world: World): Promise<PullRequest> {
  heading(`A pull request into ${change.base} of ${change.repository}`);
  const pullRequest = await openPullRequest(world, change);
  say(`#${String(pullRequest.number)} ${pullRequest.title}: ${pullRequest.url}`);
  if (hasActions(world)) {
    say("Its workflow builds, tests and pushes the image …");
    await awaitBuild(world, change.repository, pullRequest);
  } else say("No workflow runs here: what is deployed is an image that the sandbox had made before.");
  return pullRequest;
}

async function deploy(layout: Layout, { number }: PullRequest): Promise<void> {
  if (Object.keys(await deployedApps(layout, stack)).length === 0) {
    heading(`The environment ${stack}, with every app at its latest image`);
    await run(layout, "up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs");
  }
  heading(`The pull request's image on ${stack}`);
  await run(layout, "config", "set", "image", `pr-${String(number)}`, "--stack", stack);
  // Without the refresh, whose differences in what the cluster reports would bury the one that the person makes.
  await run(layout, "preview", "--stack", stack, "--diff", "--refresh=false");
  await run(layout, "up", "--stack", stack, "--yes", "--skip-preview");
}

/** Runs the CLI on the terminal, after saying so. */
async function run(layout: Layout, ...args: string[]): Promise<void> {
  say(`$ pulumi ${args.join(" ")}`);
  const exitCode = await passToPulumi(layout, args);
  if (exitCode !== 0)
    throw new Error(`pulumi ${args[0] ?? ""} failed with exit code ${String(exitCode)}; see what it said above`);
}

main().catch(fail);
