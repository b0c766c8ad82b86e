import { readFileSync, readdirSync, utimesSync } from "node:fs";
import path from "node:path";

import { parse } from "yaml";
import * as z from "zod";

import { actionsUrl } from "../../sandbox/actions/part.ts";
import { githubUrl } from "../../sandbox/github/part.ts";
import { imagesFolder, registryHost } from "../../sandbox/registry/registry.ts";
import type { World } from "../../sandbox/world/part.ts";
import { patientJson } from "../../sandbox/world/patient-request.ts";

const Run = z.object({
  run: z.int(),
  path: z.string(),
  repository: z.string(),
  event: z.object({ name: z.string(), action: z.string().optional(), sequence: z.int() }),
  commit: z.string(),
  checked: z.string(),
  conclusion: z.enum(["success", "failure", "cancelled", "skipped", "startup_failure"]),
  reasons: z.array(z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      result: z.enum(["success", "failure", "cancelled", "skipped"]),
      outputs: z.record(z.string(), z.string()),
    }),
  ),
  summaries: z.record(z.string(), z.string()),
  folder: z.string(),
});

/** A run of a workflow that has ended. */
export type Run = z.infer<typeof Run>;

const Pull = z.looseObject({
  number: z.int(),
  node_id: z.string(),
  draft: z.boolean(),
  merged: z.boolean().optional(),
  head: z.looseObject({ ref: z.string(), sha: z.string() }),
});
const Sha = z.looseObject({ sha: z.string() });
const File = z.looseObject({ content: z.string() });
const Scheduled = z.looseObject({
  on: z.looseObject({ schedule: z.array(z.looseObject({ cron: z.string() })).default([]) }),
});
const Ref = z.looseObject({ object: Sha });
const Written = z.looseObject({ commit: Sha });
const Present = z.looseObject({ sha: z.string() }).partial();
const Checks = z.looseObject({
  check_runs: z.array(z.looseObject({ name: z.string(), conclusion: z.string().nullable() })),
});
const Tags = z.looseObject({ tags: z.array(z.string()).nullable() });
const Manifest = z.looseObject({ config: z.looseObject({ digest: z.string() }) });
const Config = z.looseObject({ config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() }) });

/** What registries can hold, so that the digest is of what was pushed. */
const manifests =
  "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/** Who does something on GitHub: one of the sandbox's tokens. */
export type Who = "admin" | "developer" | "reader" | "dependabot";

/** Only good in a test's sandbox. */
const dependabotToken = "ghs_dependabot0000000000000000000000000000";

/** What people do to one repository of the sandbox during the release cycle, by GitHub's API, and what came of it. */
export class Cycle {
  /** `owner/name` */
  readonly repository: string;
  readonly name: string;
  readonly #world: World;
  #seen = 0;

  /** @param name of a repository of kbase */
  constructor(world: World, name = "narrative", owner = "kbase") {
    this.#world = world;
    this.name = name;
    this.repository = `${owner}/${name}`;
  }

  /**
   * Asks GitHub's REST API, below the repository.
   * @throws Error with GitHub's answer to what it refused
   */
  async api(method: string, route: string, body?: unknown, who: Who = "developer"): Promise<unknown> {
    const response = await this.answer(method, route, body, who);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${String(response.status)} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** The same, whatever the answer is. */
  answer(method: string, route: string, body?: unknown, who: Who = "developer"): Promise<Response> {
    return fetch(`${githubUrl(this.#world)}/api/v3/repos/${this.repository}${route}`, {
      method,
      headers: { Authorization: `Bearer ${this.#tokenOf(who)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  #tokenOf(who: Who): string {
    return who === "dependabot" ? dependabotToken : this.#world.settings.githubTokens[who];
  }

  /** Asks what GitHub does inside itself, of the stand-in. */
  async emulate(route: string, body: unknown, method: "POST" | "PUT" = "POST"): Promise<void> {
    const response = await fetch(`${githubUrl(this.#world)}/_emulator${route}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#world.settings.githubTokens.emulator}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${route}: ${await response.text()}`);
  }

  /** Installs Dependabot, so that it can push and open pull requests. */
  async installDependabot(): Promise<void> {
    const permissions = { contents: "write", pull_requests: "write" };
    await this.emulate("/seed", {
      login: "kbase",
      users: [],
      apps: [{ slug: "dependabot", permissions }],
      tokens: [{ token: dependabotToken, of: "dependabot" }],
    });
  }

  /** Sets GitHub's clock ahead, or back, by some days against the machine's; 0 is the machine's time. */
  async shiftClock(days: number): Promise<void> {
    await this.emulate("/clock", days === 0 ? { reset: true } : { advance: days * 86_400 }, "PUT");
  }

  /** Makes everything that the registry has of an image look older by some days. */
  age(image: string, days: number): void {
    const folder = path.join(
      imagesFolder(this.#world, "public"),
      "docker/registry/v2/repositories/kbase",
      image,
      "_manifests",
    );
    const then = new Date(Date.now() - days * 86_400_000);
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      utimesSync(path.join(folder, file), then, then);
  }

  /** Does what a repository's schedule does, at the time that its workflow file names. */
  async tick(branch: string): Promise<void> {
    const { content } = File.parse(await this.api("GET", `/contents/.github/workflows/images.yml?ref=${branch}`));
    const { on } = Scheduled.parse(parse(Buffer.from(content, "base64").toString("utf8")));
    await this.schedule(on.schedule[0]?.cron ?? "");
  }

  /** Starts the workflow as a person does in the browser. */
  async dispatch(ref: string, inputs: Readonly<Record<string, string>>): Promise<void> {
    await this.api("POST", "/actions/workflows/images.yml/dispatches", { ref, inputs });
  }

  /** What a repository's schedule does. */
  async schedule(cron: string): Promise<void> {
    await this.emulate("/schedules", { repository: this.repository, cron });
  }

  /** Forks the repository into the reader's account and opens a pull request from there; returns its number. */
  async openFromFork(branch: string, base = "develop"): Promise<number> {
    await this.api("POST", "/forks", {}, "reader");
    const fork = new Cycle(this.#world, this.name, "kbase-reader");
    await fork.api("POST", "/git/refs", { ref: `refs/heads/${branch}`, sha: await fork.tip(base) }, "reader");
    await fork.commit(branch, `src/${branch}.txt`, `${branch}\n`, { who: "reader" });
    const wanted = { title: branch, head: `kbase-reader:${branch}`, base };
    return Pull.parse(await this.api("POST", "/pulls", wanted, "reader")).number;
  }

  /** The commit of a branch. */
  async tip(branch: string): Promise<string> {
    return Ref.parse(await this.api("GET", `/git/ref/heads/${branch}`)).object.sha;
  }

  /** Makes a branch at another one's commit. */
  async branch(name: string, from: string, who: Who = "developer"): Promise<void> {
    await this.api("POST", "/git/refs", { ref: `refs/heads/${name}`, sha: await this.tip(from) }, who);
  }

  /** Commits a file to a branch; returns the commit. */
  async commit(
    branch: string,
    file: string,
    content: string | Uint8Array,
    { message = `Change ${file}`, who = "developer" }: { message?: string; who?: Who } = {},
  ): Promise<string> {
    const present = await this.answer("GET", `/contents/${file}?ref=${branch}`);
    const { sha } = Present.parse(await present.json());
    const body = {
      branch,
      message,
      content: Buffer.from(content).toString("base64"),
      ...(sha === undefined ? {} : { sha }),
    };
    return Written.parse(await this.api("PUT", `/contents/${file}`, body, who)).commit.sha;
  }

  /** Makes a branch with one commit and opens a pull request for it; returns its number. */
  async open(
    branch: string,
    {
      base = "develop",
      draft = false,
      file = `src/${branch}.txt`,
      content = `${branch}\n`,
      who = "developer",
    }: { base?: string; draft?: boolean; file?: string; content?: string; who?: Who } = {},
  ): Promise<number> {
    await this.branch(branch, base, who);
    await this.commit(branch, file, content, { who });
    return this.openFrom(branch, base, draft, who);
  }

  /** Opens a pull request of a branch that is there; returns its number. */
  async openFrom(head: string, base: string, draft = false, who: Who = "developer"): Promise<number> {
    const wanted = { title: `${head} into ${base}`, head, base, draft };
    return Pull.parse(await this.api("POST", "/pulls", wanted, who)).number;
  }

  /** The open pull request from one branch into another. */
  async pullOf(head: string, base: string): Promise<z.infer<typeof Pull> | undefined> {
    const owner = this.repository.split("/")[0] ?? "";
    return z.array(Pull).parse(await this.api("GET", `/pulls?state=open&base=${base}&head=${owner}:${head}`))[0];
  }

  async pull(number: number): Promise<z.infer<typeof Pull>> {
    return Pull.parse(await this.api("GET", `/pulls/${String(number)}`));
  }

  /** Takes a pull request out of draft. */
  async ready(number: number): Promise<void> {
    await this.#mutate("markPullRequestReadyForReview", number);
  }

  /** Makes a pull request a draft again. */
  async draft(number: number): Promise<void> {
    await this.#mutate("convertPullRequestToDraft", number);
  }

  async close(number: number): Promise<void> {
    await this.api("PATCH", `/pulls/${String(number)}`, { state: "closed" });
  }

  async reopen(number: number): Promise<void> {
    await this.api("PATCH", `/pulls/${String(number)}`, { state: "open" });
  }

  /** Approves a pull request as somebody else than its author. */
  async approve(number: number): Promise<void> {
    await this.api("POST", `/pulls/${String(number)}/reviews`, { event: "APPROVE" }, "admin");
  }

  /** Merges a pull request; returns the merge commit. */
  async merge(number: number, method: "merge" | "squash" = "merge"): Promise<string> {
    return Sha.parse(await this.api("PUT", `/pulls/${String(number)}/merge`, { merge_method: method })).sha;
  }

  /** Runs a run again, as a person does in the browser. */
  async rerun({ run }: Pick<Run, "run">): Promise<void> {
    const { ok, status } = await fetch(`${actionsUrl(this.#world)}/runs/${String(run)}/rerun`, { method: "POST" });
    if (!ok) throw new Error(`run ${String(run)} can't run again: ${String(status)}`);
  }

  /** Waits until everything that these events caused has ended; returns the runs since the last time, oldest first. */
  async settled(): Promise<Run[]> {
    const all = z.array(Run).parse(await patientJson(`${actionsUrl(this.#world)}/settled`));
    const fresh = all.slice(this.#seen).filter(({ repository }) => repository === this.repository);
    this.#seen = all.length;
    return fresh;
  }

  /** The checks of a commit as GitHub tells them: name to conclusion. */
  async checks(commit: string): Promise<Record<string, string | null>> {
    const { check_runs: runs } = Checks.parse(await this.api("GET", `/commits/${commit}/check-runs?per_page=100`));
    return Object.fromEntries(runs.map(({ name, conclusion }) => [name, conclusion]));
  }

  /** What the registry has of an image of the organization: tag to digest. */
  async tags(image: string): Promise<Record<string, string>> {
    const list = await this.#registry(`kbase/${image}/tags/list`);
    if (list.status === 404) return {};
    const { tags } = Tags.parse(await list.json());
    const entries = (tags ?? []).map(async (tag) => {
      const answer = await this.#registry(`kbase/${image}/manifests/${tag}`);
      return [tag, answer.headers.get("docker-content-digest") ?? ""] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** The labels of an image. */
  async labels(image: string, tag: string): Promise<Record<string, string>> {
    const { config } = Manifest.parse(await (await this.#registry(`kbase/${image}/manifests/${tag}`)).json());
    const settings = Config.parse(await (await this.#registry(`kbase/${image}/blobs/${config.digest}`)).json());
    return settings.config.Labels ?? {};
  }

  #registry(route: string): Promise<Response> {
    return fetch(`http://${registryHost(this.#world, "public")}/v2/${route}`, { headers: { Accept: manifests } });
  }

  async #mutate(mutation: string, number: number): Promise<void> {
    const { node_id: id } = await this.pull(number);
    const query = `mutation($id: ID!) { ${mutation}(input: { pullRequestId: $id }) { clientMutationId } }`;
    const response = await fetch(`${githubUrl(this.#world)}/api/graphql`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${this.#world.settings.githubTokens.developer}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ query, variables: { id } }),
    });
    const { errors } = z.looseObject({ errors: z.unknown().optional() }).parse(await response.json());
    if (errors !== undefined) throw new Error(`${mutation}: ${JSON.stringify(errors)}`);
  }
}

/** What the runner logged of a run, as people read it. */
export const logOf = ({ folder }: Run): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "log.txt")
    .map((file) => readFileSync(path.join(folder, file), "utf8"))
    .join("\n");

/** How often BuildKit exported an image in some runs. */
export const buildsIn = (runs: readonly Run[]): number =>
  runs.reduce((sum, run) => sum + (logOf(run).match(/#\d+ exporting to (?:docker )?image/gu)?.length ?? 0), 0);

/** The results of a run's jobs, by check. */
export const resultsOf = ({ jobs }: Run): Record<string, string> =>
  Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]));
