import type { RepositoryCall } from "../call.ts";
import type { TreeEntry } from "../git/tree.ts";
import { entryType } from "../git/tree.ts";
import { encodePath } from "../urls.ts";

/** Above this many bytes GitHub's contents API leaves the content out. */
export const inlineLimit = 1024 * 1024;

/** Base64 in lines of 60 characters, as GitHub writes it. */
export const base64Lines = (content: Buffer): string => content.toString("base64").replaceAll(/.{1,60}/gu, "$&\n");

/** The part that files and folders have in common. `ref` is what the caller asked for; clients read it off `url`. */
export function contentItem(call: RepositoryCall, path: string, entry: TreeEntry, size: number, ref: string) {
  const kind = entryType(entry.mode);
  const page = call.urls.page(call.store, call.repository);
  const url = `${call.url}/contents/${encodePath(path)}?ref=${encodeURIComponent(ref)}`;
  const git = `${call.url}/git/${kind === "tree" ? "trees" : "blobs"}/${entry.sha}`;
  const html = `${page}/${kind === "tree" ? "tree" : "blob"}/${encodePath(ref)}/${encodePath(path)}`;
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
    sha: entry.sha,
    size,
    url,
    html_url: html,
    git_url: git,
    download_url: kind === "blob" ? `${page}/raw/${encodePath(ref)}/${encodePath(path)}` : null,
    type: kind === "tree" ? "dir" : kind === "commit" ? "submodule" : entry.mode === "120000" ? "symlink" : "file",
    _links: { self: url, git, html },
  } as const;
}
