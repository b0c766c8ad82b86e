import { includesRole } from "../access.ts";
import { nodeId } from "../node-id.ts";
import type { Repository, Role } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import { fullName } from "../urls.ts";
import type { Urls } from "../urls.ts";
import { simpleUser } from "./account.ts";

const templates = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
} as const;

type TemplateUrls = Record<keyof typeof templates, string>;

const templateUrls = (url: string): TemplateUrls =>
  Object.fromEntries(Object.entries(templates).map(([key, rest]) => [key, `${url}${rest}`])) as TemplateUrls;

/** GitHub has given this up and still answers it. */
const downloads = ({ downloads: has_downloads }: Repository["features"]) => ({ has_downloads });

/** What a role lets one do, in the API's older names. */
export const permissionsOf = (role: Role | undefined) => ({
  admin: includesRole(role, "admin"),
  maintain: includesRole(role, "maintain"),
  push: includesRole(role, "write"),
  triage: includesRole(role, "triage"),
  pull: includesRole(role, "read"),
});

/** A repository as it appears in lists and inside other objects. */
export function repositoryView(store: Store, urls: Urls, repository: Repository, role?: Role): Schema<"repository"> {
  const owner = store.organizationById(repository.ownerId) ?? store.userById(repository.ownerId);
  if (owner === undefined) throw new Error(`repository ${String(repository.id)} has no owner`);
  const name = fullName(store, repository);
  const html = `${urls.html}/${name}`;
  const host = new URL(urls.html).host;
  const openIssues = repository.issues.filter(({ state }) => state === "open").length;
  const { features, merge } = repository;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: name,
    private: repository.visibility !== "public",
    owner: simpleUser(urls, owner),
    html_url: html,
    description: repository.description,
    fork: repository.parentId !== null,
    url: urls.repository(store, repository),
    ...templateUrls(urls.repository(store, repository)),
    git_url: `git://${host}/${name}.git`,
    ssh_url: `git@${host}:${name}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: repository.homepage,
    language: null,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 0,
    default_branch: repository.defaultBranch,
    open_issues_count: openIssues,
    open_issues: openIssues,
    is_template: repository.isTemplate,
    topics: repository.topics,
    has_issues: features.issues,
    has_projects: features.projects,
    has_wiki: features.wiki,
    has_pages: false,
    ...downloads(features),
    has_discussions: features.discussions,
    archived: repository.archived,
    disabled: false,
    visibility: repository.visibility,
    pushed_at: repository.pushedAt ?? repository.createdAt,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    license: null,
    allow_forking: true,
    web_commit_signoff_required: repository.webCommitSignoffRequired,
    allow_merge_commit: merge.allowMergeCommit,
    allow_squash_merge: merge.allowSquashMerge,
    allow_rebase_merge: merge.allowRebaseMerge,
    allow_auto_merge: merge.allowAutoMerge,
    allow_update_branch: merge.allowUpdateBranch,
    delete_branch_on_merge: merge.deleteBranchOnMerge,
    squash_merge_commit_title: merge.squashMergeCommitTitle,
    squash_merge_commit_message: merge.squashMergeCommitMessage,
    merge_commit_title: merge.mergeCommitTitle,
    merge_commit_message: merge.mergeCommitMessage,
    ...(role === undefined ? {} : { permissions: permissionsOf(role) }),
  };
}

/** A repository with all that `GET /repos/{owner}/{repo}` shows to somebody with a role. */
export function fullRepository(
  store: Store,
  urls: Urls,
  repository: Repository,
  role?: Role,
): Schema<"full-repository"> {
  const { is_template: isTemplate, ...view } = repositoryView(store, urls, repository, role);
  const organization = store.organizationById(repository.ownerId);
  // A repository's merge settings are only shown to those who may push.
  const shown = includesRole(role, "write") ? view : withoutMergeSettings(view);
  return {
    ...shown,
    ...(isTemplate === undefined ? {} : { is_template: isTemplate }),
    license: null,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    pushed_at: repository.pushedAt ?? repository.createdAt,
    has_discussions: repository.features.discussions,
    temp_clone_token: repository.visibility === "public" ? null : "",
    ...(organization === undefined ? {} : { organization: simpleUser(urls, organization) }),
    subscribers_count: 0,
    network_count: 0,
  };
}

function withoutMergeSettings<View extends object>(view: View): View {
  const hidden = /^(allow_(merge|squash|rebase|auto|update)|delete_branch_on_merge|squash_merge|merge_commit)/u;
  return Object.fromEntries(Object.entries(view).filter(([key]) => !hidden.test(key))) as View;
}
