import * as z from "zod";

import type { RepositoryCall } from "../call.ts";
import { unprocessable, validationFailed } from "../errors.ts";
import type { Repository } from "../model.ts";
import { notify } from "../notify.ts";

/** A repository's name. */
export const repositoryName = z.string().regex(/^[\w.-]{1,100}$/u, "must be a name of letters, digits, ., - and _");
const text = z.string().nullish();
const flag = z.boolean().optional();

/** What can be set of a repository. */
export const Settings = z.object({
  name: repositoryName.optional(),
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
export type Settings = z.infer<typeof Settings>;

/** The values of an object that are not undefined. */
const given = <Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };

/** Sets what a request says of a repository's settings. */
export function applySettings(repository: Repository, settings: Settings): void {
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
export const wantedVisibility = ({ visibility, private: isPrivate }: Settings): Repository["visibility"] | undefined =>
  visibility ?? (isPrivate === undefined ? undefined : isPrivate ? "private" : "public");

/** Changes the settings of the repository of a request, and tells everybody. */
export async function changeSettings(call: RepositoryCall, settings: Settings): Promise<void> {
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
  applySettings(repository, settings);
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
