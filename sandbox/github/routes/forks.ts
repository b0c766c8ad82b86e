import * as z from "zod";

import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import { GitHubError } from "../errors.ts";
import { createRepository } from "../new-repository.ts";
import { notify } from "../notify.ts";
import { fullRepository, repositoryView } from "../views/repository.ts";

const Fields = z.object({
  name: z
    .string()
    .regex(/^[\w.-]+$/u)
    .optional(),
  default_branch_only: z.boolean().default(false),
});

/** Forks into the account of who asks. They are there at once, where GitHub takes a while; a second one is the first. */
export function forkRoutes(api: Api): void {
  const { store } = api;
  api.repository("POST", "/forks", {}, async (call) => {
    const { repository, git } = call;
    const { name, default_branch_only: only } = call.body(Fields);
    const user = call.user();
    if (call.caller.app !== undefined) throw new GitHubError(403, "Resource not accessible by integration");
    const present = store.repositories().find((one) => one.parentId === repository.id && one.ownerId === user.id);
    const fork =
      present ??
      (await createRepository(store, {
        name: name ?? repository.name,
        ownerId: user.id,
        visibility: repository.visibility,
        defaultBranch: repository.defaultBranch,
        actor: actorOf(call.caller, user),
      }));
    if (present === undefined) {
      fork.parentId = repository.id;
      const refs = `refs/heads/${only ? repository.defaultBranch : "*"}`;
      await store.git(fork).run(["fetch", "--quiet", git.folder, `+${refs}:${refs}`]);
      store.git(fork).forgetRefs();
      store.save(fork);
      notify(store, repository, user, "fork", (urls) => ({ forkee: repositoryView(store, urls, fork) }));
    }
    return call.status(202, fullRepository(store, call.urls, fork, "admin"));
  });
}
