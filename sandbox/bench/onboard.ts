import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { stringify } from "yaml";

import { linkProgram } from "../engine/engine.ts";
import { mustPulumi } from "../engine/pulumi.ts";
import { organization, organizationStack, stackFile } from "../engine/stacks.ts";
import type { KBaseRepository } from "../github/organization/kbase-repositories.ts";
import { dataFolder } from "../world/layout.ts";
import type { Layout } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { emptyProject } from "./empty-project.ts";
import { startBenchGitHub } from "./github-server.ts";
import type { BenchGitHub } from "./github-server.ts";
import { measured } from "./measure.ts";

/** Milliseconds that GitHub takes for a request. */
const latency = 50;
const sizes = [10, 50, 100];

/** A project and state of its own, so that the sandbox's organization stays as it is. */
function ownLayout(layout: Layout): Layout {
  const folder = dataFolder(layout, "bench-onboard");
  const own = { ...layout, project: path.join(folder, "project"), pulumiState: path.join(folder, "state") };
  for (const each of [own.project, own.pulumiState]) {
    rmSync(each, { recursive: true, force: true });
    mkdirSync(each, { recursive: true });
  }
  linkProgram(own.project);
  return own;
}

/** An entry as short as it can be. */
function entryOf({ name, branches }: KBaseRepository): object {
  const release = branches.find((branch) => branch !== "develop");
  const develop = branches.includes("develop") ? { develop: "develop" } : {};
  return { name, branches: { ...develop, ...(release === undefined ? {} : { release }) } };
}

async function prepare(layout: Layout, github: BenchGitHub, token: string): Promise<void> {
  await mustPulumi(layout, ["stack", "select", organizationStack, "--create", "--secrets-provider", "passphrase"]);
  const config = {
    "drover:organization": organization,
    "drover:github": { url: github.url },
    "drover:workflows": { repository: `${organization}/drover`, commit: "0".repeat(40) },
    "drover:defaults": { protection: { approvals: 1, bypass: ["team:devops"] } },
    "drover:repositories": github.repositories.map(entryOf),
  };
  writeFileSync(stackFile(layout, organizationStack), stringify({ config }));
  await mustPulumi(layout, ["config", "set", "--secret", "githubToken", "--stack", organizationStack], token);
}

/**
 * How long it takes to onboard many repositories, on a GitHub that takes 50 ms for each request and whose limits are on; what they would
 * make one wait is counted, not waited for. Each as a multiple of `pulumi up` of a program that declares nothing.
 */
export async function benchOnboard(world: World): Promise<void> {
  const folder = await emptyProject(world.layout, "bench");
  const floor = await measured(() => mustPulumi(world.layout, ["up", "--yes", "--stack", "bench", "--cwd", folder]));
  const row = (...cells: string[]) =>
    process.stdout.write(
      `${cells.map((cell, index) => (index === 0 ? cell.padEnd(36) : cell.padStart(12))).join("")}\n`,
    );
  row("", "wall", "x empty up", "requests", "per repo", "limit waits");
  for (const size of sizes) {
    const layout = ownLayout(world.layout);
    const github = await startBenchGitHub(world, size, latency);
    try {
      await prepare(layout, github, world.settings.githubTokens.admin);
      const run = async (what: string, ...args: string[]) => {
        await github.mark();
        const begin = performance.now();
        await mustPulumi(layout, [...args, "--stack", organizationStack]);
        const wall = performance.now() - begin;
        const { requests, waited } = await github.counters();
        const [seconds, ratio] = [(wall / 1000).toFixed(1), (wall / floor).toFixed(1)];
        row(
          `${what}, ${String(size)} repositories`,
          `${seconds} s`,
          ratio,
          String(requests),
          (requests / size).toFixed(1),
          `${waited.toFixed(0)} s`,
        );
      };
      await run("first up", "up", "--yes", "--skip-preview");
      await run("up without a change", "up", "--yes", "--skip-preview", "--refresh=false");
      await run("preview with refresh", "preview", "--refresh");
    } finally {
      await github.end();
    }
  }
}
