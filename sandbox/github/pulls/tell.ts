import type { Repository, User } from "../model.ts";
import { notify } from "../notify.ts";
import type { Store } from "../store.ts";
import { pullView } from "../views/pull.ts";
import type { Pull } from "../views/pull.ts";
import { detailsOf } from "./state.ts";

/** Tells everybody what happened to a pull request, with the pull request as it is now. */
export async function tellPull(
  store: Store,
  repository: Repository,
  { issue, pull }: Pull,
  sender: User,
  action: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const details = await detailsOf({ store, repository, issue, pull }, undefined);
  notify(store, repository, sender, ["pull_request", action], (urls) => ({
    number: issue.number,
    pull_request: pullView(store, urls, repository, { issue, pull }, details),
    ...more,
  }));
}
