import type { Actor } from "./actor.ts";
import { Issue } from "./model.ts";
import type { Repository } from "./model.ts";
import type { Store } from "./store.ts";

/** A new issue with the repository's next number; it is not in the repository yet. */
export function newIssue(
  store: Store,
  repository: Repository,
  { user, app }: Actor,
  title: string,
  body: string | null,
): Issue {
  const now = store.clock.now();
  return Issue.parse({
    id: store.nextId(),
    number: repository.nextNumber++,
    title,
    body,
    userId: user.id,
    appId: app?.id ?? null,
    state: "open",
    createdAt: now,
    updatedAt: now,
  });
}
