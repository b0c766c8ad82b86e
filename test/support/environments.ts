import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { parse, stringify } from "yaml";
import * as z from "zod";

import { linkProgram } from "../../sandbox/engine/engine.ts";
import { mustPulumi } from "../../sandbox/engine/pulumi.ts";
import { environmentConfig, stackFile } from "../../sandbox/engine/stacks.ts";
import { registryHost } from "../../sandbox/registry/registry.ts";
import { dataFolder } from "../../sandbox/world/layout.ts";
import type { Layout } from "../../sandbox/world/layout.ts";
import type { World } from "../../sandbox/world/part.ts";
import { ask, kubectl } from "./sandbox.ts";

/** The environments, and the images that each deploys: those of the development branch, or released ones. */
const channels = { appdev: "develop", ci: "develop", next: "release", prod: "release" } as const;

/** The name of an environment. */
export type EnvironmentName = keyof typeof channels;

const names = ["appdev", "ci", "next", "prod"] as const satisfies readonly EnvironmentName[];
const Project = z.looseObject({ project: z.string() });
const Answer = z.looseObject({ version: z.string() });

/** Milliseconds for which an ingress controller may not know what Kubernetes does. */
const patience = 10_000;

/** What an environment runs. */
export interface Running {
  readonly tag: string;
  readonly digest: string;
}

/**
 * The four environments of one small app, beside those of the sandbox's own stacks: real stacks with a project and state of their
 * own, which record their deployments on GitHub.
 */
export class Environments {
  readonly #world: World;
  readonly #app: string;
  readonly #layout: Layout;

  private constructor(world: World, app: string) {
    const at = (name: string) => path.join(dataFolder(world.layout, "environments"), app, name);
    this.#world = world;
    this.#app = app;
    this.#layout = { ...world.layout, project: at("project"), pulumiState: at("state") };
  }

  /** Makes the stacks; nothing is deployed yet. @param app its name, which is its image's too */
  static async create(world: World, app: string): Promise<Environments> {
    const own = new Environments(world, app);
    const { project, pulumiState } = own.#layout;
    for (const folder of [project, pulumiState]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    }
    linkProgram(project);
    for (const stack of names) await own.#create(stack);
    return own;
  }

  /** Deploys an image, as people do: `pulumi config set image pr-12 && pulumi up`. */
  async deploy(stack: EnvironmentName, image: string): Promise<void> {
    await mustPulumi(this.#layout, ["config", "set", "image", image, "--stack", stack]);
    await mustPulumi(this.#layout, ["up", "--yes", "--skip-preview", "--stack", stack]);
  }

  /** What the Deployment of every environment runs; undefined where nothing was deployed yet. */
  async running(): Promise<Record<EnvironmentName, Running | undefined>> {
    const find = async (stack: EnvironmentName) => {
      const found = ["get", "deployment", this.#app, "--ignore-not-found", "--namespace", this.#namespace(stack)];
      const image = await kubectl(...found, "--output", "jsonpath={.spec.template.spec.containers[0].image}");
      const [, tag, digest] = /:([^:@/]+)@(sha256:[0-9a-f]{64})$/u.exec(image) ?? [];
      return tag === undefined || digest === undefined ? undefined : { tag, digest };
    };
    const [appdev, ci, next, prod] = await Promise.all([find("appdev"), find("ci"), find("next"), find("prod")]);
    return { appdev, ci, next, prod };
  }

  /**
   * Fails unless the app says in an environment that it is a certain version. The ingress controller learns of new pods a moment after the engine
   * has seen that they are ready, and of the old ones' end.
   */
  async mustServe(stack: EnvironmentName, version: string): Promise<void> {
    const limit = AbortSignal.timeout(patience);
    for (;;) {
      const { status, body } = await ask(this.#namespace(stack), "/");
      if (status === 200 && Answer.parse(JSON.parse(body)).version === version) return;
      if (limit.aborted) throw new Error(`${stack} answers ${String(status)} instead of ${version}: ${body}`);
      await delay(50);
    }
  }

  /** Of the namespace, of the project in Rancher, and of the host before `.localhost`. */
  #namespace(stack: EnvironmentName): string {
    return `${this.#app}-${stack}`;
  }

  async #create(stack: EnvironmentName): Promise<void> {
    await mustPulumi(this.#layout, ["stack", "select", stack, "--create", "--secrets-provider", "passphrase"]);
    const file = stackFile(this.#layout, stack);
    const common = await environmentConfig(this.#world, stack);
    const name = this.#namespace(stack);
    const config = {
      ...common,
      "drover:rancher": { ...Project.parse(common["drover:rancher"]), project: name },
      "drover:namespace": name,
      "drover:host": `http://${name}.localhost:${String(this.#world.settings.ports.ingress)}`,
      "drover:registries": { [registryHost(this.#world, "public")]: { http: true } },
      "drover:channel": channels[stack],
      "drover:app": this.#app,
      "drover:apps": { [this.#app]: { port: 8080, health: "/" } },
    };
    writeFileSync(file, stringify({ ...z.looseObject({}).parse(parse(readFileSync(file, "utf8"))), config }));
    const { tokens, githubTokens } = this.#world.settings;
    for (const [key, value] of [
      ["rancherToken", tokens.deployer],
      ["githubToken", githubTokens.developer],
    ] as const)
      await mustPulumi(this.#layout, ["config", "set", "--secret", key, "--stack", stack], value);
  }
}
