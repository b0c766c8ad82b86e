import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { execa } from "execa";
import * as z from "zod";

import { Toolbox } from "../../sandbox/tools/toolbox.ts";
import type { User } from "../../sandbox/github/model.ts";
import { TestRegistry } from "../sandbox/github/packages/registry.ts";
import { StandIn, tokenOf } from "../sandbox/github/stand-in.ts";
import { scriptOf } from "./workflow-files.ts";

/**
 * A stand-in for the docker command: `buildx` is the real one, which moves tags without any engine, so that what is run here can build
 * nothing; builders, builds and runs of images are only noted; `push` gives the tag to an image that the registry has already, the one tagged `built`, and says its digest as docker does.
 */
const docker = (buildx: string) => `#!/bin/sh
case "$1 $2" in
  'buildx build' | 'buildx create' | 'run '*) printf '%s\\n' "$@" END >> "$RUNNER_TEMP/docker"; exit "\${DOCKER_EXIT:-0}" ;;
esac
case "$1" in
  buildx) shift; exec '${buildx}' "$@" ;;
  login) cat > /dev/null ;;
  push)
    repository=\${2%:*}
    '${buildx}' imagetools create --prefer-index=false --tag "$2" "$repository:built" > /dev/null 2>&1 ||
      { echo "denied: requested access to the resource is denied" >&2; exit 1; }
    digest=$('${buildx}' imagetools inspect "$2" --format '{{json .Manifest}}' | jq --raw-output .digest)
    echo "The push refers to repository [$repository]"
    echo "\${2##*:}: digest: $digest size: 123" ;;
  *) echo "docker $1 is not there" >&2; exit 1 ;;
esac
`;

/** What a script did. */
export interface ScriptRun {
  readonly ok: boolean;
  /** All that it printed. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Of the run's page. */
  readonly summary: string;
  /** The builders, builds and runs of images that it wanted, as their arguments. */
  readonly docker: readonly (readonly string[])[];
}

const Pull = z.looseObject({
  number: z.number(),
  head: z.looseObject({ sha: z.string() }),
  merge_commit_sha: z.string().nullable(),
});
const Commit = z.looseObject({ sha: z.string(), tree: z.looseObject({ sha: z.string() }) });

/** The workflows' scripts with a real registry and the GitHub stand-in, whose organization has the repository `web`. */
export class ScriptWorld {
  readonly github: StandIn;
  readonly registry: TestRegistry;
  readonly #folder: string;
  readonly #repositoryId: number;
  readonly #appId: number;
  readonly #bot: User;
  #files = 0;

  private constructor(github: StandIn, registry: TestRegistry, folder: string, repositoryId: number) {
    this.github = github;
    this.registry = registry;
    this.#folder = folder;
    this.#repositoryId = repositoryId;
    const app = github.installedApp("github-actions", {});
    const bot = github.store.user("github-actions[bot]");
    if (bot === undefined) throw new Error("the App has no user");
    this.#appId = app.id;
    this.#bot = bot;
  }

  static async start(): Promise<ScriptWorld> {
    const tools = new Toolbox(console.log);
    const buildx = await tools.get("buildx");
    await tools.get("registry");
    const registry = await TestRegistry.start();
    const github = await StandIn.start({
      registries: [{ url: registry.url, folder: registry.folder, visibility: "private" }],
    });
    const folder = mkdtempSync(path.join(tmpdir(), "drover-scripts-"));
    mkdirSync(path.join(folder, "bin"));
    writeFileSync(path.join(folder, "bin/docker"), docker(buildx));
    chmodSync(path.join(folder, "bin/docker"), 0o755);
    const { id } = await github.repository("web", {
      branches: { main: { files: { "README.md": "# web\n" }, message: "First" } },
    });
    const world = new ScriptWorld(github, registry, folder, id);
    await world.ask("POST /git/refs", { ref: "refs/heads/develop", sha: await world.head("main") });
    return world;
  }

  async close(): Promise<void> {
    await this.github.close();
    await this.registry.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Registry, slash, organization, slash and a name. */
  image(name: string): string {
    return `${new URL(this.registry.url).host}/kbase/${name}`;
  }

  /** Asks GitHub about the repository, as its owner. */
  async ask(request: string, body?: unknown): Promise<unknown> {
    const [method = "", rest = ""] = request.split(" ");
    const answer = await this.github.ask(`${method} /repos/kbase/web${rest}`, body === undefined ? {} : { body });
    if (answer.status >= 400) throw new Error(`${request}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The commit of a branch. */
  async head(branch: string): Promise<string> {
    const { object } = z
      .looseObject({ object: z.looseObject({ sha: z.string() }) })
      .parse(await this.ask(`GET /git/ref/heads/${branch}`));
    return object.sha;
  }

  /** The tree of a commit. */
  async tree(commit: string): Promise<string> {
    return Commit.parse(await this.ask(`GET /git/commits/${commit}`)).tree.sha;
  }

  /** Commits a new file to a branch. */
  async commit(branch: string): Promise<string> {
    this.#files += 1;
    const name = `file-${String(this.#files)}`;
    await this.ask(`PUT /contents/${name}`, { message: name, branch, content: Buffer.from(name).toString("base64") });
    return this.head(branch);
  }

  /** Opens a pull request; without a head, from a new branch with one commit on top of another branch. */
  async pull(
    base: string,
    {
      head,
      from = base,
      title = "A change",
      draft = false,
    }: { head?: string; from?: string; title?: string; draft?: boolean } = {},
  ): Promise<{ number: number; head: string }> {
    let branch = head;
    if (branch === undefined) {
      this.#files += 1;
      branch = `feature-${String(this.#files)}`;
      await this.ask("POST /git/refs", { ref: `refs/heads/${branch}`, sha: await this.head(from) });
      await this.commit(branch);
    }
    const pull = Pull.parse(await this.ask("POST /pulls", { title, base, head: branch, draft }));
    return { number: pull.number, head: pull.head.sha };
  }

  /** Merges a pull request; returns the commit that that makes. */
  async merge(number: number): Promise<string> {
    return z.looseObject({ sha: z.string() }).parse(await this.ask(`PUT /pulls/${String(number)}/merge`, {})).sha;
  }

  /** Puts an image into the registry as a build of a commit; returns its digest. */
  async built(name: string, tag: string, commit: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.registry.image(`kbase/${name}`, tag, {
      "org.opencontainers.image.source": "https://github.com/kbase/web",
      "org.opencontainers.image.revision": commit,
      "drover.tree": await this.tree(commit),
      ...more,
    });
  }

  /** The digest that a tag has; undefined where there is none. */
  async digest(name: string, tag: string): Promise<string | undefined> {
    const response = await fetch(`${this.registry.url}/v2/kbase/${name}/manifests/${tag}`, {
      method: "HEAD",
      headers: { accept: "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json" },
    });
    return response.ok ? (response.headers.get("docker-content-digest") ?? undefined) : undefined;
  }

  /**
   * Runs a step's script as a runner does, with a token that may do what is granted.
   * @param prepare fills the folder that it runs in
   */
  async run(
    [workflow, job, step]: readonly [string, string, string],
    grants: Readonly<Record<string, "read" | "write">>,
    environment: Readonly<Record<string, string>>,
    prepare: (folder: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<ScriptRun> {
    const folder = mkdtempSync(path.join(this.#folder, "run-"));
    const work = path.join(folder, "work");
    mkdirSync(work);
    await prepare(work);
    const file = (name: string) => path.join(folder, name);
    for (const name of ["output", "summary", "docker"]) writeFileSync(file(name), "");
    writeFileSync(file("script"), scriptOf(workflow, job, step));
    const token = path.basename(folder);
    this.github.token(token, this.#bot, {
      kind: "installation",
      appId: this.#appId,
      permissions: Object.fromEntries(
        Object.entries(grants).map(([scope, level]) => [scope.replaceAll("-", "_"), level] as const),
      ),
      repositories: [this.#repositoryId],
    });
    const { failed, all } = await execa("bash", ["--noprofile", "--norc", "-eo", "pipefail", file("script")], {
      cwd: work,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: `${path.join(this.#folder, "bin")}:/usr/local/bin:/usr/bin:/bin`,
        HOME: folder,
        DOCKER_CONFIG: folder,
        RUNNER_TEMP: folder,
        GITHUB_OUTPUT: file("output"),
        GITHUB_STEP_SUMMARY: file("summary"),
        GITHUB_API_URL: `${this.github.origin}/api/v3`,
        GITHUB_SERVER_URL: this.github.origin,
        GITHUB_REPOSITORY: "kbase/web",
        GITHUB_REPOSITORY_OWNER: "kbase",
        GITHUB_ACTOR: "dev",
        REGISTRY: new URL(this.registry.url).host,
        IMAGES: '[{"name":"web"}]',
        TOKEN: tokenOf(token),
        ...environment,
      },
    });
    return {
      ok: !failed,
      log: all,
      outputs: outputsOf(readFileSync(file("output"), "utf8")),
      summary: readFileSync(file("summary"), "utf8"),
      docker: readFileSync(file("docker"), "utf8")
        .split("\nEND\n")
        .slice(0, -1)
        .map((line) => line.split("\n")),
    };
  }
}

/** Reads what a step wrote to `GITHUB_OUTPUT`, in both of its forms. */
function outputsOf(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [, name = "", value, end, lines] of text.matchAll(/^([\w-]+)(?:=(.*)|<<(\S+)\n([^]*?)\n\3)$/gmu))
    outputs[name] = end === undefined ? (value ?? "") : (lines ?? "");
  return outputs;
}
