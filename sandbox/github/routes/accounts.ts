import { isMember, isOwner, seesMembers } from "../access.ts";
import type { Api } from "../api.ts";
import type { Call } from "../call.ts";
import { GitHubError, notFound } from "../errors.ts";
import type { Organization, User } from "../model.ts";
import { organizationFull, privateUser, publicUser, simpleOrganization, simpleUser } from "../views/account.ts";

/** The organization that a path names. */
export function organizationOf(call: Call): Organization {
  const organization = call.store.organization(call.param("org"));
  if (organization === undefined) throw notFound();
  return organization;
}

/**
 * Lets only people of the organization on.
 * @throws GitHubError 404, as what outsiders see, and 403 to tokens without a scope for it
 */
export function memberOf(call: Call): Organization {
  const organization = organizationOf(call);
  const { token } = call.caller;
  if (!seesMembers(organization, call.caller)) throw notFound();
  const scopes = ["read:org", "write:org", "admin:org"];
  if (token?.kind === "classic" && !scopes.some((scope) => token.scopes.includes(scope)))
    throw new GitHubError(403, "You must be an org owner or have the read:org scope to read this.");
  return organization;
}

/**
 * Lets only owners of the organization on.
 * @throws GitHubError 403
 */
export function ownedBy(call: Call): Organization {
  const organization = organizationOf(call);
  const { token, user } = call.caller;
  if (user === undefined) throw new GitHubError(401, "Requires authentication");
  if (!isOwner(organization, user.id) || (token?.kind === "classic" && !token.scopes.includes("admin:org")))
    throw new GitHubError(403, "Must have admin rights to Organization.");
  return organization;
}

/** Users and organizations. */
export function accountRoutes(api: Api): void {
  const { store } = api;
  api.on("GET", "/user", { scopes: [] }, (call) => privateUser(call.urls, call.user()));
  api.on("GET", "/users/:username", { scopes: [] }, (call) => {
    const account = store.owner(call.param("username"));
    if (account === undefined) throw notFound();
    return publicUser(call.urls, account);
  });
  api.on("GET", "/user/:account_id", { scopes: [] }, (call) => {
    const account = store.userById(call.id("account_id")) ?? store.organizationById(call.id("account_id"));
    if (account === undefined) throw notFound();
    return publicUser(call.urls, account);
  });
  api.on("GET", "/user/orgs", { scopes: ["read:org"] }, (call) => {
    const { id } = call.user();
    const mine = store.accounts.organizations.filter((organization) => isMember(organization, id));
    return call.page(mine).items.map((organization) => simpleOrganization(call.urls, organization));
  });
  api.on("GET", "/orgs/:org", { scopes: ["admin:org", "read:org", "repo", "user", "write:org"] }, (call) => {
    const organization = organizationOf(call);
    const repositories = store.repositories().filter(({ ownerId }) => ownerId === organization.id);
    const open = repositories.filter(({ visibility }) => visibility === "public").length;
    const counts = { publicRepositories: open, privateRepositories: repositories.length - open };
    return organizationFull(call.urls, organization, counts);
  });
  api.on("GET", "/orgs/:org/members", { scopes: ["read:org"] }, (call) => {
    const organization = memberOf(call);
    const role = call.query("role");
    const members = organization.members.filter(
      (member) => role === undefined || role === "all" || member.role === role,
    );
    return call.page(usersOf(call, members)).items.map((user) => simpleUser(call.urls, user));
  });
  api.on("GET", "/orgs/:org/members/:username", { scopes: ["read:org"] }, (call) => {
    const organization = memberOf(call);
    const user = store.user(call.param("username"));
    if (user === undefined || !isMember(organization, user.id)) throw notFound();
    return call.noContent();
  });
  const membership = (call: Call, organization: Organization, user: User) => ({
    url: `${call.urls.api}/orgs/${organization.login}/memberships/${user.login}`,
    state: "active",
    role: isOwner(organization, user.id) ? "admin" : "member",
    organization_url: `${call.urls.api}/orgs/${organization.login}`,
    organization: simpleOrganization(call.urls, organization),
    user: simpleUser(call.urls, user),
  });
  api.on("GET", "/orgs/:org/memberships/:username", { scopes: ["read:org"] }, (call) => {
    const organization = memberOf(call);
    const user = store.user(call.param("username"));
    if (user === undefined || !isMember(organization, user.id)) throw notFound();
    return membership(call, organization, user);
  });
  api.on("GET", "/user/memberships/orgs/:org", { scopes: ["read:org"] }, (call) => {
    const organization = memberOf(call);
    return membership(call, organization, call.user());
  });
}

/** The users of a list of members, those that are gone left out. */
export const usersOf = ({ store }: Call, members: readonly { userId: number }[]): User[] =>
  members.flatMap(({ userId }) => store.userById(userId) ?? []);
