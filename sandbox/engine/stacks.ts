import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { parse, stringify } from "yaml";
import * as z from "zod";

import { githubUrl } from "../github/part.ts";
import { registryHost } from "../registry/registry.ts";
import { cluster, rancherAuthority, rancherUrl } from "../rancher/part.ts";
import type { Layout } from "../world/layout.ts";
import type { World } from "../world/part.ts";
import { mustPulumi } from "./pulumi.ts";

/** The organization whose images the sandbox's registry has. */
export const organization = "kbase";

/** The host name of an environment: names below `localhost` are loopback (RFC 6761). */
export const hostOf = (world: Pick<World, "settings">, stack: string): string =>
  `${stack}.localhost:${String(world.settings.ports.ingress)}`;

/** A stack's configuration file in the sandbox's project. */
export const stackFile = (layout: Layout, stack: string): string => path.join(layout.project, `Pulumi.${stack}.yaml`);

/** The configuration of an environment in the sandbox: like the committed stack files, with the sandbox's own addresses and two apps. */
export async function environmentConfig(world: World, stack: string): Promise<Record<string, unknown>> {
  const { registryAccount } = world.settings;
  return {
    "drover:organization": organization,
    "drover:github": { url: githubUrl(world) },
    "drover:rancher": {
      url: rancherUrl(world),
      ca: await rancherAuthority(world),
      cluster: cluster.id,
      project: stack,
    },
    "drover:host": `http://${hostOf(world, stack)}`,
    "drover:registry": registryHost(world, "public"),
    "drover:registries": {
      [registryHost(world, "public")]: { http: true },
      [registryHost(world, "private")]: { http: true, username: registryAccount.username },
    },
    "drover:channel": "develop",
    "drover:app": "narrative",
    "drover:image": "latest",
    "drover:apps": {
      narrative: { port: 8888, path: "/narrative", health: "/narrative_version", replicas: 2, env: { PORT: "8888" } },
      auth2: {
        image: `${registryHost(world, "private")}/${organization}/auth2`,
        port: 8080,
        path: "/services/auth",
        health: "/services/auth",
        strategy: "Recreate",
        env: { SHOW: "MONGO_PASSWORD" },
      },
    },
  };
}

/** The repositories that the sandbox onboards at first; its GitHub has some more to add. */
const onboarded = [
  {
    name: "narrative",
    branches: { develop: "develop", release: "main" },
    images: [{ name: "narrative_version", dockerfile: "Dockerfile2" }],
    checks: ["unit_test"],
    secrets: ["SLACK_WEBHOOK"],
    environments: { prod: { reviewers: ["team:devops"], branches: ["main"] } },
  },
  "auth2",
  { name: "JobRunner", branches: { release: "main" } },
  { name: "kbase-ui", branches: { release: "main3" } },
  { name: "tablescanner", branches: { develop: "develop" } },
];

/** The configuration of the stack `github` in the sandbox: like the committed one, for its own GitHub and a handful of repositories. */
export async function organizationConfig(world: World): Promise<Record<string, unknown>> {
  return {
    "drover:organization": organization,
    "drover:github": { url: githubUrl(world) },
    "drover:registry": registryHost(world, "public"),
    "drover:workflows": { repository: workflowsRepository, commit: await workflowsCommit(world) },
    "drover:defaults": {
      branches: { develop: "develop", release: "master" },
      protection: { approvals: 1, bypass: ["team:devops"] },
      actions: { pullRequests: true },
      retention: { days: 30, keep: 10 },
    },
    "drover:repositories": onboarded,
  };
}

/** The repository in the sandbox's GitHub that has the reusable workflows. */
const workflowsRepository = `${organization}/drover`;

/** The newest commit of the reusable workflows. */
async function workflowsCommit(world: World): Promise<string> {
  const response = await fetch(`${githubUrl(world)}/api/v3/repos/${workflowsRepository}/commits/main`, {
    headers: { authorization: `Bearer ${world.settings.githubTokens.admin}` },
  });
  return z.looseObject({ sha: z.string() }).parse(await response.json()).sha;
}

/** A stack's configuration, and its secrets in the order in which they are written. */
interface StackContent {
  readonly config: () => Promise<Record<string, unknown>>;
  /** Key, as `pulumi config set --path` takes it, and value. The last one's presence says that the stack is whole. */
  readonly secrets: readonly (readonly [key: string, value: string])[];
}

function contentOf(world: World, stack: string): StackContent {
  const { settings } = world;
  return stack === organizationStack
    ? {
        config: () => organizationConfig(world),
        secrets: [
          ["secrets.SLACK_WEBHOOK", `https://hooks.example.org/${randomBytes(12).toString("base64url")}`],
          ["githubToken", settings.githubTokens.admin],
        ],
      }
    : {
        config: () => environmentConfig(world, stack),
        secrets: [
          [`registries["${registryHost(world, "private")}"].password`, settings.registryAccount.password],
          ["apps.auth2.secrets.MONGO_PASSWORD", settings.registryAccount.password],
          ["githubToken", settings.githubTokens.developer],
          ["rancherToken", settings.tokens.deployer],
        ],
      };
}

/** The stack of the organization; every other one is an environment. */
export const organizationStack = "github";

/**
 * Makes a stack in the sandbox's project, with its configuration and secrets; a stack that is there is left as it is. The organization's
 * needs the sandbox's GitHub.
 */
export async function prepareStack(world: World, stack: string): Promise<void> {
  const { layout } = world;
  const file = stackFile(layout, stack);
  const { config, secrets } = contentOf(world, stack);
  const last = secrets.at(-1)?.[0] ?? "";
  if (existsSync(file) && readFileSync(file, "utf8").includes(`drover:${last}:`)) return;
  await mustPulumi(layout, ["stack", "select", stack, "--create", "--secrets-provider", "passphrase"]);
  const written: unknown = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
  writeFileSync(file, stringify({ ...StackFile.parse(written), config: await config() }), { mode: 0o600 });
  for (const [key, value] of secrets)
    await mustPulumi(layout, ["config", "set", "--secret", "--path", key, "--stack", stack], value);
}

const StackFile = z.looseObject({});
