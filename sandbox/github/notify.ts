import { randomUUID } from "node:crypto";

import type { Repository, User } from "./model.ts";
import type { Store } from "./store.ts";
import { Urls } from "./urls.ts";
import { simpleOrganization, simpleUser } from "./views/account.ts";
import { repositoryView } from "./views/repository.ts";

/** The addresses in payloads of events: those of GitHub Enterprise Server. */
export const eventUrls = (store: Store): Urls => new Urls(store.origin, "/api/v3");

/**
 * Tells everybody who listens what happened to a repository.
 * @param payload what the event has besides `action`, `repository`, `organization` and `sender`
 */
export function notify(
  store: Store,
  repository: Repository,
  sender: User,
  event: string | readonly [name: string, action: string],
  payload: (urls: Urls) => Readonly<Record<string, unknown>>,
): void {
  const urls = eventUrls(store);
  const organization = store.organizationById(repository.ownerId);
  const [name, action] = typeof event === "string" ? [event] : event;
  store.events.emit({
    id: randomUUID(),
    name,
    ...(action === undefined ? {} : { action }),
    payload: {
      ...(action === undefined ? {} : { action }),
      ...payload(urls),
      repository: repositoryView(store, urls, repository),
      ...(organization === undefined ? {} : { organization: simpleOrganization(urls, organization) }),
      sender: simpleUser(urls, sender),
    },
    repository,
    ...(organization === undefined ? {} : { organization }),
    sender,
    at: store.clock.now(),
  });
}
