import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

import { parse, stringify } from "yaml";
import * as z from "zod";

import { mustPulumi, runPulumi } from "../../sandbox/engine/pulumi.ts";
import type { PulumiResult } from "../../sandbox/engine/pulumi.ts";
import { organizationConfig, organizationStack as stack, stackFile } from "../../sandbox/engine/stacks.ts";
import { checkout, dataFolder } from "../../sandbox/world/layout.ts";
import type { Layout } from "../../sandbox/world/layout.ts";
import { plannedSteps, sandbox } from "./sandbox.ts";

const StackFile = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** A stack `github` beside the sandbox's own, with a project and state of its own: as long as its list, so long are its updates. */
export class GitHubStack {
  readonly layout: Layout;
  readonly #folder: string;

  private constructor(layout: Layout, folder: string) {
    this.layout = layout;
    this.#folder = folder;
  }

  /** Makes one with no repositories and the secret `A`. */
  static async create(): Promise<GitHubStack> {
    const world = await sandbox();
    const folder = dataFolder(world.layout, "github-stack");
    const at = (name: string) => path.join(folder, name);
    rmSync(folder, { recursive: true, force: true });
    for (const name of ["project", "state"]) mkdirSync(at(name), { recursive: true });
    for (const file of ["Pulumi.yaml", "index.ts", "package.json", "node_modules"])
      if (existsSync(path.join(checkout, file))) symlinkSync(path.join(checkout, file), path.join(at("project"), file));
    const own = new GitHubStack({ ...world.layout, project: at("project"), pulumiState: at("state") }, folder);
    await mustPulumi(own.layout, ["stack", "select", stack, "--create", "--secrets-provider", "passphrase"]);
    const config = { ...(await organizationConfig(world)), "drover:repositories": [] };
    const whole = parse(readFileSync(stackFile(own.layout, stack), "utf8")) as unknown;
    writeFileSync(stackFile(own.layout, stack), stringify({ ...z.looseObject({}).parse(whole), config }));
    await own.setSecret("secrets.A", "value-a");
    await own.setSecret("githubToken", world.settings.githubTokens.admin);
    for (const name of ["project", "state"])
      cpSync(at(name), at(`${name}-at-first`), { recursive: true, verbatimSymlinks: true });
    return own;
  }

  /** Forgets every update, and every change of the configuration. What is on GitHub stays. */
  reset(): void {
    for (const name of ["project", "state"]) {
      const at = path.join(this.#folder, name);
      rmSync(at, { recursive: true, force: true });
      cpSync(`${at}-at-first`, at, { recursive: true, verbatimSymlinks: true });
    }
  }

  async setSecret(key: string, value: string): Promise<void> {
    await mustPulumi(this.layout, ["config", "set", "--secret", "--path", key, "--stack", stack], value);
  }

  /** Changes the configuration as an editor would: keys without `drover:`. */
  configure(changes: Readonly<Record<string, unknown>>): void {
    const file = stackFile(this.layout, stack);
    const whole = StackFile.parse(parse(readFileSync(file, "utf8")));
    const changed = Object.entries(changes).map(([key, value]) => [`drover:${key}`, value] as const);
    writeFileSync(file, stringify({ ...whole, config: { ...whole.config, ...Object.fromEntries(changed) } }));
  }

  preview(): Promise<PulumiResult> {
    return runPulumi(this.layout, ["preview", "--stack", stack]);
  }

  up(): Promise<PulumiResult> {
    return runPulumi(this.layout, ["up", "--yes", "--skip-preview", "--stack", stack]);
  }

  /** An update that must succeed. */
  async mustUp(): Promise<void> {
    const { exitCode, stdout, stderr } = await this.up();
    if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`);
  }

  /** A preview as the engine writes it in JSON. */
  previewJson(): Promise<string> {
    return mustPulumi(this.layout, ["preview", "--json", "--stack", stack]);
  }

  /** What a preview would do. */
  async previewed(): Promise<string[]> {
    return plannedSteps(await this.previewJson());
  }
}
