import assert from "node:assert/strict";

import * as z from "zod";

import { usesKwok } from "../../sandbox/sandbox.ts";
import type { World } from "../../sandbox/world/part.ts";
import { buildsIn, Cycle, logOf } from "./cycle.ts";
import type { Run } from "./cycle.ts";
import { Environments } from "./environments.ts";
import type { EnvironmentName, Running } from "./environments.ts";

const Deployments = z.array(
  z.looseObject({
    id: z.int(),
    task: z.enum(["deploy", "retag"]),
    environment: z.string(),
    production_environment: z.boolean(),
    payload: z.looseObject({ digest: z.string() }),
  }),
);
const Statuses = z.array(z.looseObject({ state: z.string() }));

/** The long-lived branch that an image is for. */
export type Channel = "develop" | "release";

/** A deployment that GitHub has on record. */
export interface Recorded {
  readonly task: "deploy" | "retag";
  readonly environment: string;
  readonly digest: string;
  readonly state: string | undefined;
  readonly production: boolean;
}

/** The tag of a pull request's image. */
export const pr = (number: number): string => `pr-${String(number)}`;

/** The tag of a commit's image. */
export const short = (commit: string): string => `sha-${commit.slice(0, 12)}`;

/**
 * What happens to one repository with the branches develop and master. Each step knows what has to come of it, and notes it: `holds` compares that
 * with all that the registry and the environments have.
 */
export class Story {
  readonly name: string;
  readonly cycle: Cycle;
  /** Tag to digest of what the registry has to have. */
  readonly images: Record<Channel, Record<string, string>> = { develop: {}, release: {} };
  /** What the environments have to run. */
  readonly deployed: Partial<Record<EnvironmentName, Running>> = {};
  readonly #environments: Environments;
  readonly #hasPods: boolean;

  private constructor(world: World, name: string, environments: Environments) {
    this.name = name;
    this.cycle = new Cycle(world, name);
    this.#environments = environments;
    this.#hasPods = !usesKwok(world);
  }

  /** @param name of the repository, which is its image's and its app's too */
  static async begin(world: World, name: string): Promise<Story> {
    const story = new Story(world, name, await Environments.create(world, name));
    await story.cycle.settled();
    return story;
  }

  /** Fails unless the registry and the environments have what was noted, and nothing else. */
  async holds(): Promise<void> {
    assert.deepEqual(await this.cycle.tags(`${this.name}-develop`), this.images.develop);
    assert.deepEqual(await this.cycle.tags(this.name), this.images.release);
    const nowhere = { appdev: undefined, ci: undefined, next: undefined, prod: undefined };
    assert.deepEqual(await this.#environments.running(), { ...nowhere, ...this.deployed });
  }

  /** The only run since the last time, which succeeded. */
  async run(): Promise<Run> {
    const [run, ...others] = await this.cycle.settled();
    assert.ok(run !== undefined && others.length === 0);
    assert.equal(run.conclusion, "success", logOf(run));
    return run;
  }

  /** The digest that a tag has now. */
  async digestOf(channel: Channel, tag: string): Promise<string> {
    const { [tag]: digest } = await this.cycle.tags(channel === "develop" ? `${this.name}-develop` : this.name);
    assert.ok(digest !== undefined, `there is no ${tag}`);
    return digest;
  }

  /** Notes what was built for a pull request's newest commit. */
  async noteBuild(channel: Channel, number: number): Promise<void> {
    const digest = await this.digestOf(channel, pr(number));
    const { head } = await this.cycle.pull(number);
    Object.assign(this.images[channel], { [pr(number)]: digest, [short(head.sha)]: digest });
  }

  /** Waits for the build of a pull request. */
  async built(channel: Channel, number: number): Promise<void> {
    assert.equal(buildsIn([await this.run()]), 1);
    await this.noteBuild(channel, number);
  }

  /** Opens a pull request with one commit, which is built; returns its number. */
  async open(branch: string, channel: Channel = "develop"): Promise<number> {
    const number = await this.cycle.open(branch, { base: channel === "develop" ? "develop" : "master" });
    await this.built(channel, number);
    return number;
  }

  /** Merges a pull request: `latest` is then what was tested; or, where its tree is another one, what was built of the merged commit. */
  async merge(channel: Channel, number: number, { isBuilt = false } = {}): Promise<void> {
    await this.cycle.approve(number);
    const commit = await this.cycle.merge(number);
    const pushes = (await this.cycle.settled()).filter(({ event }) => event.name === "push");
    assert.deepEqual(
      [pushes.map(({ conclusion }) => conclusion), buildsIn(pushes)],
      [["success"], isBuilt ? 1 : 0],
      pushes.map(logOf).join("\n"),
    );
    const digest = isBuilt ? await this.digestOf(channel, "latest") : this.images[channel][pr(number)];
    Object.assign(this.images[channel], { latest: digest, [short(commit)]: digest });
  }

  /** Publishes a release of what was merged last. */
  async publish(version: string): Promise<void> {
    const release = { tag_name: version, target_commitish: "master", name: version };
    await this.cycle.api("POST", "/releases", release, "admin");
    await this.run();
    this.#noteTag("release", "latest", version);
  }

  /** Gives an image an environment's tag, by the web hook. */
  async retag(channel: Channel, source: string, target: EnvironmentName): Promise<void> {
    const image = channel === "develop" ? `${this.name}-develop` : this.name;
    const payload = { image, source, target, reason: "the story" };
    await this.cycle.api("POST", "/dispatches", { event_type: "retag", client_payload: payload });
    await this.run();
    this.#noteTag(channel, source, target);
  }

  #noteTag(channel: Channel, source: string, target: string): void {
    Object.assign(this.images[channel], { [target]: this.images[channel][source] });
  }

  /** Deploys a tag of the images of an environment; the app then says the version that its image was built as. */
  async deploy(stack: EnvironmentName, tag: string, version: string): Promise<void> {
    const digest = this.images[stack === "appdev" || stack === "ci" ? "develop" : "release"][tag];
    assert.ok(digest !== undefined, `there is no ${tag}`);
    await this.#environments.deploy(stack, tag);
    this.deployed[stack] = { tag, digest };
    if (this.#hasPods) await this.#environments.mustServe(stack, version);
  }

  /** What GitHub has on record, oldest first. */
  async recorded(): Promise<Recorded[]> {
    const all = Deployments.parse(await this.cycle.api("GET", "/deployments"));
    const states = all.map(async ({ id, environment, task, production_environment: production, payload }) => {
      const [status] = Statuses.parse(await this.cycle.api("GET", `/deployments/${String(id)}/statuses`));
      return { task, environment, digest: payload.digest, state: status?.state, production };
    });
    return (await Promise.all(states)).reverse();
  }
}
