import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { unprocessable } from "../errors.ts";
import type { Commit } from "../git/commit.ts";
import type { Status } from "../model.ts";
import { notify } from "../notify.ts";
import { isProtected } from "../rules/applicable.ts";
import { latestStatuses } from "../rules/required-checks.ts";
import { simpleStatus, statusView } from "../views/checks.ts";
import { commitView } from "../views/commit.ts";
import { repositoryView } from "../views/repository.ts";

const New = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string().default("default"),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

const read = { permissions: ["statuses=read"] } as const;

/** The commit that a path names. */
export async function commitOf(call: RepositoryCall, name: "ref" | "sha" = "ref"): Promise<Commit> {
  const wanted = call.param(name);
  const sha = await call.git.resolve(wanted);
  const commit = sha === undefined ? undefined : await call.git.commit(sha);
  if (commit === undefined) throw unprocessable(`No commit found for SHA: ${wanted}`);
  return commit;
}

/** Commit statuses, and what they come to together. */
export function statusRoutes(api: Api): void {
  const { store } = api;
  api.repository("POST", "/statuses/:sha", { role: "write", permissions: ["statuses=write"] }, async (call) => {
    const { sha, ...commit } = await commitOf(call, "sha");
    const wanted = call.body(New);
    const now = store.clock.now();
    const status: Status = {
      id: store.nextId(),
      sha,
      state: wanted.state,
      context: wanted.context,
      description: wanted.description ?? null,
      targetUrl: wanted.target_url ?? null,
      creatorId: call.user().id,
      appId: call.caller.app?.id ?? null,
      createdAt: now,
      updatedAt: now,
    };
    call.repository.statuses.push(status);
    call.save();
    const branches = [...(await call.git.refs())]
      .filter(([ref, tip]) => ref.startsWith("refs/heads/") && tip === sha)
      .map(([ref]) => ref.slice("refs/heads/".length));
    notify(store, call.repository, call.user(), "status", (urls) => ({
      id: status.id,
      sha,
      name: call.fullName,
      state: status.state,
      context: status.context,
      description: status.description,
      target_url: status.targetUrl,
      commit: commitView(store, urls, call.repository, { sha, ...commit }),
      branches: branches.map((name) => ({
        name,
        commit: { sha, url: `${urls.repository(store, call.repository)}/commits/${sha}` },
        protected: isProtected(call.repository, name),
      })),
      created_at: now,
      updated_at: now,
    }));
    return call.created(statusView(store, call.urls, call.repository, status));
  });
  api.repository("GET", "/commits/:ref/statuses", read, async (call) => {
    const { sha } = await commitOf(call);
    const statuses = call.repository.statuses.filter((status) => status.sha === sha).reverse();
    return call.page(statuses).items.map((status) => statusView(store, call.urls, call.repository, status));
  });
  api.repository("GET", "/commits/:ref/status", read, async (call) => {
    const { sha } = await commitOf(call);
    const statuses = latestStatuses(call.repository, sha);
    const { items } = call.page(statuses);
    return {
      state: combined(statuses),
      statuses: items.map((status) => simpleStatus(store, call.urls, call.repository, status)),
      sha,
      total_count: statuses.length,
      repository: repositoryView(store, call.urls, call.repository),
      commit_url: `${call.url}/commits/${sha}`,
      url: `${call.url}/commits/${sha}/status`,
    };
  });
}

/** `failure` where any is failure or error, `pending` where any is pending or there is none, else `success`. */
function combined(statuses: readonly Status[]): "failure" | "pending" | "success" {
  if (statuses.some(({ state }) => state === "failure" || state === "error")) return "failure";
  return statuses.length === 0 || statuses.some(({ state }) => state === "pending") ? "pending" : "success";
}
