/** Modes of tree entries: file, executable, symbolic link, folder, submodule. */
export type EntryMode = "100644" | "100755" | "120000" | "040000" | "160000";

/** One entry of a tree. */
export interface TreeEntry {
  readonly mode: EntryMode;
  readonly name: string;
  readonly sha: string;
}

/** A change of a tree: the entry at a path, or, without `sha`, nothing there any more. */
export interface TreeEdit {
  readonly path: string;
  readonly mode: EntryMode;
  readonly sha: string | null;
}

const modes = new Set<string>(["100644", "100755", "120000", "040000", "160000"]);

/** Whether a text is a mode that trees have. */
export const isEntryMode = (mode: string): mode is EntryMode => modes.has(mode);

/** The type of the object that an entry names. */
export const entryType = (mode: EntryMode): "blob" | "tree" | "commit" =>
  mode === "040000" ? "tree" : mode === "160000" ? "commit" : "blob";

/** Parses a tree object's content. */
export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const mode = content.subarray(at, space).toString("latin1").padStart(6, "0");
    entries.push({
      // Old repositories have modes such as 100664.
      mode: isEntryMode(mode) ? mode : "100644",
      name: content.subarray(space + 1, end).toString("utf8"),
      sha: content.subarray(end + 1, end + 21).toString("hex"),
    });
    at = end + 21;
  }
  return entries;
}

/** The content of a tree object; git wants folders sorted as if their names ended in a slash. */
export function formatTree(entries: readonly TreeEntry[]): Buffer {
  const key = ({ name, mode }: TreeEntry) => Buffer.from(mode === "040000" ? `${name}/` : name);
  const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
  return Buffer.concat(
    sorted.flatMap(({ mode, name, sha }) => [
      Buffer.from(`${mode.replace(/^0/u, "")} ${name}\0`),
      Buffer.from(sha, "hex"),
    ]),
  );
}

/**
 * Whether a path may be in a tree: no empty, `.`, `..` or `.git` part.
 */
export const isTreePath = (path: string): boolean =>
  path !== "" &&
  !/[\0\n]/u.test(path) &&
  path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");

/** Reads and writes the trees that an edit touches. */
export interface TreeStore {
  read(sha: string): Promise<TreeEntry[]>;
  write(entries: readonly TreeEntry[]): Promise<string>;
}

/**
 * Applies edits to a tree (undefined is the empty one) and returns the new tree's name; undefined when nothing is left.
 * Folders that lose their last entry go too.
 */
export async function editTree(
  trees: TreeStore,
  base: string | undefined,
  edits: readonly TreeEdit[],
): Promise<string | undefined> {
  const entries = new Map((base === undefined ? [] : await trees.read(base)).map((entry) => [entry.name, entry]));
  const below = Map.groupBy(edits, ({ path }) => path.split("/", 1)[0] ?? "");
  for (const [name, group] of below) {
    const inside = group.filter(({ path }) => path !== name);
    for (const { path, mode, sha } of group)
      if (path === name) {
        if (sha === null) entries.delete(name);
        else entries.set(name, { mode, name, sha });
      }
    if (inside.length === 0) continue;
    const old = entries.get(name);
    const shorter = inside.map((edit) => ({ ...edit, path: edit.path.slice(name.length + 1) }));
    const sha = await editTree(trees, old?.mode === "040000" ? old.sha : undefined, shorter);
    if (sha !== undefined) entries.set(name, { mode: "040000", name, sha });
    else if (old?.mode === "040000") entries.delete(name);
  }
  return entries.size === 0 ? undefined : trees.write([...entries.values()]);
}
