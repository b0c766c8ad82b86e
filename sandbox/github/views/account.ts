import { nodeId } from "../node-id.ts";
import type { App, Organization, User } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Urls } from "../urls.ts";

type SimpleUser = Schema<"simple-user">;

/** A user, bot or organization as it appears inside other objects. */
export function simpleUser(urls: Urls, account: User | Organization): SimpleUser {
  const { id, login } = account;
  const isUser = "type" in account;
  const type = isUser ? account.type : "Organization";
  const url = `${urls.api}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId(isUser ? (account.type === "Bot" ? "Bot" : "User") : "Organization", id),
    avatar_url: `${urls.html}/avatars/u/${String(id)}`,
    gravatar_id: "",
    url,
    html_url: `${urls.html}/${type === "Bot" ? `apps/${login.replace("[bot]", "")}` : login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: isUser && account.siteAdmin,
  };
}

/** The same for somebody who may be gone. */
export const simpleUserOrNull = (urls: Urls, account: User | Organization | undefined): SimpleUser | null =>
  account === undefined ? null : simpleUser(urls, account);

/** A user's own page of data. */
export const publicUser = (urls: Urls, user: User | Organization): Schema<"public-user"> => ({
  ...simpleUser(urls, user),
  name: user.name,
  company: null,
  blog: "",
  location: null,
  email: "type" in user ? user.email : null,
  hireable: null,
  bio: null,
  twitter_username: null,
  public_repos: 0,
  public_gists: 0,
  followers: 0,
  following: 0,
  created_at: user.createdAt,
  updated_at: user.updatedAt,
});

/** The user whose token it is. */
export const privateUser = (urls: Urls, user: User): Schema<"private-user"> => ({
  ...publicUser(urls, user),
  private_gists: 0,
  total_private_repos: 0,
  owned_private_repos: 0,
  disk_usage: 0,
  collaborators: 0,
  two_factor_authentication: true,
});

/** An organization, with what only its members see where `full`. */
export function organizationFull(
  urls: Urls,
  organization: Organization,
  counts: { publicRepositories: number; privateRepositories: number },
): Schema<"organization-full"> {
  const { id, login, name, description, createdAt, updatedAt, plan, defaultRepositoryPermission } = organization;
  const url = `${urls.api}/orgs/${login}`;
  return {
    ...simpleOrganization(urls, organization),
    name: name ?? login,
    description: description ?? "",
    company: "",
    location: "",
    twitter_username: null,
    is_verified: false,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: counts.publicRepositories,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${urls.html}/${login}`,
    created_at: createdAt,
    updated_at: updatedAt,
    archived_at: null,
    type: "Organization",
    total_private_repos: counts.privateRepositories,
    owned_private_repos: counts.privateRepositories,
    private_gists: 0,
    disk_usage: 0,
    collaborators: 0,
    billing_email: null,
    plan: {
      name: plan,
      space: 976562499,
      private_repos: 999999,
      filled_seats: organization.members.length,
      seats: 100,
    },
    default_repository_permission: defaultRepositoryPermission,
    members_can_create_repositories: true,
    two_factor_requirement_enabled: true,
    members_can_create_public_repositories: true,
    members_can_create_private_repositories: true,
    members_can_create_internal_repositories: true,
    members_can_create_pages: true,
    members_can_create_public_pages: true,
    members_can_create_private_pages: true,
    members_can_fork_private_repositories: false,
    web_commit_signoff_required: false,
    url,
    id,
  };
}

/** An organization as it appears in lists. */
export function simpleOrganization(urls: Urls, organization: Organization): Schema<"organization-simple"> {
  const { id, login, description } = organization;
  const url = `${urls.api}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId("Organization", id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${urls.html}/avatars/u/${String(id)}`,
    description,
  };
}

/** A GitHub App. */
export const integration = (urls: Urls, app: App, owner: User | Organization | undefined): Schema<"integration"> => ({
  id: app.id,
  slug: app.slug,
  node_id: nodeId("App", app.id),
  owner: simpleUser(
    urls,
    owner ?? {
      id: app.ownerId,
      login: "ghost",
      name: null,
      email: null,
      type: "User",
      siteAdmin: false,
      createdAt: app.createdAt,
      updatedAt: app.updatedAt,
    },
  ),
  name: app.name,
  description: app.description,
  external_url: `${urls.html}/apps/${app.slug}`,
  html_url: `${urls.html}/apps/${app.slug}`,
  created_at: app.createdAt,
  updated_at: app.updatedAt,
  permissions: app.permissions,
  events: app.events,
});
