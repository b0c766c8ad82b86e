import { isOwner, roleOf } from "../access.ts";
import type { Caller } from "../caller.ts";
import { GitHubError } from "../errors.ts";
import type { Role } from "../model.ts";
import type { Store } from "../store.ts";
import type { Package, PackageRole } from "./model.ts";

const order = ["read", "write", "admin"] as const satisfies readonly PackageRole[];

/** A role on a repository as one on its packages. */
const inherited = (role: Role | undefined): PackageRole | undefined =>
  role === undefined ? undefined : role === "admin" ? "admin" : role === "read" || role === "triage" ? "read" : "write";

/** The strongest role that a caller has on a package; undefined is none, not even to see it. */
export function packageRole(store: Store, { token, user }: Caller, one: Package): PackageRole | undefined {
  const given: (PackageRole | undefined)[] = [one.visibility === "public" ? "read" : undefined];
  if (token?.kind === "installation") {
    // A workflow's token speaks for the repositories that it reaches.
    const reached = (id: number) => token.repositories?.includes(id) === true;
    if (token.permissions["packages"] !== undefined)
      given.push(...one.actionsAccess.filter(({ repositoryId }) => reached(repositoryId)).map(({ role }) => role));
  } else if (user !== undefined) {
    const repository = one.repositoryId === null ? undefined : store.repositoryById(one.repositoryId);
    if (user.id === one.ownerId || isOwner(store.organizationById(one.ownerId), user.id)) given.push("admin");
    if (one.inheritsAccess && repository !== undefined && repository.visibility !== "public")
      given.push(inherited(roleOf(store, user, repository)));
    else if (one.inheritsAccess && repository !== undefined) {
      const role = inherited(roleOf(store, user, repository));
      // Everybody may read a public repository; that alone opens none of its packages.
      if (role !== "read") given.push(role);
    }
    given.push(...one.users.filter(({ id }) => id === user.id).map(({ role }) => role));
  }
  return order.findLast((role) => given.includes(role));
}

/** What a classic token's scopes let it do besides: `write:packages` includes `read:packages`. */
const implied: Readonly<Record<string, readonly string[]>> = {
  "read:packages": ["read:packages", "write:packages"],
  "write:packages": ["write:packages"],
  "delete:packages": ["delete:packages"],
};

/**
 * Refuses callers whose token is not for packages: the packages API takes classic tokens, and of workflows' tokens only
 * what is about one package.
 *
 * @param scopes that a classic token needs, all of them
 * @param what for the message, as `list packages`
 * @throws GitHubError 401 without a token, 403 with the wrong one
 */
export function checkToken({ token }: Caller, scopes: readonly string[], what: string, onePackage: boolean): void {
  if (token === undefined) throw new GitHubError(401, "Requires authentication");
  if (token.kind === "installation") {
    if (onePackage && token.permissions["packages"] !== undefined) return;
    throw new GitHubError(403, "Resource not accessible by integration");
  }
  if (token.kind === "fine-grained") throw new GitHubError(403, "Resource not accessible by personal access token");
  const missing = scopes.find((scope) => !implied[scope]?.some((one) => token.scopes.includes(one)));
  if (missing !== undefined) throw new GitHubError(403, `You need at least ${missing} scope to ${what}.`);
}

/** Whether a role is enough. */
export const mayPackage = (role: PackageRole | undefined, needed: PackageRole): boolean =>
  role !== undefined && order.indexOf(role) >= order.indexOf(needed);
