import { existsSync } from "node:fs";

import { parseCommit, parseTag } from "./commit.ts";
import type { Commit, Signature, TagObject } from "./commit.ts";
import { diffArguments, parseDiff } from "./diff.ts";
import type { FileChange } from "./diff.ts";
import { ObjectReader } from "./object-reader.ts";
import type { GitObject, ObjectInfo } from "./object-reader.ts";
import { commitContent, tagContent, writeObject } from "./object-writer.ts";
import type { NewCommit } from "./object-writer.ts";
import { Refs } from "./refs.ts";
import type { RefChange } from "./refs.ts";
import { runGit } from "./run.ts";
import type { GitOptions, GitResult } from "./run.ts";
import { editTree, formatTree, parseTree } from "./tree.ts";
import type { TreeEdit, TreeEntry } from "./tree.ts";

export { zeroSha } from "./refs.ts";
export type { RefChange } from "./refs.ts";

/** The tree without entries; git knows it without having it. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

const keptCommits = 2000;
const keptDiffs = 200;

/**
 * A bare git repository. Only this process writes to it, so refs are kept in memory; objects are read through one
 * long-lived process. Whoever writes holds the repository's lock in the store.
 */
export class GitRepository {
  readonly folder: string;
  readonly #reader: ObjectReader;
  readonly #commits = new Map<string, Commit>();
  readonly #diffs = new Map<string, Promise<readonly FileChange[]>>();
  readonly #refs: Refs;

  constructor(folder: string) {
    this.folder = folder;
    this.#reader = new ObjectReader(folder);
    this.#refs = new Refs(folder);
  }

  /** Makes it where it is missing. `HEAD` names the default branch, for clones. */
  async create(defaultBranch: string): Promise<void> {
    if (existsSync(`${this.folder}/HEAD`)) return;
    await runGit(this.folder, [
      "init",
      "--quiet",
      "--bare",
      "--template=",
      `--initial-branch=${defaultBranch}`,
      this.folder,
    ]);
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
    return this.#refs.all();
  }

  /** A ref's object name; undefined where there is no such ref. */
  async ref(name: string): Promise<string | undefined> {
    return (await this.refs()).get(name);
  }

  /** Forgets what is known of refs, after a command that changed them. */
  forgetRefs(): void {
    this.#refs.forget();
  }

  /**
   * Changes refs, all or none.
   * @throws GitError when one is not what it must be
   */
  updateRefs(changes: readonly RefChange[]): Promise<void> {
    return this.#refs.update(changes);
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

  /** An annotated tag by its object name. */
  async tag(sha: string): Promise<TagObject | undefined> {
    const object = await this.object(sha);
    return object?.type === "tag" ? parseTag(sha, object.content) : undefined;
  }

  /** The entries of a tree, or of the tree of a commit; undefined where there is none. */
  async tree(name: string): Promise<TreeEntry[] | undefined> {
    const object = await this.object(`${name}^{tree}`);
    return object === undefined ? undefined : parseTree(object.content);
  }

  /** What a commit has at a path; undefined where that is nothing. */
  async entry(commit: string, path: string): Promise<TreeEntry | undefined> {
    const cut = path.lastIndexOf("/");
    const folder = await this.object(cut === -1 ? `${commit}^{tree}` : `${commit}:${path.slice(0, cut)}`);
    return folder?.type === "tree"
      ? parseTree(folder.content).find(({ name }) => name === path.slice(cut + 1))
      : undefined;
  }

  /** How two commits' files differ; `from` null is the empty tree. Renames are found. */
  diff(from: string | null, to: string): Promise<readonly FileChange[]> {
    const key = `${from ?? ""}..${to}`;
    let diff = this.#diffs.get(key);
    if (diff === undefined) {
      if (this.#diffs.size >= keptDiffs) this.#diffs.clear();
      diff = this.text([...diffArguments, from ?? emptyTree, to, "--"]).then(parseDiff);
      this.#diffs.set(key, diff);
      diff.catch(() => this.#diffs.delete(key));
    }
    return diff;
  }

  writeBlob(content: Uint8Array): Promise<string> {
    return writeObject(this.folder, "blob", content);
  }

  writeTree(entries: readonly TreeEntry[]): Promise<string> {
    return writeObject(this.folder, "tree", formatTree(entries));
  }

  writeCommit(commit: NewCommit): Promise<string> {
    return writeObject(this.folder, "commit", commitContent(commit));
  }

  writeTag(tag: { object: string; type: string; tag: string; tagger: Signature; message: string }): Promise<string> {
    return writeObject(this.folder, "tag", tagContent(tag));
  }

  /** A tree like another (undefined is the empty one) with some paths changed. */
  async editTree(base: string | undefined, edits: readonly TreeEdit[]): Promise<string> {
    const trees = {
      read: async (sha: string) => (await this.tree(sha)) ?? [],
      write: (entries: readonly TreeEntry[]) => this.writeTree(entries),
    };
    return (await editTree(trees, base, edits)) ?? this.writeTree([]);
  }

  /** Ends the process that reads objects. */
  close(): void {
    this.#reader.close();
  }
}
