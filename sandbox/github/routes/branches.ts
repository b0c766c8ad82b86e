import * as z from "zod";

import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { changeRefs } from "../change-refs.ts";
import { GitHubError, unprocessable } from "../errors.ts";
import type { Commit } from "../git/commit.ts";
import { isProtected } from "../rules/applicable.ts";
import { enforce } from "../rules/enforce.ts";
import { branchView, shortBranch } from "../views/branch.ts";
import { isRefName } from "../git/ref-name.ts";

/** A branch's commit; 404 with GitHub's own words where there is none. */
export async function branchCommit({ git }: RepositoryCall, branch: string): Promise<Commit> {
  const sha = await git.ref(`refs/heads/${branch}`);
  const commit = sha === undefined ? undefined : await git.commit(sha);
  if (commit === undefined) throw new GitHubError(404, "Branch not found");
  return commit;
}

/** Branches: list, read, rename. */
export function branchRoutes(api: Api): void {
  const { store } = api;
  api.repository("GET", "/branches", { permissions: ["contents=read"] }, async (call) => {
    const wanted = call.query("protected");
    const branches = [...(await call.git.refs())]
      .flatMap(([ref, sha]) => (ref.startsWith("refs/heads/") ? [{ name: ref.slice("refs/heads/".length), sha }] : []))
      .filter(({ name }) => wanted === undefined || isProtected(call.repository, name) === (wanted === "true"));
    return call.page(branches).items.map(({ name, sha }) => shortBranch(store, call.urls, call.repository, name, sha));
  });
  api.repository("GET", "/branches/:branch", { permissions: ["contents=read"] }, async (call) => {
    const branch = call.param("branch");
    return branchView(store, call.urls, call.repository, branch, await branchCommit(call, branch));
  });
  api.repository(
    "POST",
    "/branches/:branch/rename",
    { role: "write", permissions: ["contents=write"] },
    async (call) => {
      const { new_name: name } = call.body(z.object({ new_name: z.string() }));
      const old = call.param("branch");
      const { repository, git } = call;
      const commit = await branchCommit(call, old);
      if (!isRefName(`refs/heads/${name}`)) throw unprocessable("Invalid branch name");
      if ((await git.ref(`refs/heads/${name}`)) !== undefined)
        throw unprocessable(`A branch named ${name} already exists in this repository.`);
      const changes = [
        { ref: `refs/heads/${name}`, from: null, to: commit.sha },
        { ref: `refs/heads/${old}`, from: commit.sha, to: null },
      ];
      const actor = actorOf(call.caller, call.user());
      for (const change of changes) await enforce({ store, repository, actor, ...change }, 422);
      if (old === repository.defaultBranch) {
        await git.setHead(name);
        repository.defaultBranch = name;
      }
      for (const { pullRequest, state } of repository.issues)
        if (state === "open" && pullRequest?.base.ref === old) pullRequest.base.ref = name;
      await changeRefs(store, repository, actor, changes);
      return call.created(branchView(store, call.urls, repository, name, commit));
    },
  );
  api.repository("GET", "/tags", { permissions: ["contents=read"] }, async (call) => {
    const tags = [...(await call.git.refs())].filter(([ref]) => ref.startsWith("refs/tags/")).reverse();
    const { items } = call.page(tags);
    return Promise.all(
      items.map(async ([ref, sha]) => {
        const name = ref.slice("refs/tags/".length);
        const commit = (await call.git.info(`${sha}^{commit}`))?.sha ?? sha;
        return {
          name,
          zipball_url: `${call.url}/zipball/${ref}`,
          tarball_url: `${call.url}/tarball/${ref}`,
          commit: { sha: commit, url: `${call.url}/commits/${commit}` },
          node_id: sha,
        };
      }),
    );
  });
}
