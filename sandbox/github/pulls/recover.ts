import type { RefChange } from "../git/git-repository.ts";
import type { Store } from "../store.ts";
import { openPulls, syncPulls } from "./sync.ts";

/** Brings pull requests up to date with branches that had moved when the stand-in was killed before it could do so. */
export async function recoverPulls(store: Store): Promise<void> {
  for (const repository of store.repositories()) {
    const open = openPulls(repository);
    if (open.length === 0) continue;
    await store.lock(repository, async () => {
      for (const { pull } of open) {
        const source = store.repositoryById(pull.head.repositoryId ?? 0) ?? repository;
        const user = store.userById(pull.merging?.userId ?? pull.lastPusherId);
        if (user === undefined) continue;
        const actor = { user, workflows: true };
        const base = (await store.git(repository).ref(`refs/heads/${pull.base.ref}`)) ?? null;
        const head = (await store.git(source).ref(`refs/heads/${pull.head.ref}`)) ?? null;
        const moved = (ref: string, from: string, to: string | null): RefChange[] =>
          from === to ? [] : [{ ref: `refs/heads/${ref}`, from, to }];
        // The base first: a merge that is done closes the pull request before its head is found gone.
        const changes = moved(pull.base.ref, pull.base.sha, base);
        await syncPulls(store, repository, repository, actor, changes);
        await syncPulls(store, repository, source, actor, moved(pull.head.ref, pull.head.sha, head));
      }
    });
  }
}
