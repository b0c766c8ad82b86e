import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { GitHubError, notFound, unprocessable } from "../errors.ts";
import { entryType, isEntryMode, isTreePath } from "../git/tree.ts";
import type { TreeEntry } from "../git/tree.ts";
import { gitNodeId } from "../node-id.ts";
import { gitCommitView, signatureOf, verification } from "../views/commit.ts";
import { base64Lines } from "../views/content.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/u, "must be a full object name of 40 hex digits");
const Person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime({ offset: true }).optional() });
const Mode = z.string().refine(isEntryMode, "must be a mode that git knows");

const NewTree = z.object({
  base_tree: sha.nullish(),
  tree: z.array(
    z.object({
      path: z.string().refine(isTreePath, "contains a malformed path component"),
      mode: Mode.default("100644"),
      type: z.enum(["blob", "tree", "commit"]).optional(),
      sha: sha.nullish(),
      content: z.string().optional(),
    }),
  ),
});

const NewCommit = z.object({
  message: z.string(),
  tree: sha,
  parents: z.array(sha).default([]),
  author: Person.optional(),
  committer: Person.optional(),
});

const NewTag = z.object({
  tag: z.string(),
  message: z.string(),
  object: sha,
  type: z.enum(["commit", "tree", "blob"]),
  tagger: Person.optional(),
});

const read = { permissions: ["contents=read"] } as const;
const write = { role: "write", permissions: ["contents=write"] } as const;

/** Git's own objects: blobs, trees, commits and annotated tags, read and made. */
export function gitDataRoutes(api: Api): void {
  const { store } = api;
  api.repository("GET", "/git/blobs/:sha", read, async (call) => {
    const blob = await call.git.object(call.param("sha"));
    if (blob?.type !== "blob") throw notFound();
    return {
      sha: blob.sha,
      node_id: gitNodeId("Blob", call.repository.id, blob.sha),
      size: blob.size,
      url: `${call.url}/git/blobs/${blob.sha}`,
      content: base64Lines(blob.content),
      encoding: "base64",
    };
  });
  api.repository("POST", "/git/blobs", write, async (call) => {
    const { content, encoding } = call.body(
      z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") }),
    );
    const blob = await call.git.writeBlob(Buffer.from(content, encoding));
    return call.created({ sha: blob, url: `${call.url}/git/blobs/${blob}` });
  });

  api.repository("GET", "/git/trees/*", read, async (call) => {
    const name = call.param("*");
    const root = /^[0-9a-f]{40}$/u.test(name) ? name : await call.git.resolve(name);
    const entries = root === undefined ? undefined : await call.git.tree(root);
    if (root === undefined || entries === undefined) throw notFound();
    return treeView(call, root, entries, call.query("recursive") !== undefined);
  });
  api.repository("POST", "/git/trees", write, async (call) => {
    const { base_tree: base, tree } = call.body(NewTree);
    if (base != null && (await call.git.tree(base)) === undefined) throw notFound();
    const edits = await Promise.all(
      tree.map(async ({ path, mode, sha: given, content }) => {
        if (given === undefined && content === undefined)
          throw unprocessable("Must supply either tree.sha or tree.content");
        if (content !== undefined) return { path, mode, sha: await call.git.writeBlob(Buffer.from(content)) };
        if (given != null && mode !== "160000" && (await call.git.info(given))?.type !== entryType(mode))
          throw unprocessable(`tree.sha ${given} is not a valid ${entryType(mode)}`);
        return { path, mode, sha: given ?? null };
      }),
    );
    const root = await call.git.editTree(
      base == null ? undefined : (await call.git.info(`${base}^{tree}`))?.sha,
      edits,
    );
    return call.created(await treeView(call, root, (await call.git.tree(root)) ?? [], false));
  });

  api.repository("GET", "/git/commits/:sha", read, async (call) => {
    const commit = await call.git.commit(call.param("sha"));
    if (commit === undefined) throw notFound();
    return gitCommitView(store, call.urls, call.repository, commit);
  });
  api.repository("POST", "/git/commits", write, async (call) => {
    const { message, tree, parents, author, committer } = call.body(NewCommit);
    const known = await Promise.all([
      call.git.info(tree).then((object) => object?.type === "tree"),
      ...parents.map(async (parent) => (await call.git.commit(parent)) !== undefined),
    ]);
    if (!known[0]) throw unprocessable("Tree SHA does not exist");
    if (known.includes(false)) throw unprocessable("Parent SHA does not exist or is not a commit object");
    const date = store.clock.now();
    const signed = author === undefined ? signatureOf(call.user(), date) : { ...author, date: author.date ?? date };
    const made = await call.git.writeCommit({
      tree,
      parents,
      message,
      author: signed,
      committer: committer === undefined ? signed : { ...committer, date: committer.date ?? date },
    });
    const commit = await call.git.commit(made);
    if (commit === undefined) throw new GitHubError(500, "Server Error");
    return call.created(gitCommitView(store, call.urls, call.repository, commit));
  });

  const tagView = async (call: RepositoryCall, name: string) => {
    const tag = await call.git.tag(name);
    if (tag === undefined) throw notFound();
    return {
      node_id: gitNodeId("Tag", call.repository.id, tag.sha),
      sha: tag.sha,
      url: `${call.url}/git/tags/${tag.sha}`,
      tag: tag.tag,
      message: tag.message,
      tagger: tag.tagger,
      object: { sha: tag.object, type: tag.type, url: `${call.url}/git/${tag.type}s/${tag.object}` },
      verification: verification({ signature: undefined }),
    };
  };
  api.repository("GET", "/git/tags/:sha", read, (call) => tagView(call, call.param("sha")));
  api.repository("POST", "/git/tags", write, async (call) => {
    const { tagger, ...tag } = call.body(NewTag);
    if ((await call.git.info(tag.object))?.type !== tag.type) throw unprocessable("Object does not exist");
    const date = store.clock.now();
    const signature = tagger === undefined ? signatureOf(call.user(), date) : { ...tagger, date: tagger.date ?? date };
    return call.created(await tagView(call, await call.git.writeTag({ ...tag, tagger: signature })));
  });
}

async function treeView(call: RepositoryCall, root: string, entries: readonly TreeEntry[], recursive: boolean) {
  const view = async (prefix: string, entry: TreeEntry): Promise<object[]> => {
    const type = entryType(entry.mode);
    const path = `${prefix}${entry.name}`;
    const item = {
      path,
      mode: entry.mode,
      type,
      sha: entry.sha,
      ...(type === "commit" ? {} : { url: `${call.url}/git/${type}s/${entry.sha}` }),
      ...(type === "blob" ? { size: (await call.git.info(entry.sha))?.size ?? 0 } : {}),
    };
    if (!recursive || type !== "tree") return [item];
    const inside = (await call.git.tree(entry.sha)) ?? [];
    return [item, ...(await Promise.all(inside.map((one) => view(`${path}/`, one)))).flat()];
  };
  const sha = (await call.git.info(`${root}^{tree}`))?.sha ?? root;
  return {
    sha,
    url: `${call.url}/git/trees/${sha}`,
    tree: (await Promise.all(entries.map((entry) => view("", entry)))).flat(),
    truncated: false,
  };
}
