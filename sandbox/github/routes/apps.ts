import { randomBytes } from "node:crypto";

import * as z from "zod";

import type { Api } from "../api.ts";
import type { Call } from "../call.ts";
import { digestOf } from "../caller.ts";
import { GitHubError, notFound } from "../errors.ts";
import { Permissions, Token } from "../model.ts";
import type { App } from "../model.ts";
import { hasEach } from "../permissions.ts";
import { integration } from "../views/account.ts";

/** How long an installation's token is good for, in milliseconds (docs.github.com, "Create an installation access token for an app"). */
const lifetime = 60 * 60 * 1000;

const Wanted = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.int()).optional(),
  permissions: Permissions.optional(),
});

/** GitHub Apps, and the tokens of their installations. */
export function appRoutes(api: Api): void {
  const { store } = api;
  const view = (call: Call, app: App) => integration(call.urls, app, store.organizationById(app.ownerId));
  api.on("GET", "/apps/:app_slug", { scopes: [] }, (call) => {
    const app = store.accounts.apps.find(({ slug }) => slug === call.param("app_slug"));
    if (app === undefined) throw notFound();
    return view(call, app);
  });
  api.on("GET", "/app", { scopes: [] }, (call) => view(call, speaking(call)));
  api.on("POST", "/app/installations/:installation_id/access_tokens", { scopes: [] }, (call) => {
    const app = speaking(call);
    const installation = app.installations.find(({ id }) => id === call.id("installation_id"));
    if (installation === undefined) throw notFound();
    const { repositories, repository_ids: ids = [], permissions = app.permissions } = call.body(Wanted);
    if (!hasEach(app.permissions, permissions))
      throw new GitHubError(422, "The permissions requested are not granted to this installation.");
    const named = repositories?.map((name) => {
      const repository = store.repository(store.loginOf(installation.organizationId), name);
      if (repository === undefined)
        throw new GitHubError(422, "There is at least one repository that does not exist or is not accessible.");
      return repository.id;
    });
    const token = `ghs_${randomBytes(27).toString("base64url")}`;
    const expiresAt = new Date(store.clock.milliseconds() + lifetime).toISOString().replace(/\.\d+Z$/u, "Z");
    const reached = named === undefined && ids.length === 0 ? null : [...(named ?? []), ...ids];
    store.accounts.tokens.push(
      Token.parse({
        id: store.nextId(),
        name: app.slug,
        digest: digestOf(token),
        kind: "installation",
        userId: app.botId,
        appId: app.id,
        permissions,
        repositories: reached,
        createdAt: store.clock.now(),
        expiresAt,
      }),
    );
    store.saveAccounts();
    return call.created({
      token,
      expires_at: expiresAt,
      permissions: { metadata: "read", ...permissions },
      repository_selection: reached === null ? "all" : "selected",
    });
  });
}

/** @throws GitHubError 401 where no App speaks for itself */
function speaking({ caller: { speaksAs } }: Call): App {
  if (speaksAs === undefined) throw new GitHubError(401, "A JSON web token could not be decoded");
  return speaksAs;
}
