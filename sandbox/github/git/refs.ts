import { runGit } from "./run.ts";

/** A change of one ref: from what it must be now (null: it must not exist) to what it shall be (null: deleted). */
export interface RefChange {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The object name that git's protocols write for a ref that does not exist. */
export const zeroSha = "0".repeat(40);

/** The refs of a repository that only this process writes to: read once and kept. */
export class Refs {
  readonly #folder: string;
  #known: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Full name to object name, sorted by name. */
  all(): Promise<ReadonlyMap<string, string>> {
    this.#known ??= this.#read();
    return this.#known;
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await runGit(this.#folder, ["for-each-ref", "--format=%(refname) %(objectname)"]);
    const lines = stdout
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "");
    return new Map(lines.map((line) => line.split(" ") as [string, string]));
  }

  /** Forgets what is known. */
  forget(): void {
    this.#known = undefined;
  }

  /**
   * Changes refs, all or none.
   * @throws GitError when one is not what it must be
   */
  async update(changes: readonly RefChange[]): Promise<void> {
    if (changes.length === 0) return;
    const lines = changes.map(({ ref, from, to }) =>
      to === null ? `delete ${ref}\0${from ?? ""}\0` : `update ${ref}\0${to}\0${from ?? zeroSha}\0`,
    );
    const known = this.#known;
    this.forget();
    await runGit(this.#folder, ["update-ref", "--stdin", "-z"], { input: lines.join("") });
    if (known !== undefined) this.#known = known.then((refs) => withChanges(refs, changes));
  }
}

/** Refs after a change, sorted as git lists them. */
function withChanges(refs: ReadonlyMap<string, string>, changes: readonly RefChange[]): Map<string, string> {
  const next = new Map(refs);
  for (const { ref, to } of changes)
    if (to === null) next.delete(ref);
    else next.set(ref, to);
  const isSorted = changes.every(({ ref, to }) => to === null || refs.has(ref));
  return isSorted ? next : new Map([...next].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}
