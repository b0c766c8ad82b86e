import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { parse, stringify } from "yaml";
import * as z from "zod";

import { mustPulumi } from "../../sandbox/engine/pulumi.ts";
import { environmentConfig, organizationConfig, organizationStack, stackFile } from "../../sandbox/engine/stacks.ts";
import { linkProgram } from "../../sandbox/engine/engine.ts";
import { registryHost } from "../../sandbox/registry/registry.ts";
import { dataFolder } from "../../sandbox/world/layout.ts";
import type { Layout } from "../../sandbox/world/layout.ts";
import type { World } from "../../sandbox/world/part.ts";
import { checkoutFiles } from "./checkout-files.ts";
import { emulator, freeName, must, newRepository, writeSecret } from "./github.ts";

/** The stacks that the workflows know, in the order of their updates. */
export const stacks = ["github", "appdev", "ci", "next", "prod"] as const;

/** What no comment, issue, summary or log may hold. */
export const appSecret = "the-secret-of-the-app-in-this-test";

/** The repository that the stack `github` of the infrastructure onboards. */
export const onboarded = "infrastructure-app";

const StackFile = z.looseObject({ config: z.record(z.string(), z.unknown()) });
type Config = z.infer<typeof StackFile>["config"];

/** The namespace, and the host's first name, of one of its environments: beside those of the sandbox's own stacks. */
export const namespaceOf = (stack: string): string => `infrastructure-${stack}`;

/**
 * An organization's infrastructure repository: this checkout's program and workflows, with stack files of the
 * sandbox's addresses, and state in a folder.
 */
export class Infrastructure {
  /** Its name in the organization kbase. */
  readonly repository: string;
  readonly layout: Layout;
  readonly #world: World;

  private constructor(world: World, folder: string, repository: string) {
    this.#world = world;
    this.repository = repository;
    const [project, pulumiState] = [path.join(folder, "project"), path.join(folder, "state")];
    this.layout = { ...world.layout, project, pulumiState };
  }

  /**
   * Makes the stacks, and a repository with environments that hold what the workflows need. Nothing is deployed yet, unless by an earlier
   * time in the same sandbox, whose stacks stay.
   */
  static async create(world: World): Promise<Infrastructure> {
    const folder = dataFolder(world.layout, "infrastructure");
    const own = new Infrastructure(world, folder, await freeName("infrastructure"));
    for (const one of [own.layout.project, own.layout.pulumiState]) mkdirSync(one, { recursive: true });
    linkProgram(own.layout.project);
    await newRepository(onboarded);
    for (const stack of stacks) if (!existsSync(stackFile(own.layout, stack))) await own.#createStack(stack);
    await own.#createRepository();
    return own;
  }

  /** A stack's file as it is in the first commit. */
  text(stack: string): string {
    return readFileSync(stackFile(this.layout, stack), "utf8");
  }

  /** Text of a stack's file with some of its configuration changed: keys without `drover:`. */
  static changed(text: string, changes: Readonly<Record<string, unknown>>): string {
    const whole = StackFile.parse(parse(text));
    const config = Object.entries(changes).map(([key, value]) => [`drover:${key}`, value] as const);
    return stringify({ ...whole, config: { ...whole.config, ...Object.fromEntries(config) } });
  }

  async #createStack(stack: string): Promise<void> {
    await mustPulumi(this.layout, ["stack", "select", stack, "--create", "--secrets-provider", "passphrase"]);
    const config = stack === organizationStack ? await this.#organization() : await this.#environment(stack);
    const whole = z.looseObject({}).parse(parse(this.text(stack)));
    writeFileSync(stackFile(this.layout, stack), stringify({ ...whole, config }));
    const { githubTokens, tokens } = this.#world.settings;
    const secrets =
      stack === organizationStack
        ? [["githubToken", githubTokens.admin] as const]
        : [["apps.narrative.secrets.KEY", appSecret] as const, ["rancherToken", tokens.deployer] as const];
    for (const [key, value] of secrets)
      await mustPulumi(this.layout, ["config", "set", "--secret", "--path", key, "--stack", stack], value);
  }

  async #organization(): Promise<Config> {
    const repositories = [{ name: onboarded, branches: { develop: "develop", release: "main" } }];
    return { ...(await organizationConfig(this.#world)), "drover:repositories": repositories };
  }

  /** One small app. */
  async #environment(stack: string): Promise<Config> {
    const whole = await environmentConfig(this.#world, stack);
    const name = namespaceOf(stack);
    const { narrative } = z.looseObject({ narrative: z.looseObject({}) }).parse(whole["drover:apps"]);
    return {
      ...whole,
      "drover:rancher": { ...z.looseObject({}).parse(whole["drover:rancher"]), project: name },
      "drover:namespace": name,
      "drover:host": `http://${name}.localhost:${String(this.#world.settings.ports.ingress)}`,
      "drover:registries": { [registryHost(this.#world, "public")]: { http: true } },
      "drover:apps": { narrative: { ...narrative, replicas: 1 } },
    };
  }

  async #createRepository(): Promise<void> {
    const [program, workflows] = await Promise.all([
      checkoutFiles("index.ts", "stacks", "components", "package.json", "package-lock.json", "Pulumi.yaml"),
      checkoutFiles(".github/workflows"),
    ]);
    // Types, lint and unit tests are of this checkout whole.
    delete workflows[".github/workflows/check.yml"];
    const own = stacks.map((stack) => [`Pulumi.${stack}.yaml`, this.text(stack)] as const);
    const files = { ...program, ...workflows, ...Object.fromEntries(own) };
    const repository = {
      ...{ name: this.repository, branches: { main: { files, message: "Everything" } } },
      teams: { devops: "admin", developers: "write" },
    };
    await emulator("POST /seed", { login: "kbase", users: [], repositories: [repository] });
    for (const environment of ["preview", ...stacks]) {
      const route = `repos/kbase/${this.repository}/environments/${environment}`;
      await must(`PUT /${route}`, {});
      const value = `file://${this.layout.pulumiState}`;
      await must(`POST /${route}/variables`, { name: "PULUMI_BACKEND_URL", value });
      await writeSecret(route, "PULUMI_CONFIG_PASSPHRASE", this.#world.settings.passphrase);
    }
  }
}
