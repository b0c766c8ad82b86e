import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import * as z from "zod";

import type { Config } from "../github/config.ts";
import { kbaseRepositories } from "../github/organization/kbase-repositories.ts";
import type { KBaseRepository } from "../github/organization/kbase-repositories.ts";
import { organizationSeed } from "../github/seed-organization.ts";
import { dataFolder } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { startServer, stopServer } from "../world/processes.ts";
import { freePorts } from "../world/settings.ts";

const server = "github-bench";

const Counters = z.looseObject({ total: z.number(), waited: z.number(), limits: z.array(z.unknown()) });

/** A stand-in for GitHub with many repositories, its limits switched on, on a clock that nobody waits for. */
export interface BenchGitHub {
  readonly url: string;
  readonly repositories: readonly KBaseRepository[];
  /** Counts from here on. */
  mark(): Promise<void>;
  /** Requests since the mark, seconds that GitHub's limits would have made them wait, and how often they would have. */
  counters(): Promise<{ requests: number; waited: number; hits: number }>;
  end(): Promise<void>;
}

/**
 * Starts it from nothing.
 *
 * @param latency milliseconds that each request takes longer
 */
export async function startBenchGitHub(world: World, count: number, latency: number): Promise<BenchGitHub> {
  const { layout, settings } = world;
  const { emulator, ...tokens } = settings.githubTokens;
  const folder = dataFolder(layout, server);
  await stopServer(layout, server);
  rmSync(path.join(folder, "state"), { recursive: true, force: true });
  const { port = 0 } = await freePorts(["port"], Object.values(settings.ports));
  const repositories = manyRepositories(count);
  const organization = organizationSeed(tokens, { repositories });
  const config: Config = { port, folder: path.join(folder, "state"), adminToken: emulator, organization };
  const file = path.join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const url = `http://127.0.0.1:${String(port)}`;
  await startServer(layout, {
    name: server,
    command: process.execPath,
    args: [path.join(import.meta.dirname, "..", "github", "main.ts"), file],
    ready: async () => (await fetch(`${url}/api/v3/meta`)).ok,
  });
  const ask = async (method: string, route: string, body?: object): Promise<string> => {
    const headers = { authorization: `Bearer ${emulator}`, "content-type": "application/json" };
    const response = await fetch(`${url}/_emulator${route}`, {
      method,
      headers: body === undefined ? { authorization: headers.authorization } : headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${route} answers ${String(response.status)}: ${text}`);
    return text;
  };
  await ask("PATCH", "/limits", { mode: "virtual", latency });
  return {
    url,
    repositories,
    mark: async () => {
      await ask("POST", "/counters/mark");
    },
    counters: async () => {
      const { total, waited, limits } = Counters.parse(JSON.parse(await ask("GET", "/counters")));
      return { requests: total, waited, hits: limits.length };
    },
    end: () => stopServer(layout, server),
  };
}

/** As many repositories as wanted, laid out like the organization's real ones, over and over. */
const manyRepositories = (count: number): KBaseRepository[] =>
  Array.from({ length: count }, (_, index) => {
    const model = kbaseRepositories[index % kbaseRepositories.length];
    if (model === undefined) throw new Error("there is no repository to take as a model");
    return { ...model, name: `${model.name}-${String(index)}` };
  });
