import * as z from "zod";

import { actorOf } from "../actor.ts";
import { notAccessible } from "../permissions.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { commitFiles } from "../commit-files.ts";
import { conflict, GitHubError, notFound, unprocessable } from "../errors.ts";
import type { Signature } from "../git/commit.ts";
import { isTreePath } from "../git/tree.ts";
import type { TreeEntry } from "../git/tree.ts";
import { gitCommitView } from "../views/commit.ts";
import { base64Lines, contentItem, inlineLimit } from "../views/content.ts";

const Person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime({ offset: true }).optional() });

const Write = z.object({
  message: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  author: Person.optional(),
  committer: Person.optional(),
});

const read = { permissions: ["contents=read"] } as const;
const write = { role: "write", permissions: ["contents=write"] } as const;

/** Files of a branch through the contents API. */
export function contentRoutes(api: Api): void {
  const { store } = api;
  api.repository("GET", "/contents", read, readContents);
  api.repository("GET", "/contents/*", read, readContents);
  api.repository("GET", "/readme", read, async (call) => {
    const { commit, ref } = await commitOf(call);
    const readme = (await call.git.tree(commit))?.find(({ name }) => /^readme(\.\w+)?$/iu.test(name));
    if (readme === undefined) throw notFound();
    return fileAt(call, readme.name, readme, ref);
  });

  api.repository("PUT", "/contents/*", write, async (call) => {
    const body = call.body(Write.extend({ content: z.base64("content is not valid Base64") }));
    const path = pathOf(call);
    const { branch, parent } = await branchOf(call, body.branch);
    const present = parent === undefined ? undefined : await call.git.entry(parent, path);
    if (present?.mode === "040000") throw unprocessable(`${path} is a directory`);
    if (present !== undefined && body.sha === undefined)
      throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
    if (body.sha !== undefined && body.sha !== present?.sha) throw conflict(`${path} does not match ${body.sha}`);
    const content = Buffer.from(body.content, "base64");
    const mode = present?.mode ?? "100644";
    const sha = await call.git.writeBlob(content);
    const commit = await commitFiles(store, call.repository, actorOf(call.caller, call.user()), {
      branch,
      parent,
      edits: [{ path, mode, sha }],
      message: body.message,
      ...people(call, body),
    });
    const item = contentItem(call, path, { name: path, mode, sha }, content.length, branch);
    const answer = { content: item, commit: await commitAnswer(call, commit) };
    return present === undefined ? call.created(answer) : answer;
  });

  api.repository("DELETE", "/contents/*", write, async (call) => {
    // Clients that can't send a body with DELETE use the query.
    const body = call.body(Write.partial({ message: true }));
    const message = body.message ?? call.query("message");
    const wanted = body.sha ?? call.query("sha");
    const path = pathOf(call);
    if (message === undefined) throw unprocessable(`Invalid request.\n\n"message" wasn't supplied.`);
    if (wanted === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
    const { branch, parent } = await branchOf(call, body.branch ?? call.query("branch"));
    const present = parent === undefined ? undefined : await call.git.entry(parent, path);
    if (present === undefined || present.mode === "040000") throw notFound();
    if (present.sha !== wanted) throw conflict(`${path} does not match ${wanted}`);
    const commit = await commitFiles(store, call.repository, actorOf(call.caller, call.user()), {
      branch,
      parent,
      edits: [{ path, mode: present.mode, sha: null }],
      message,
      ...people(call, body),
    });
    return { content: null, commit: await commitAnswer(call, commit) };
  });
}

/** The commit that the query `ref` names, or the default branch's. */
async function commitOf(call: RepositoryCall): Promise<{ commit: string; ref: string }> {
  const ref = call.query("ref") ?? call.repository.defaultBranch;
  const commit = await call.git.resolve(ref);
  if (commit !== undefined) return { commit, ref };
  throw call.query("ref") === undefined && (await call.git.refs()).size === 0
    ? new GitHubError(404, "This repository is empty.")
    : new GitHubError(404, `No commit found for the ref ${ref}`);
}

async function readContents(call: RepositoryCall): Promise<unknown> {
  const path = call.param("*").replace(/\/$/u, "");
  const { commit, ref } = await commitOf(call);
  const entry: TreeEntry | undefined =
    path === "" ? { name: "", mode: "040000", sha: commit } : await call.git.entry(commit, path);
  if (entry === undefined) throw notFound();
  if (entry.mode !== "040000") return fileAt(call, path, entry, ref);
  const entries = (await call.git.tree(entry.sha)) ?? [];
  return Promise.all(
    entries.map(async (one) => {
      const size = one.mode === "040000" ? 0 : ((await call.git.info(one.sha))?.size ?? 0);
      return contentItem(call, path === "" ? one.name : `${path}/${one.name}`, one, size, ref);
    }),
  );
}

async function fileAt(call: RepositoryCall, path: string, entry: TreeEntry, ref: string): Promise<unknown> {
  const blob = await call.git.object(entry.sha);
  if (blob === undefined) throw notFound();
  if (/application\/vnd\.github(\.v3)?\.raw/u.test(call.request.headers.accept ?? "")) {
    void call.reply.type("application/vnd.github.v3.raw; charset=utf-8");
    return blob.content;
  }
  const item = contentItem(call, path, entry, blob.size, ref);
  return blob.size > inlineLimit
    ? { ...item, content: "", encoding: "none" }
    : { ...item, content: base64Lines(blob.content), encoding: "base64" };
}

/** The path of a file to write; workflow files need a token that may write them. */
function pathOf(call: RepositoryCall): string {
  const path = call.param("*");
  if (path.startsWith("/")) throw unprocessable("path cannot start with a slash");
  if (!isTreePath(path)) throw unprocessable("path contains a malformed path component");
  if (path.startsWith(".github/workflows/") && !actorOf(call.caller, call.user()).workflows)
    // GitHub does not tell a classic token that its scope is what it lacks.
    throw call.caller.token?.kind === "classic" ? notFound() : notAccessible(call.caller, ["workflows=write"]);
  return path;
}

/** The branch to write to and its commit; none in a repository that is empty yet. */
async function branchOf({ git, repository }: RepositoryCall, wanted: string | undefined) {
  const branch = (wanted ?? repository.defaultBranch).replace(/^refs\/heads\//u, "");
  const parent = await git.ref(`refs/heads/${branch}`);
  if (parent === undefined && (await git.refs()).size > 0) throw new GitHubError(404, `Branch ${branch} not found`);
  return { branch, parent };
}

/** The author and committer that a request names. */
function people({ store }: RepositoryCall, body: Pick<z.infer<typeof Write>, "author" | "committer">) {
  const signature = (person: z.infer<typeof Person> | undefined): Signature | undefined =>
    person === undefined ? undefined : { ...person, date: person.date ?? store.clock.now() };
  const committer = signature(body.committer);
  return { author: signature(body.author) ?? committer, committer };
}

async function commitAnswer(call: RepositoryCall, sha: string) {
  const commit = await call.git.commit(sha);
  if (commit === undefined) throw notFound();
  return gitCommitView(call.store, call.urls, call.repository, commit);
}
