import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { execa } from "execa";
import * as z from "zod";

import { githubUrl } from "../../sandbox/github/part.ts";
import { sandbox } from "./sandbox.ts";
import { seal } from "./sealed-box.ts";

/** Whose token asks: an organization owner, a developer who may write, somebody who only reads. */
export type Person = "admin" | "developer" | "reader";

/** An answer of the sandbox's GitHub. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function send(url: string, method: string, token: string, body: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

/** Asks the sandbox's GitHub by its REST API: `PATCH /repos/kbase/auth2`. */
export async function rest(request: string, body?: unknown, as: Person = "admin"): Promise<Answer> {
  const world = await sandbox();
  const [method = "GET", route = "/"] = request.split(" ");
  return send(`${githubUrl(world)}/api/v3${route}`, method, world.settings.githubTokens[as], body);
}

/** The same, where the answer must be a good one. */
export async function must(request: string, body?: unknown, as: Person = "admin"): Promise<unknown> {
  const { status, body: answer } = await rest(request, body, as);
  if (status >= 300) throw new Error(`${request} answers ${String(status)}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Asks it by GraphQL, where the answer must be a good one. */
export async function query(text: string): Promise<unknown> {
  const world = await sandbox();
  const url = `${githubUrl(world)}/api/graphql`;
  const { body } = await send(url, "POST", world.settings.githubTokens.admin, { query: text });
  const { data, errors } = z.looseObject({ data: z.unknown(), errors: z.unknown().optional() }).parse(body);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** Asks what GitHub does not have: `POST /faults`. */
export async function emulator(request: string, body?: unknown): Promise<unknown> {
  const world = await sandbox();
  const [method = "GET", route = "/"] = request.split(" ");
  const url = `${githubUrl(world)}/_emulator${route}`;
  const { status, body: answer } = await send(url, method, world.settings.githubTokens.emulator, body);
  if (status >= 300) throw new Error(`${request} answers ${String(status)}: ${JSON.stringify(answer)}`);
  return answer;
}

const Commits = z.array(z.looseObject({ sha: z.string(), commit: z.looseObject({ message: z.string() }) }));
const workflow = ".github/workflows/images.yml";

/** Messages of the commits of a branch that touched our workflow file, the newest first. */
export async function workflowCommits(repository: string, branch: string): Promise<string[]> {
  const all = await must(`GET /repos/kbase/${repository}/commits?sha=${branch}&path=${workflow}`);
  return Commits.parse(all).map(({ commit }) => commit.message);
}

/** The newest commit of a branch. */
export async function headOf(repository: string, branch: string): Promise<string> {
  const ref = await must(`GET /repos/kbase/${repository}/git/ref/heads/${branch}`);
  return z.looseObject({ object: z.looseObject({ sha: z.string() }) }).parse(ref).object.sha;
}

const Content = z.looseObject({ content: z.string(), sha: z.string() });

/** Text of a file on a branch; undefined where there is none. */
export async function fileOf(repository: string, branch: string, file = workflow): Promise<string | undefined> {
  const { status, body } = await rest(`GET /repos/kbase/${repository}/contents/${file}?ref=${branch}`);
  return status === 404 ? undefined : Buffer.from(Content.parse(body).content, "base64").toString();
}

/** Commits a file by the API; undefined removes it. */
export async function commitFile(
  repository: string,
  branch: string,
  text: string | undefined,
  { as = "admin", file = workflow }: { readonly as?: Person; readonly file?: string } = {},
): Promise<Answer> {
  const route = `/repos/kbase/${repository}/contents/${file}`;
  const { status, body } = await rest(`GET ${route}?ref=${branch}`);
  const change = { message: "By hand", branch, ...(status === 404 ? {} : { sha: Content.parse(body).sha }) };
  return text === undefined
    ? rest(`DELETE ${route}`, change, as)
    : rest(`PUT ${route}`, { ...change, content: Buffer.from(text).toString("base64") }, as);
}

const Rulesets = z.array(z.looseObject({ id: z.number(), name: z.string() }));

/** The rulesets of a repository by name. */
export async function rulesetsOf(repository: string): Promise<Record<string, number>> {
  const all = Rulesets.parse(await must(`GET /repos/kbase/${repository}/rulesets?per_page=100`));
  return Object.fromEntries(all.map(({ name, id }) => [name, id]));
}

const Opened = z.looseObject({
  actions: z.record(z.string(), z.string()),
  dependabot: z.record(z.string(), z.string()),
  environments: z.record(z.string(), z.record(z.string(), z.string())),
});

/** The values of a repository's secrets, opened with GitHub's own key. */
export const secretsOf = async (repository: string): Promise<z.infer<typeof Opened>> =>
  Opened.parse(await emulator(`GET /repos/kbase/${repository}/secrets`));

/** Writes a secret as a person would: `repos/kbase/auth2/actions`. */
export async function writeSecret(store: string, name: string, value: string): Promise<void> {
  const key = z
    .looseObject({ key_id: z.string(), key: z.string() })
    .parse(await must(`GET /${store}/secrets/public-key`));
  await must(`PUT /${store}/secrets/${name}`, { key_id: key.key_id, encrypted_value: seal(value, key.key) });
}

/** A name that no repository has yet: the sandbox may be one of an earlier time. */
export async function freeName(prefix: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = `${prefix}-${String(number)}`;
    if ((await rest(`GET /repos/kbase/${name}`)).status === 404) return name;
  }
}

/** Makes a repository with the branches develop and main. */
export async function newRepository(name: string): Promise<void> {
  const files = { "README.md": `# ${name}\n` };
  const branches = { develop: { files, message: "First" }, main: { files: {}, message: "First", from: "develop" } };
  await emulator("POST /seed", {
    login: "kbase",
    users: [],
    repositories: [{ name, branches, teams: { devops: "admin", developers: "write" } }],
  });
}

/** A clone of a repository, for a while. */
export interface Clone {
  /** Runs git in it; what it wrote, and whether it succeeded. */
  readonly git: (...args: string[]) => Promise<{ readonly ok: boolean; readonly output: string }>;
  /** Commits a file. */
  readonly commit: (file: string, text: string) => Promise<void>;
}

/** Clones a repository for somebody, and removes the clone in the end. The token goes by the environment. */
export async function withClone(repository: string, as: Person, work: (clone: Clone) => Promise<void>): Promise<void> {
  const world = await sandbox();
  const folder = mkdtempSync(path.join(tmpdir(), "drover-clone-"));
  const account = Buffer.from(`x-access-token:${world.settings.githubTokens[as]}`).toString("base64");
  const env = {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${account}`,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
  };
  const git = async (...args: string[]) => {
    const { failed, all } = await execa("git", args, { cwd: folder, env, reject: false, all: true });
    return { ok: !failed, output: all };
  };
  try {
    const cloned = await git("clone", "--quiet", `${githubUrl(world)}/kbase/${repository}.git`, ".");
    if (!cloned.ok) throw new Error(cloned.output);
    await work({
      git,
      async commit(file, text) {
        writeFileSync(path.join(folder, file), text);
        await git("add", file);
        const { ok, output } = await git(
          ...["-c", "user.name=Dana", "-c", "user.email=dana@example.org"],
          ...["commit", "--quiet", "-m", `Change ${file}`],
        );
        if (!ok) throw new Error(output);
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
