import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { GitHubError, notFound, unprocessable } from "../errors.ts";
import type { Commit } from "../git/commit.ts";
import { pageOf } from "../pagination.ts";
import { commitView, diffEntry, emailOf } from "../views/commit.ts";
import { shortBranch } from "../views/branch.ts";

const read = { permissions: ["contents=read"] } as const;

/** The commit that a path names; 422 with GitHub's own words where there is none. */
async function named(call: RepositoryCall, name: string): Promise<Commit> {
  const sha = await call.git.resolve(name);
  const commit = sha === undefined ? undefined : await call.git.commit(sha);
  if (commit !== undefined) return commit;
  throw /^[0-9a-f]{40}$/u.test(name)
    ? unprocessable(`No commit found for SHA: ${name}`)
    : unprocessable(`No commit found for the ref ${name}`);
}

/** Some commits, in the order of their names' list. */
export async function commitsOf({ git }: Pick<RepositoryCall, "git">, shas: readonly string[]): Promise<Commit[]> {
  const commits = await Promise.all(shas.map((sha) => git.commit(sha)));
  return commits.filter((commit) => commit !== undefined);
}

/** The lines of a command's output. */
export const lines = (text: string): string[] => (text === "" ? [] : text.split("\n"));

/** Commits: list, read, compare. */
export function commitRoutes(api: Api): void {
  const { store } = api;
  const view = (call: RepositoryCall, commit: Commit) => commitView(store, call.urls, call.repository, commit);

  api.repository("GET", "/commits", read, async (call) => {
    const start = call.query("sha") ?? call.repository.defaultBranch;
    const sha = await call.git.resolve(start);
    if (sha === undefined) {
      if ((await call.git.refs()).size === 0) throw new GitHubError(409, "Git Repository is empty.");
      throw notFound();
    }
    const author = call.query("author");
    const email = author === undefined ? undefined : authorPattern(call, author);
    const path = call.query("path");
    const filters = (["since", "until"] as const).flatMap((key) => {
      const at = call.query(key);
      return at === undefined ? [] : [`--${key}=${at}`];
    });
    const found = await call.git.text([
      "rev-list",
      ...filters,
      ...(email === undefined ? [] : ["--fixed-strings", `--author=<${email}>`]),
      sha,
      "--",
      ...(path === undefined ? [] : [`:(literal)${path}`]),
    ]);
    const commits = await commitsOf(call, call.page(lines(found)).items);
    return commits.map((commit) => view(call, commit));
  });

  api.repository("GET", "/commits/:ref", read, async (call) => {
    const commit = await named(call, call.param("ref"));
    const accept = call.request.headers.accept ?? "";
    if (/application\/vnd\.github(\.v3)?\.sha/u.test(accept)) {
      void call.reply.type("application/vnd.github.v3.sha; charset=utf-8");
      return commit.sha;
    }
    const files = await call.git.diff(commit.parents[0] ?? null, commit.sha);
    return commitView(store, call.urls, call.repository, commit, files);
  });
  api.repository("GET", "/commits/:ref/branches-where-head", read, async (call) => {
    const commit = await named(call, call.param("ref"));
    return [...(await call.git.refs())]
      .filter(([ref, sha]) => ref.startsWith("refs/heads/") && sha === commit.sha)
      .map(([ref, sha]) => shortBranch(store, call.urls, call.repository, ref.slice("refs/heads/".length), sha));
  });

  api.repository("GET", "/compare/*", read, async (call) => {
    const names = z.tuple([z.string().min(1), z.string().min(1)]).safeParse(
      call
        .param("*")
        .split("...")
        .map((name) => name.replace(/^[^:/]+:/u, "")),
    );
    if (!names.success) throw notFound();
    const [base, head] = await Promise.all(names.data.map(async (name) => call.git.resolve(name)));
    if (base === undefined || head === undefined) throw notFound();
    const mergeBase = await call.git.mergeBase(base, head);
    if (mergeBase === undefined) throw new GitHubError(404, `No common ancestor between ${names.data.join(" and ")}.`);
    const [counts, ahead, files] = await Promise.all([
      call.git.text(["rev-list", "--left-right", "--count", `${base}...${head}`]),
      call.git.text(["rev-list", "--reverse", head, `^${base}`]),
      call.git.diff(mergeBase, head),
    ]);
    const [behindBy = 0, aheadBy = 0] = counts.split("\t").map(Number);
    const { page, perPage } = pageOf(call.request);
    const limit = call.query("per_page") === undefined && call.query("page") === undefined ? 250 : perPage;
    const commits = await commitsOf(call, lines(ahead).slice((page - 1) * limit, page * limit));
    const [baseCommit, mergeBaseCommit] = await commitsOf(call, [base, mergeBase]);
    if (baseCommit === undefined || mergeBaseCommit === undefined) throw notFound();
    const html = call.urls.page(store, call.repository);
    const spec = call.param("*");
    return {
      url: `${call.url}/compare/${spec}`,
      html_url: `${html}/compare/${spec}`,
      permalink_url: `${html}/compare/${base.slice(0, 7)}...${head.slice(0, 7)}`,
      diff_url: `${html}/compare/${spec}.diff`,
      patch_url: `${html}/compare/${spec}.patch`,
      base_commit: view(call, baseCommit),
      merge_base_commit: view(call, mergeBaseCommit),
      status: aheadBy === 0 ? (behindBy === 0 ? "identical" : "behind") : behindBy === 0 ? "ahead" : "diverged",
      ahead_by: aheadBy,
      behind_by: behindBy,
      total_commits: aheadBy,
      commits: commits.map((commit) => view(call, commit)),
      files: page > 1 ? [] : files.map((file) => diffEntry(call.url, html, head, file)),
    };
  });
}

/** The address that an author's commits carry; what is no login is one itself. */
function authorPattern({ store }: RepositoryCall, author: string): string {
  const user = store.user(author);
  return user === undefined ? author : emailOf(user);
}
