import * as z from "zod";

import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { GitHubError, notFound } from "../errors.ts";
import { changePull } from "../pulls/change.ts";
import { commitsOfPull } from "../pulls/merge-commit.ts";
import { mergePull } from "../pulls/merge.ts";
import { openPull } from "../pulls/open.ts";
import { detailsOf, startOf } from "../pulls/state.ts";
import type { PullContext } from "../pulls/state.ts";
import { changeRefs } from "../change-refs.ts";
import { enforce } from "../rules/enforce.ts";
import { writeMerge } from "../pulls/merge-commit.ts";
import { commitView, diffEntry } from "../views/commit.ts";
import { pullSimple, pullView } from "../views/pull.ts";

const New = z.object({
  title: z.string().min(1),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().default(false),
  maintainer_can_modify: z.boolean().default(true),
});

const Change = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().optional(),
});

const Merge = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
});

const read = { permissions: ["pull_requests=read"] } as const;
const open = { permissions: ["pull_requests=write"] } as const;
const write = { role: "write", permissions: ["pull_requests=write"] } as const;

/** The pull request that a path names. */
export function pullOf(call: RepositoryCall): PullContext {
  const number = call.id("pull_number");
  const issue = call.repository.issues.find((one) => one.number === number);
  if (issue?.pullRequest == null) throw notFound();
  return { store: call.store, repository: call.repository, issue, pull: issue.pullRequest };
}

/** Pull requests: open, list, read, change, merge. */
export function pullRoutes(api: Api): void {
  const { store } = api;
  const full = async (call: RepositoryCall, context: PullContext) => {
    const { caller } = call;
    const viewer = caller.user === undefined ? undefined : actorOf(caller, caller.user);
    return pullView(store, call.urls, call.repository, context, await detailsOf(context, viewer));
  };
  api.repository("GET", "/pulls", read, (call) =>
    call.page(wanted(call)).items.map((one) => pullSimple(store, call.urls, call.repository, one)),
  );
  api.repository("POST", "/pulls", open, async (call) => {
    const { body, maintainer_can_modify: maintainerCanModify, ...rest } = call.body(New);
    const actor = actorOf(call.caller, call.user());
    const made = await openPull(store, call.repository, actor, { ...rest, body: body ?? null, maintainerCanModify });
    return call.created(await full(call, { store, repository: call.repository, ...made }));
  });
  api.repository("GET", "/pulls/:pull_number", read, (call) => full(call, pullOf(call)));
  api.repository("PATCH", "/pulls/:pull_number", open, async (call) => {
    const context = pullOf(call);
    mayChange(call, context);
    await changePull(context, actorOf(call.caller, call.user()), call.body(Change));
    return full(call, context);
  });
  api.repository("GET", "/pulls/:pull_number/commits", read, async (call) => {
    const { pull } = pullOf(call);
    const commits = await commitsOfPull(call.git, await startOf(call.git, pull), pull.head.sha);
    return call.page(commits).items.map((commit) => commitView(store, call.urls, call.repository, commit));
  });
  api.repository("GET", "/pulls/:pull_number/files", read, async (call) => {
    const { pull } = pullOf(call);
    const files = await call.git.diff(await startOf(call.git, pull), pull.head.sha);
    const html = call.urls.page(store, call.repository);
    return call.page(files).items.map((file) => diffEntry(call.url, html, pull.head.sha, file));
  });
  api.repository("GET", "/pulls/:pull_number/merge", read, (call) => {
    if (pullOf(call).pull.mergedAt === null) throw notFound();
    return call.noContent();
  });
  api.repository(
    "PUT",
    "/pulls/:pull_number/merge",
    { role: "write", permissions: ["contents=write"] },
    async (call) => {
      const { sha: head, merge_method: method, commit_title: title, commit_message: message } = call.body(Merge);
      const context = pullOf(call);
      const sha = await mergePull(context, actorOf(call.caller, call.user()), { method, sha: head, title, message });
      return { sha, merged: true, message: "Pull Request successfully merged" };
    },
  );
  api.repository("PUT", "/pulls/:pull_number/update-branch", write, async (call) => {
    const context = pullOf(call);
    const { expected_head_sha: expected } = call.body(z.object({ expected_head_sha: z.string().optional() }));
    await updateBranch(call, context, expected);
    void call.reply.code(202);
    return { message: "Updating pull request branch.", url: `${call.url}/pulls/${context.issue.number}` };
  });
  api.repository("GET", "/commits/:ref/pulls", read, async (call) => {
    const sha = await call.git.resolve(call.param("ref"));
    const pulls = [];
    for (const issue of call.repository.issues) {
      const { pullRequest: pull } = issue;
      if (pull === null || sha === undefined) continue;
      const start = await startOf(call.git, pull);
      const inside =
        pull.mergeCommitSha === sha ||
        ((await call.git.isAncestor(sha, pull.head.sha)) && !(await call.git.isAncestor(sha, start)));
      if (inside) pulls.push({ issue, pull });
    }
    return call.page(pulls).items.map((one) => pullSimple(store, call.urls, call.repository, one));
  });
}

/** Merges the base branch into the head branch. */
async function updateBranch(call: RepositoryCall, context: PullContext, expected: string | undefined): Promise<void> {
  const { store, repository, issue, pull } = context;
  if (expected !== undefined && expected !== pull.head.sha)
    throw new GitHubError(422, `expected head sha didn’t match current head ref.`);
  const base = await call.git.ref(`refs/heads/${pull.base.ref}`);
  if (base === undefined || issue.state === "closed" || pull.head.repositoryId !== repository.id)
    throw new GitHubError(422, "Pull request branch can't be updated");
  const actor = actorOf(call.caller, call.user());
  const to = await writeMerge("merge", {
    ...context,
    pull: { ...pull, head: { ...pull.head, sha: base } },
    base: pull.head.sha,
    user: actor.user,
    title: `Merge branch '${pull.base.ref}' into ${pull.head.ref}`,
    message: "",
  });
  if (to === undefined) throw new GitHubError(422, "merge conflict between base and head");
  const change = { ref: `refs/heads/${pull.head.ref}`, from: pull.head.sha, to };
  await enforce({ store, repository, actor, ...change }, 422);
  await changeRefs(store, repository, actor, [change]);
}

/** Authors may change what is theirs, others need write access. */
function mayChange(call: RepositoryCall, { issue }: PullContext): void {
  if (issue.userId !== call.user().id && !call.has("write"))
    throw new GitHubError(403, "Must have write access to Repository.");
}

/** The pull requests that a list asks for. */
function wanted(call: RepositoryCall) {
  const state = call.query("state") ?? "open";
  const [head, base] = [call.query("head"), call.query("base")];
  const sort = call.query("sort") ?? "created";
  const descending = (call.query("direction") ?? (sort === "created" ? "desc" : "asc")) === "desc";
  const key = ({ issue }: { issue: PullContext["issue"] }) =>
    sort === "updated" ? issue.updatedAt : String(issue.number).padStart(9, "0");
  return call.repository.issues
    .flatMap((issue) => (issue.pullRequest === null ? [] : [{ issue, pull: issue.pullRequest }]))
    .filter(({ issue }) => state === "all" || issue.state === state)
    .filter(({ pull }) => base === undefined || pull.base.ref === base)
    .filter(({ pull }) => head === undefined || head === headLabel(call, pull) || head === pull.head.ref)
    .sort((a, b) => (descending ? -1 : 1) * (key(a) < key(b) ? -1 : 1));
}

const headLabel = ({ store }: RepositoryCall, { head }: PullContext["pull"]) =>
  `${store.loginOf(store.repositoryById(head.repositoryId ?? 0)?.ownerId ?? 0)}:${head.ref}`;
