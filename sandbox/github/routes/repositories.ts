import * as z from "zod";

import { callerRole, isMember } from "../access.ts";
import type { Api, Call, RepositoryCall } from "../api.ts";
import { actorOf } from "../actor.ts";
import { GitHubError, notFound, unprocessable, validationFailed } from "../errors.ts";
import type { Organization, Repository } from "../model.ts";
import { createRepository } from "../new-repository.ts";
import { notify } from "../notify.ts";
import { fullRepository, repositoryView } from "../views/repository.ts";
import { organizationOf } from "./accounts.ts";

const name = z.string().regex(/^[\w.-]{1,100}$/u, "must be a name of letters, digits, ., - and _");
const text = z.string().nullish();
const flag = z.boolean().optional();

const Settings = z.object({
  name: name.optional(),
  description: text,
  homepage: text,
  private: flag,
  visibility: z.enum(["public", "private", "internal"]).optional(),
  has_issues: flag,
  has_projects: flag,
  has_wiki: flag,
  has_discussions: flag,
  has_downloads: flag,
  is_template: flag,
  default_branch: z.string().optional(),
  allow_squash_merge: flag,
  allow_merge_commit: flag,
  allow_rebase_merge: flag,
  allow_auto_merge: flag,
  allow_update_branch: flag,
  delete_branch_on_merge: flag,
  squash_merge_commit_title: z.enum(["PR_TITLE", "COMMIT_OR_PR_TITLE"]).optional(),
  squash_merge_commit_message: z.enum(["PR_BODY", "COMMIT_MESSAGES", "BLANK"]).optional(),
  merge_commit_title: z.enum(["PR_TITLE", "MERGE_MESSAGE"]).optional(),
  merge_commit_message: z.enum(["PR_BODY", "PR_TITLE", "BLANK"]).optional(),
  web_commit_signoff_required: flag,
  archived: flag,
});
type Settings = z.infer<typeof Settings>;

const NewRepository = Settings.extend({ name, auto_init: z.boolean().default(false) });

/** The values of an object that are not undefined. */
const given = <Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };

/** Sets what a request says of a repository's settings. */
function apply(repository: Repository, settings: Settings): void {
  Object.assign(
    repository,
    given({
      description: settings.description,
      homepage: settings.homepage,
      isTemplate: settings.is_template,
      webCommitSignoffRequired: settings.web_commit_signoff_required,
      archived: settings.archived,
    }),
  );
  Object.assign(
    repository.features,
    given({
      issues: settings.has_issues,
      projects: settings.has_projects,
      wiki: settings.has_wiki,
      discussions: settings.has_discussions,
      downloads: settings.has_downloads,
    }),
  );
  Object.assign(
    repository.merge,
    given({
      allowMergeCommit: settings.allow_merge_commit,
      allowSquashMerge: settings.allow_squash_merge,
      allowRebaseMerge: settings.allow_rebase_merge,
      allowAutoMerge: settings.allow_auto_merge,
      allowUpdateBranch: settings.allow_update_branch,
      deleteBranchOnMerge: settings.delete_branch_on_merge,
      squashMergeCommitTitle: settings.squash_merge_commit_title,
      squashMergeCommitMessage: settings.squash_merge_commit_message,
      mergeCommitTitle: settings.merge_commit_title,
      mergeCommitMessage: settings.merge_commit_message,
    }),
  );
}

/** The visibility that a request asks for. */
const wantedVisibility = ({ visibility, private: isPrivate }: Settings): Repository["visibility"] | undefined =>
  visibility ?? (isPrivate === undefined ? undefined : isPrivate ? "private" : "public");

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
    apply(repository, settings);
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

async function changeSettings(call: RepositoryCall, settings: Settings): Promise<void> {
  const { repository, store } = call;
  const visibility = wantedVisibility(settings);
  // GitHub answers this only to requests about visibility itself.
  if (settings.visibility !== undefined && settings.visibility === repository.visibility)
    throw unprocessable(`Visibility is already ${repository.visibility}.`);
  const branch = settings.default_branch;
  if (branch !== undefined && (await call.git.ref(`refs/heads/${branch}`)) === undefined)
    throw validationFailed({
      resource: "Repository",
      code: "invalid",
      field: "default_branch",
      message: `The branch ${branch} was not found. Please push that ref first or create it via the Git Data API.`,
    });
  const taken =
    settings.name === undefined ? undefined : store.repository(store.loginOf(repository.ownerId), settings.name);
  if (taken !== undefined && taken.id !== repository.id)
    throw validationFailed({
      resource: "Repository",
      code: "custom",
      field: "name",
      message: "name already exists on this account",
    });
  const { archived, visibility: oldVisibility, name, description, homepage, defaultBranch } = repository;
  if (branch !== undefined && branch !== repository.defaultBranch) {
    await call.git.setHead(branch);
    repository.defaultBranch = branch;
  }
  apply(repository, settings);
  if (visibility !== undefined) repository.visibility = visibility;
  repository.updatedAt = store.clock.now();
  if (settings.name !== undefined && settings.name !== repository.name) store.rename(repository, settings.name);
  else call.save();
  const tell = (action: string, changes?: object) =>
    notify(store, repository, call.user(), ["repository", action], () => (changes === undefined ? {} : { changes }));
  if (repository.archived !== archived) tell(repository.archived ? "archived" : "unarchived");
  if (repository.visibility !== oldVisibility) tell(repository.visibility === "public" ? "publicized" : "privatized");
  if (repository.name !== name) tell("renamed", { repository: { name: { from: name } } });
  else
    tell("edited", {
      ...(repository.description === description ? {} : { description: { from: description } }),
      ...(repository.homepage === homepage ? {} : { homepage: { from: homepage } }),
      ...(repository.defaultBranch === defaultBranch ? {} : { default_branch: { from: defaultBranch } }),
    });
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
