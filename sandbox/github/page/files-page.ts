import { parseTree } from "../git/tree.ts";
import type { Repository } from "../model.ts";
import type { Store } from "../store.ts";
import { encodePath, fullName } from "../urls.ts";
import { html, Html } from "./html.ts";
import type { Content } from "./html.ts";
import { link, table } from "./layout.ts";

/** Files that are longer are not shown, in bytes. */
const mostShown = 1_000_000;

/** A place in a repository's files. */
export interface Place {
  /** Branch, tag or commit. */
  readonly ref: string;
  /** Without slashes at its ends; empty for the root. */
  readonly path: string;
}

/**
 * Takes an address such as `release/1.0/docs/a.md` apart: the longest branch or tag that it begins with, or a commit.
 * Undefined where it names none.
 */
export async function placeOf(store: Store, repository: Repository, address: string): Promise<Place | undefined> {
  const parts = address.split("/").filter((part) => part !== "");
  const refs = await store.git(repository).refs();
  for (let count = parts.length; count > 0; count -= 1) {
    const ref = parts.slice(0, count).join("/");
    if (refs.has(`refs/heads/${ref}`) || refs.has(`refs/tags/${ref}`))
      return { ref, path: parts.slice(count).join("/") };
  }
  const [commit = "", ...rest] = parts;
  return /^[0-9a-f]{40}$/u.test(commit) ? { ref: commit, path: rest.join("/") } : undefined;
}

/** The files of a folder; says so where there are none. */
export async function fileTable(store: Store, repository: Repository, ref: string, path: string): Promise<Html> {
  const git = store.git(repository);
  const commit = await git.resolve(ref);
  const tree = commit === undefined ? undefined : await git.object(`${commit}:${path}`);
  if (tree?.type !== "tree") return html`<p class="quiet">None.</p>`;
  const base = `/${fullName(store, repository)}`;
  const rows = parseTree(tree.content)
    .sort((a, b) => Number(b.mode === "040000") - Number(a.mode === "040000"))
    .map(({ name, mode }): readonly Content[] => {
      const isFolder = mode === "040000";
      const address = encodePath(`${ref}/${path === "" ? name : `${path}/${name}`}`);
      return [link(`${base}/${isFolder ? "tree" : "blob"}/${address}`, isFolder ? `${name}/` : name), modeWords[mode]];
    });
  return table([`${ref}${path === "" ? "" : `: ${path}`}`, ""], rows);
}

const modeWords = {
  "100644": "",
  "100755": "executable",
  "120000": "symbolic link",
  "040000": "",
  "160000": "submodule",
} as const;

/** A file's text; undefined where there is no such file. */
export async function fileText(store: Store, repository: Repository, { ref, path }: Place): Promise<Html | undefined> {
  const git = store.git(repository);
  const commit = await git.resolve(ref);
  const blob = commit === undefined ? undefined : await git.object(`${commit}:${path}`);
  if (blob?.type !== "blob") return undefined;
  if (blob.content.subarray(0, 8000).includes(0))
    return html`<p class="quiet">A binary file of ${blob.size} bytes.</p>`;
  if (blob.size > mostShown) return html`<p class="quiet">A file of ${blob.size} bytes: too long to show.</p>`;
  return preformatted(blob.content.toString("utf8"));
}

/** Text as it is. A line's end right after the tag would be swallowed. */
export const preformatted = (text: string): Html => new Html(`<pre>\n${html`${text}`.text}</pre>`);
