import { existsSync } from "node:fs";

import { parseCommit } from "./commit.ts";
import type { Commit } from "./commit.ts";
import { ObjectReader } from "./object-reader.ts";
import type { GitObject, ObjectInfo } from "./object-reader.ts";
import { GitError, runGit } from "./run.ts";
import type { GitOptions, GitResult } from "./run.ts";

/** A change of one ref: from what it must be now (null: it must not exist) to what it shall be (null: deleted). */
export interface RefChange {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The object name that git's protocols write for a ref that does not exist. */
export const zeroSha = "0".repeat(40);

const keptCommits = 2000;

/**
 * A bare git repository. Only this process writes to it, so refs are kept in memory; objects are read through one
 * long-lived process. Whoever writes holds the repository's lock in the store.
 */
export class GitRepository {
  readonly folder: string;
  readonly #reader: ObjectReader;
  readonly #commits = new Map<string, Commit>();
  #refs: Promise<Map<string, string>> | undefined;

  constructor(folder: string) {
    this.folder = folder;
    this.#reader = new ObjectReader(folder);
  }

  /** Makes it where it is missing. `HEAD` names the default branch, for clones. */
  async create(defaultBranch: string): Promise<void> {
    if (existsSync(`${this.folder}/HEAD`)) return;
    await runGit(this.folder, ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, this.folder]);
  }

  run(args: readonly string[], options?: GitOptions): Promise<GitResult> {
    return runGit(this.folder, args, options);
  }

  /** A command's output as text, without the last line's end. */
  async text(args: readonly string[], options?: GitOptions): Promise<string> {
    return (await this.run(args, options)).stdout.toString("utf8").replace(/\n$/u, "");
  }

  /** All refs: full name to object name (of the tag object, for annotated tags), sorted by name. */
  refs(): Promise<ReadonlyMap<string, string>> {
    this.#refs ??= this.text(["for-each-ref", "--format=%(refname) %(objectname)"]).then(
      (text) => new Map(text === "" ? [] : text.split("\n").map((line) => line.split(" ") as [string, string])),
    );
    return this.#refs;
  }

  /** A ref's object name; undefined where there is no such ref. */
  async ref(name: string): Promise<string | undefined> {
    return (await this.refs()).get(name);
  }

  /** Forgets what is known of refs, after a command that changed them. */
  forgetRefs(): void {
    this.#refs = undefined;
  }

  /**
   * Changes refs, all or none.
   * @throws GitError when one is not what it must be
   */
  async updateRefs(changes: readonly RefChange[]): Promise<void> {
    if (changes.length === 0) return;
    const lines = changes.map(({ ref, from, to }) =>
      to === null ? `delete ${ref}\0${from ?? ""}\0` : `update ${ref}\0${to}\0${from ?? zeroSha}\0`,
    );
    try {
      await this.run(["update-ref", "--stdin", "-z"], { input: lines.join("") });
    } finally {
      this.forgetRefs();
    }
  }

  /** Points `HEAD` at a branch, which need not exist. */
  async setHead(branch: string): Promise<void> {
    await this.run(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  }

  /** An object by any of git's names for it. */
  object(name: string): Promise<GitObject | undefined> {
    return this.#reader.read(name);
  }

  info(name: string): Promise<ObjectInfo | undefined> {
    return this.#reader.info(name);
  }

  /** A commit by its full object name; undefined where there is none. */
  async commit(sha: string): Promise<Commit | undefined> {
    const known = this.#commits.get(sha);
    if (known !== undefined) return known;
    const object = /^[0-9a-f]{40}$/u.test(sha) ? await this.object(sha) : undefined;
    if (object?.type !== "commit") return undefined;
    const commit = parseCommit(sha, object.content);
    if (this.#commits.size >= keptCommits) this.#commits.clear();
    this.#commits.set(sha, commit);
    return commit;
  }

  /** The commit that a branch, tag, full ref or (abbreviated) object name stands for. */
  async resolve(name: string): Promise<string | undefined> {
    const refs = await this.refs();
    const sha =
      refs.get(`refs/heads/${name}`) ?? refs.get(`refs/tags/${name}`) ?? refs.get(name) ?? refs.get(`refs/${name}`);
    if (sha === undefined && !/^[0-9a-f]{4,40}$/u.test(name)) return undefined;
    if (this.#commits.has(sha ?? name)) return sha ?? name;
    return (await this.info(`${sha ?? name}^{commit}`))?.sha;
  }

  /** Whether one commit is the other or among its ancestors. */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    if (ancestor === descendant) return true;
    if ((await this.commit(descendant))?.parents.includes(ancestor) === true) return true;
    const { exitCode } = await this.run(["merge-base", "--is-ancestor", ancestor, descendant], { accept: [0, 1] });
    return exitCode === 0;
  }

  /** The best common ancestor; undefined for histories that have none. */
  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const { exitCode, stdout } = await this.run(["merge-base", a, b], { accept: [0, 1] });
    return exitCode === 0 ? stdout.toString("utf8").trim() : undefined;
  }

  /** Ends the process that reads objects. */
  close(): void {
    this.#reader.close();
  }
}

export { GitError };
