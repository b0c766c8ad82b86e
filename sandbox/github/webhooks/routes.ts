import { isOwner } from "../access.ts";
import type { Api, Method } from "../api.ts";
import type { Call, RepositoryCall } from "../call.ts";
import { GitHubError, notFound } from "../errors.ts";
import type { Hook } from "../model.ts";
import { organizationOf } from "../routes/accounts.ts";
import { simpleOrganization, simpleUser } from "../views/account.ts";
import { repositoryView } from "../views/repository.ts";
import { pingOf } from "./deliveries.ts";
import type { Deliveries, HookOwner } from "./deliveries.ts";
import { changedHook, configView, HookChanges, HookConfig, newHook, NewHook } from "./hooks.ts";
import { deliveryItem, deliveryView, organizationHook, repositoryHook } from "./views.ts";

/** What the routes of one kind of hooks differ in. */
interface Place {
  readonly owner: HookOwner;
  readonly where: "repository" | "organization";
  readonly url: (hook: Hook) => string;
  readonly view: (hook: Hook) => object;
  /** What a ping tells besides the hook. */
  readonly about: () => Readonly<Record<string, unknown>>;
  readonly save: () => void;
}

/** Webhooks of repositories and organizations, and what was delivered to them. */
export const hookRoutes = (deliveries: Deliveries) => (api: Api) => {
  const scopes = {
    read: ["admin:repo_hook", "write:repo_hook", "read:repo_hook", "repo"],
    write: ["admin:repo_hook", "write:repo_hook", "repo"],
  };
  familyOf<RepositoryCall>(deliveries, repositoryPlace, (method, path, handler) => {
    const level = method === "GET" ? "read" : "write";
    const requirement = { role: "admin", permissions: [`repository_hooks=${level}`], scopes: scopes[level] } as const;
    api.repository(method, `/hooks${path}`, requirement, handler);
  });
  familyOf<Call>(deliveries, organizationPlace, (method, path, handler) =>
    api.on(method, `/orgs/:org/hooks${path}`, { scopes: ["admin:org_hook"] }, handler),
  );
  api.repository(
    "POST",
    "/hooks/:hook_id/tests",
    { role: "admin", permissions: ["repository_hooks=write"], scopes: scopes.write },
    (call) => {
      const hook = hookOf(call, call.repository);
      const push = deliveries.lastPush(call.repository);
      if (push !== undefined) deliveries.deliver(call.repository, hook, push);
      return call.noContent();
    },
  );
};

function repositoryPlace(call: RepositoryCall): Place {
  const { repository, store, urls } = call;
  const url = (hook: Hook) => `${call.url}/hooks/${hook.id}`;
  return {
    owner: repository,
    where: "repository",
    url,
    view: (hook) => repositoryHook(url(hook), hook),
    about: () => ({ repository: repositoryView(store, urls, repository), sender: simpleUser(urls, call.user()) }),
    save: () => call.save(),
  };
}

/** Only owners see an organization's hooks. */
function organizationPlace(call: Call): Place {
  const organization = organizationOf(call);
  const { token, user } = call.caller;
  if (token === undefined || user === undefined) throw new GitHubError(401, "Requires authentication");
  if (!isOwner(organization, user.id) || (token.kind === "classic" && !token.scopes.includes("admin:org_hook")))
    throw notFound();
  const url = (hook: Hook) => `${call.urls.api}/orgs/${organization.login}/hooks/${hook.id}`;
  return {
    owner: organization,
    where: "organization",
    url,
    view: (hook) => organizationHook(url(hook), hook),
    about: () => ({ organization: simpleOrganization(call.urls, organization), sender: simpleUser(call.urls, user) }),
    save: () => call.store.saveAccounts(),
  };
}

function hookOf(call: Call, owner: HookOwner): Hook {
  const hook = owner.hooks.find(({ id }) => id === call.id("hook_id"));
  if (hook === undefined) throw notFound();
  return hook;
}

function familyOf<Request extends Call>(
  deliveries: Deliveries,
  placeOf: (call: Request) => Place,
  on: (method: Method, path: string, handler: (call: Request) => unknown) => void,
): void {
  const ping = (place: Place, hook: Hook) =>
    deliveries.deliver(
      place.owner,
      hook,
      pingOf(place.view(hook), hook.id, place.about(), place.where === "repository" ? place.owner.id : null),
    );
  const change = (place: Place, hook: Hook, next: Hook) => {
    place.owner.hooks = place.owner.hooks.map((one) => (one === hook ? next : one));
    place.save();
    return next;
  };
  const deliveryOf = (call: Request, hook: Hook) => {
    const delivery = deliveries.of(hook).find(({ id }) => id === call.id("delivery_id"));
    if (delivery === undefined) throw notFound();
    return delivery;
  };

  on("GET", "", (call) => {
    const place = placeOf(call);
    return call.page(place.owner.hooks).items.map(place.view);
  });
  on("POST", "", (call) => {
    const place = placeOf(call);
    const hook = newHook(call.store, place.owner.hooks, call.body(NewHook), place.where);
    place.owner.hooks.push(hook);
    place.save();
    ping(place, hook);
    return call.created(place.view(hook));
  });
  on("GET", "/:hook_id", (call) => {
    const place = placeOf(call);
    return place.view(hookOf(call, place.owner));
  });
  on("PATCH", "/:hook_id", (call) => {
    const place = placeOf(call);
    const hook = hookOf(call, place.owner);
    return place.view(change(place, hook, changedHook(call.store, hook, call.body(HookChanges))));
  });
  on("DELETE", "/:hook_id", (call) => {
    const place = placeOf(call);
    const hook = hookOf(call, place.owner);
    place.owner.hooks = place.owner.hooks.filter((one) => one !== hook);
    place.save();
    deliveries.forget(hook);
    return call.noContent();
  });
  on("GET", "/:hook_id/config", (call) => configView(hookOf(call, placeOf(call).owner).config));
  on("PATCH", "/:hook_id/config", (call) => {
    const place = placeOf(call);
    const hook = hookOf(call, place.owner);
    const { url, contentType, insecureSsl, secret } = hook.config;
    const old = {
      url,
      content_type: contentType,
      insecure_ssl: insecureSsl,
      ...(secret === undefined ? {} : { secret }),
    };
    const config = { ...old, ...call.body(HookConfig) };
    return configView(change(place, hook, changedHook(call.store, hook, { config })).config);
  });
  on("POST", "/:hook_id/pings", (call) => {
    const place = placeOf(call);
    ping(place, hookOf(call, place.owner));
    return call.noContent();
  });
  on("GET", "/:hook_id/deliveries", (call) => {
    const status = call.query("status");
    const all = deliveries
      .of(hookOf(call, placeOf(call).owner))
      .filter(({ outcome }) => status === undefined || (outcome?.status === "OK") === (status === "success"));
    return call.page(all).items.map(deliveryItem);
  });
  on("GET", "/:hook_id/deliveries/:delivery_id", (call) => {
    const hook = hookOf(call, placeOf(call).owner);
    return deliveryView(hook.config.url, deliveryOf(call, hook));
  });
  on("POST", "/:hook_id/deliveries/:delivery_id/attempts", (call) => {
    const place = placeOf(call);
    const hook = hookOf(call, place.owner);
    deliveries.redeliver(place.owner, hook, deliveryOf(call, hook));
    return call.status(202, {});
  });
}
