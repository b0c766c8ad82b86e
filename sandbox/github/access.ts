import type { Caller } from "./caller.ts";
import { GitHubError, notFound } from "./errors.ts";
import { hasPermission, notAccessible } from "./permissions.ts";
import { roles } from "./model.ts";
import type { Organization, Repository, Role, Team, User } from "./model.ts";
import type { Store } from "./store.ts";

/** What a route asks of its caller. */
export interface Requirement {
  /** The role on the repository that a person needs. Default read. */
  readonly role?: Role;
  /** Fine-grained permissions, any of which will do: `contents=write`. None where it is missing: metadata is enough. */
  readonly permissions?: readonly `${string}=${"read" | "write" | "admin"}`[];
  /** Classic scopes, any of which will do. Default `repo`, for what is not public. */
  readonly scopes?: readonly string[];
  /** Whether an archived repository may be changed by it. */
  readonly archived?: boolean;
}

/** Whether a role includes another. */
export const includesRole = (role: Role | undefined, needed: Role): boolean =>
  role !== undefined && roles.indexOf(role) >= roles.indexOf(needed);

/** The stronger of two roles. */
export const strongest = (given: readonly (Role | undefined)[]): Role | undefined =>
  [...roles].reverse().find((role) => given.includes(role));

/** The ids of a team and the teams above it, whose access its members have too. */
function* withParents(store: Store, team: Team | undefined): Generator<number> {
  if (team === undefined) return;
  yield team.id;
  yield* withParents(
    store,
    store.accounts.teams.find(({ id }) => id === team.parentId),
  );
}

/** The ids of all teams whose access a user has. */
export const teamsOf = (store: Store, userId: number): ReadonlySet<number> =>
  new Set(
    store.accounts.teams
      .filter((team) => team.members.some((member) => member.userId === userId))
      .flatMap((team) => [...withParents(store, team)]),
  );

/** Whether a user owns an organization. */
export const isOwner = (organization: Organization | undefined, userId: number): boolean =>
  organization?.members.some((member) => member.userId === userId && member.role === "admin") === true;

/** Whether a user belongs to an organization. */
export const isMember = (organization: Organization | undefined, userId: number): boolean =>
  organization?.members.some((member) => member.userId === userId) === true;

/** What a person may do on a repository; undefined is nothing, not even see it. */
export function roleOf(store: Store, user: User, repository: Repository): Role | undefined {
  if (repository.ownerId === user.id) return "admin";
  const organization = store.organizationById(repository.ownerId);
  if (isOwner(organization, user.id)) return "admin";
  const teams = teamsOf(store, user.id);
  const base = organization?.defaultRepositoryPermission;
  return strongest([
    repository.visibility === "public" ? "read" : undefined,
    ...(isMember(organization, user.id) && base !== undefined && base !== "none" ? [base] : []),
    ...repository.teams.filter(({ id }) => teams.has(id)).map(({ role }) => role),
    ...repository.collaborators.filter(({ id }) => id === user.id).map(({ role }) => role),
  ]);
}

/** Whether a fine-grained or an App's token has been given a repository. */
const reaches = (token: { repositories: number[] | null }, repository: Repository) =>
  token.repositories === null || token.repositories.includes(repository.id);

/** What a caller may do on a repository, its token considered. An App has no role: its permissions alone decide. */
export function callerRole(store: Store, caller: Caller, repository: Repository): Role | undefined {
  const open = repository.visibility === "public" ? "read" : undefined;
  const { token, user } = caller;
  if (token === undefined || user === undefined) return open;
  if (token.kind === "classic") {
    if (token.scopes.includes("repo")) return roleOf(store, user, repository);
    return open === undefined
      ? undefined
      : token.scopes.includes("public_repo")
        ? roleOf(store, user, repository)
        : open;
  }
  if (!reaches(token, repository)) return open;
  return token.kind === "installation" ? "admin" : roleOf(store, user, repository);
}

/** Whether a caller sees an organization's people and teams: a person who belongs to it, or an App that is installed there and may. */
export function seesMembers(organization: Organization, caller: Caller): boolean {
  const { user, app } = caller;
  const isInstalled = app?.installations.some(({ organizationId }) => organizationId === organization.id) === true;
  return (
    (user !== undefined && isMember(organization, user.id)) || (isInstalled && hasPermission(caller, ["members=read"]))
  );
}

/**
 * Lets a caller do something to a repository.
 * @param writes whether it changes anything
 * @throws GitHubError 404 for what it may not see, 401 when it is nobody, 403 when it lacks role or permission
 */
export function authorize(
  store: Store,
  caller: Caller,
  repository: Repository,
  { role: needed = "read", permissions = ["metadata=read"], scopes = ["repo"], archived = false }: Requirement,
  writes: boolean,
): void {
  const role = callerRole(store, caller, repository);
  if (role === undefined) throw notFound();
  const { token } = caller;
  const demanding = writes || needed !== "read";
  if (demanding && token === undefined) throw new GitHubError(401, "Requires authentication");
  const publicRead = !writes && repository.visibility === "public" && needed === "read";
  if (!publicRead && permissions[0] !== "metadata=read" && !hasPermission(caller, permissions))
    throw notAccessible(caller, permissions);
  if (token !== undefined && token.kind !== "classic" && demanding && !reaches(token, repository))
    throw notAccessible(caller, permissions);
  // GitHub hides what a classic token's scopes leave out.
  if (demanding && token?.kind === "classic" && !hasScope(token.scopes, scopes, repository)) throw notFound();
  if (!includesRole(role, needed))
    throw new GitHubError(
      403,
      needed === "admin" ? "Must have admin rights to Repository." : `Must have ${needed} access to Repository.`,
    );
  if (writes && repository.archived && !archived)
    throw new GitHubError(403, "Repository was archived so is read-only.");
}

const hasScope = (given: readonly string[], wanted: readonly string[], { visibility }: Repository) =>
  wanted.some(
    (scope) => given.includes(scope) || (scope === "repo" && visibility === "public" && given.includes("public_repo")),
  );
