import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";

import { Clock } from "./clock.ts";
import { DeploymentGates } from "./deployment-gates.ts";
import { Events } from "./events.ts";
import { GitRepository } from "./git/git-repository.ts";
import { readDocument, writeDocument } from "./json-file.ts";
import { Locks } from "./lock.ts";
import { Accounts, Repository } from "./model.ts";
import type { Organization, User } from "./model.ts";

/** Ids that are taken from the accounts' document at once, so that not every new object writes it. */
const idBlock = 1000;

/** Above the ids of Apps that everybody knows, such as 15368 of GitHub Actions. */
const firstId = 1_000_000;

/**
 * What the GitHub stand-in knows: documents in memory that are written through to a folder, and one bare git repository each.
 * Change a document in place and call `save`; when it returns, the change survives a kill. Changes of one repository
 * happen inside `lock`, one after another; different repositories do not wait for each other.
 */
export class Store {
  readonly folder: string;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly events = new Events();
  readonly gates = new DeploymentGates();
  readonly #repositories = new Map<number, Repository>();
  readonly #names = new Map<string, number>();
  readonly #gits = new Map<number, GitRepository>();
  readonly #locks = new Locks();
  /** `http://127.0.0.1:PORT`, for addresses in the payloads of events. */
  origin = "http://127.0.0.1";
  #id: number;

  /** Opens a store, made where it is missing. */
  constructor(folder: string) {
    this.folder = folder;
    for (const name of ["repositories", "git"]) mkdirSync(path.join(folder, name), { recursive: true, mode: 0o700 });
    this.accounts = this.#readAccounts();
    this.accounts.nextId = Math.max(this.accounts.nextId, firstId);
    this.#id = this.accounts.nextId;
    this.clock = new Clock(this.accounts);
    for (const file of readdirSync(this.#path("repositories")).filter((name) => name.endsWith(".json")))
      this.#index(readDocument(this.#path("repositories", file), Repository));
    for (const name of readdirSync(this.#path("git")))
      if (this.#repositories.has(Number.parseInt(name, 10))) removeLocks(this.#path("git", name));
      else rmSync(this.#path("git", name), { recursive: true, force: true });
  }

  #path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  #readAccounts(): Accounts {
    try {
      return readDocument(this.#path("accounts.json"), Accounts);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return Accounts.parse({});
      throw error;
    }
  }

  #index(repository: Repository): void {
    this.#repositories.set(repository.id, repository);
    this.#names.set(this.#nameKey(repository), repository.id);
  }

  #nameKey({ ownerId, name }: { ownerId: number; name: string }): string {
    return `${String(ownerId)}/${name.toLowerCase()}`;
  }

  /** A new id, never given before, not even before a restart. */
  nextId(): number {
    if (this.#id >= this.accounts.nextId) {
      this.accounts.nextId += idBlock;
      this.saveAccounts();
    }
    return this.#id++;
  }

  /** Writes the accounts' document. */
  saveAccounts(): void {
    writeDocument(this.#path("accounts.json"), this.accounts);
  }

  /** Writes a repository's document. */
  save(repository: Repository): void {
    writeDocument(this.#path("repositories", `${String(repository.id)}.json`), repository);
  }

  /**
   * Adds a repository whose git repository is there.
   * @throws Error when its owner has another of that name
   */
  add(repository: Repository): void {
    const key = this.#nameKey(repository);
    if (this.#names.has(key)) throw new Error(`there is a repository ${repository.name} already`);
    this.#index(repository);
    this.save(repository);
  }

  /** Removes a repository with all it has. */
  remove(repository: Repository): void {
    rmSync(this.#path("repositories", `${String(repository.id)}.json`), { force: true });
    this.#names.delete(this.#nameKey(repository));
    this.#repositories.delete(repository.id);
    this.#gits.get(repository.id)?.close();
    this.#gits.delete(repository.id);
    rmSync(this.#path("git", `${String(repository.id)}.git`), { recursive: true, force: true });
  }

  /** Gives a repository another name and saves it. */
  rename(repository: Repository, name: string): void {
    this.#names.delete(this.#nameKey(repository));
    repository.formerNames = [...new Set([...repository.formerNames, repository.name])].filter((one) => one !== name);
    repository.name = name;
    this.#names.set(this.#nameKey(repository), repository.id);
    this.save(repository);
  }

  /** The repository that had a name before, where none has it now. */
  formerly(owner: string, name: string): Repository | undefined {
    const id = this.owner(owner)?.id;
    if (id === undefined || this.repository(owner, name) !== undefined) return undefined;
    const had = ({ formerNames }: Repository) => formerNames.some((one) => one.toLowerCase() === name.toLowerCase());
    return this.repositories().find((repository) => repository.ownerId === id && had(repository));
  }

  /** Runs a change of a repository alone. Not to be nested for the same repository. */
  lock<Result>(repository: Pick<Repository, "id">, change: () => Promise<Result> | Result): Promise<Result> {
    return this.#locks.run(repository.id, change);
  }

  /** The bare git repository of a repository. */
  git({ id }: Pick<Repository, "id">): GitRepository {
    let git = this.#gits.get(id);
    if (git === undefined) this.#gits.set(id, (git = new GitRepository(this.#path("git", `${String(id)}.git`))));
    return git;
  }

  /** All repositories, in the order of their ids. */
  repositories(): Repository[] {
    return [...this.#repositories.values()].sort((a, b) => a.id - b.id);
  }

  repositoryById(id: number): Repository | undefined {
    return this.#repositories.get(id);
  }

  /** A repository by its owner's login and its name, in any letter case. */
  repository(owner: string, name: string): Repository | undefined {
    const ownerId = this.owner(owner)?.id;
    const id = ownerId === undefined ? undefined : this.#names.get(this.#nameKey({ ownerId, name }));
    return id === undefined ? undefined : this.#repositories.get(id);
  }

  /** An organization by login. */
  organization(login: string): Organization | undefined {
    return this.accounts.organizations.find((one) => same(one.login, login));
  }

  organizationById(id: number): Organization | undefined {
    return this.accounts.organizations.find((one) => one.id === id);
  }

  /** A user or bot by login. */
  user(login: string): User | undefined {
    return this.accounts.users.find((one) => same(one.login, login));
  }

  userById(id: number): User | undefined {
    return this.accounts.users.find((one) => one.id === id);
  }

  /** The organization or user of a login. */
  owner(login: string): Organization | User | undefined {
    return this.organization(login) ?? this.user(login);
  }

  /** The login of an organization or user; empty where it is gone. */
  loginOf(id: number): string {
    return (this.organizationById(id) ?? this.userById(id))?.login ?? "";
  }

  /** Forgets everything. */
  reset(): void {
    for (const repository of this.repositories()) this.remove(repository);
    const { nextId } = this.accounts;
    Object.assign(this.accounts, Accounts.parse({ nextId }));
    this.saveAccounts();
  }

  /** Waits for changes that run and ends all helper processes. */
  async close(): Promise<void> {
    await this.#locks.idle();
    for (const git of this.#gits.values()) git.close();
  }
}

/** Removes the locks of git processes that were killed: nobody else writes to these repositories. */
function removeLocks(folder: string): void {
  rmSync(path.join(folder, "packed-refs.lock"), { force: true });
  rmSync(path.join(folder, "HEAD.lock"), { force: true });
  const refs = path.join(folder, "refs");
  for (const name of readdirSync(refs, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".lock")) rmSync(path.join(refs, name), { force: true });
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
