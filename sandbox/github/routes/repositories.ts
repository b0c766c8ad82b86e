import * as z from "zod";

import { callerRole, isMember } from "../access.ts";
import type { Api } from "../api.ts";
import type { Call, RepositoryCall } from "../call.ts";
import { actorOf } from "../actor.ts";
import { GitHubError, notFound, unprocessable } from "../errors.ts";
import type { Organization, Repository } from "../model.ts";
import { createRepository } from "../new-repository.ts";
import { notify } from "../notify.ts";
import { fullRepository, repositoryView } from "../views/repository.ts";
import { organizationOf } from "./accounts.ts";
import { applySettings, changeSettings, repositoryName, Settings, wantedVisibility } from "./repository-settings.ts";

const NewRepository = Settings.extend({ name: repositoryName, auto_init: z.boolean().default(false) });

/** Repositories of organizations and users, and the settings of each. */
export function repositoryRoutes(api: Api): void {
  const { store } = api;
  const visible = (call: Call, ownerId: number) =>
    store
      .repositories()
      .filter((one) => one.ownerId === ownerId && callerRole(store, call.caller, one) !== undefined)
      .filter((one) => matchesType(one, call.query("type")))
      .sort(order(call.query("sort") ?? "created", call.query("direction")));
  const list = (call: Call, ownerId: number) =>
    call
      .page(visible(call, ownerId))
      .items.map((one) => repositoryView(store, call.urls, one, callerRole(store, call.caller, one)));
  api.on("GET", "/orgs/:org/repos", { scopes: ["repo"] }, (call) => list(call, organizationOf(call).id));
  api.on("GET", "/users/:username/repos", { scopes: ["repo"] }, (call) => {
    const owner = store.owner(call.param("username"));
    if (owner === undefined) throw notFound();
    return list(call, owner.id);
  });
  api.on("GET", "/user/repos", { scopes: ["repo"] }, (call) => {
    call.user();
    const mine = store.repositories().filter((one) => callerRole(store, call.caller, one) !== undefined);
    return call
      .page(mine)
      .items.map((one) => repositoryView(store, call.urls, one, callerRole(store, call.caller, one)));
  });
  const create = async (call: Call, owner: { id: number }) => {
    const settings = call.body(NewRepository);
    if (store.repository(store.loginOf(owner.id), settings.name) !== undefined)
      throw unprocessable("Repository creation failed.", {
        resource: "Repository",
        code: "custom",
        field: "name",
        message: "name already exists on this account",
      });
    const repository = await createRepository(store, {
      name: settings.name,
      ownerId: owner.id,
      visibility: wantedVisibility(settings) ?? "public",
      actor: actorOf(call.caller, call.user()),
      ...(settings.auto_init
        ? { branches: { main: { files: { "README.md": `# ${settings.name}\n` }, message: "Initial commit" } } }
        : {}),
    });
    applySettings(repository, settings);
    store.save(repository);
    notify(store, repository, call.user(), ["repository", "created"], () => ({}));
    return call.created(fullRepository(store, call.urls, repository, "admin"));
  };
  api.on("POST", "/orgs/:org/repos", { scopes: ["public_repo", "repo"] }, (call) => {
    const organization: Organization = organizationOf(call);
    if (!isMember(organization, call.user().id))
      throw new GitHubError(403, "You need to be a member of this organization to create a repository in it.");
    return create(call, organization);
  });
  api.on("POST", "/user/repos", { scopes: ["public_repo", "repo"] }, (call) => create(call, call.user()));

  const answer = (call: RepositoryCall) =>
    fullRepository(store, call.urls, call.repository, callerRole(store, call.caller, call.repository));
  api.repositoryAndById("GET", "", {}, answer);
  api.repositoryAndById(
    "PATCH",
    "",
    { role: "admin", permissions: ["administration=write"], archived: true },
    async (call) => {
      const { repository } = call;
      const settings = call.body(Settings);
      const rest = { ...settings, archived: undefined };
      if (repository.archived && settings.archived !== false && Object.values(rest).some((one) => one !== undefined))
        throw new GitHubError(403, "Repository was archived so is read-only.");
      await changeSettings(call, settings);
      return answer(call);
    },
  );
  api.repository(
    "DELETE",
    "",
    { role: "admin", permissions: ["administration=write"], scopes: ["delete_repo"], archived: true },
    (call) => {
      notify(store, call.repository, call.user(), ["repository", "deleted"], () => ({}));
      store.remove(call.repository);
      return call.noContent();
    },
  );
  api.repository("GET", "/topics", {}, (call) => ({ names: call.repository.topics }));
  api.repository("PUT", "/topics", { role: "maintain", permissions: ["administration=write"] }, (call) => {
    const { names } = call.body(z.object({ names: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/u)) }));
    call.repository.topics = names;
    call.save();
    return { names };
  });
  api.repository("GET", "/languages", {}, () => ({}));
}

/** The query parameter `type` of lists of repositories. */
function matchesType({ visibility }: Repository, type = "all"): boolean {
  if (type === "public") return visibility === "public";
  if (type === "private") return visibility !== "public";
  return type !== "forks";
}

function order(sort: string, direction: string | undefined): (a: Repository, b: Repository) => number {
  const key = ({ name: repositoryName, createdAt, updatedAt, pushedAt, id }: Repository): string =>
    ({
      full_name: repositoryName.toLowerCase(),
      updated: updatedAt,
      pushed: pushedAt ?? "",
    })[sort] ?? `${createdAt} ${String(id).padStart(12, "0")}`;
  const sign = (direction ?? (sort === "full_name" ? "asc" : "desc")) === "asc" ? 1 : -1;
  return (a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id);
}
