import path from "node:path";

import { parseTag } from "../../git/commit.ts";
import type { Signature } from "../../git/commit.ts";
import type { GitObject } from "../../git/object-reader.ts";
import { entryType, parseTree } from "../../git/tree.ts";
import type { TreeEntry } from "../../git/tree.ts";
import type { Repository } from "../../model.ts";
import { gitNodeId } from "../../node-id.ts";
import { encodePath } from "../../urls.ts";
import { userOfEmail } from "../../views/commit.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { commitView } from "./commit.ts";

/** The view of whatever git has: GraphQL's `Commit`, `Tree`, `Blob` or `Tag`; null for nothing. */
export async function objectView(
  graph: Graph,
  repository: Repository,
  object: GitObject | undefined,
): Promise<View | null> {
  if (object === undefined) return null;
  switch (object.type) {
    case "commit": {
      const commit = await graph.store.git(repository).commit(object.sha);
      return commit === undefined ? null : commitView(graph, repository, commit);
    }
    case "tree":
      return treeView(graph, repository, object, "");
    case "blob":
      return blobView(graph, repository, object);
    case "tag":
      return tagView(graph, repository, object);
  }
}

/** Fields that all git objects have. */
export const objectFields = (
  graph: Graph,
  repository: Repository,
  kind: "Commit" | "Tree" | "Blob" | "Tag",
  sha: string,
) => ({
  __typename: kind,
  id: gitNodeId(kind, repository.id, sha),
  oid: sha,
  abbreviatedOid: sha.slice(0, 7),
  commitResourcePath: `/${graph.fullName(repository)}/commit/${sha}`,
  commitUrl: graph.url(`/${graph.fullName(repository)}/commit/${sha}`),
  repository: () => graph.repository(repository),
});

/** Who did something to a commit or tag, with the account of that email where there is one. */
export const gitActorView = (graph: Graph, { name, email, date }: Signature): View => ({
  name,
  email,
  date,
  user() {
    const user = userOfEmail(graph.store, email);
    return user === undefined || user.type === "Bot" ? null : graph.userById(user.id);
  },
});

/** GraphQL's `Tree`. @param folder where it is below the commit's root; empty for the root */
export const treeView = (graph: Graph, repository: Repository, { sha, content }: GitObject, folder: string): View => ({
  ...objectFields(graph, repository, "Tree", sha),
  entries: () => parseTree(content).map((entry) => treeEntryView(graph, repository, entry, folder)),
});

/** GraphQL's `TreeEntry`. */
export function treeEntryView(
  graph: Graph,
  repository: Repository,
  { mode, name, sha }: TreeEntry,
  folder: string,
): View {
  const git = graph.store.git(repository);
  const full = folder === "" ? name : `${folder}/${name}`;
  return {
    mode: Number.parseInt(mode, 8),
    name,
    nameRaw: Buffer.from(name).toString("base64"),
    oid: sha,
    path: full,
    pathRaw: Buffer.from(full).toString("base64"),
    extension: path.posix.extname(name),
    type: entryType(mode),
    repository: () => graph.repository(repository),
    size: async () => (entryType(mode) === "blob" ? ((await git.info(sha))?.size ?? 0) : 0),
    async object() {
      const object = mode === "160000" ? undefined : await git.object(sha);
      return object?.type === "tree"
        ? treeView(graph, repository, object, full)
        : objectView(graph, repository, object);
    },
  };
}

/** GitHub cuts a blob's text here, in bytes. */
const mostText = 512_000;

function blobView(graph: Graph, repository: Repository, { sha, size, content }: GitObject): View {
  const isBinary = content.subarray(0, 8000).includes(0);
  return {
    ...objectFields(graph, repository, "Blob", sha),
    byteSize: size,
    isBinary,
    isTruncated: !isBinary && size > mostText,
    text: isBinary ? null : content.toString("utf8", 0, mostText),
  };
}

function tagView(graph: Graph, repository: Repository, { sha, content }: GitObject): View {
  const tag = parseTag(sha, content);
  return {
    ...objectFields(graph, repository, "Tag", sha),
    name: tag.tag,
    message: tag.message,
    tagger: gitActorView(graph, tag.tagger),
    target: async () => objectView(graph, repository, await graph.store.git(repository).object(tag.object)),
  };
}

/** The page of a path in a commit. */
export const pathUrl = (graph: Graph, repository: Repository, kind: "tree" | "blob", sha: string, name: string) =>
  graph.url(`/${graph.fullName(repository)}/${kind}/${sha}${name === "" ? "" : `/${encodePath(name)}`}`);
