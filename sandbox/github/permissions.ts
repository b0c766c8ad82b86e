import type { Caller } from "./caller.ts";
import { GitHubError } from "./errors.ts";
import type { Permissions } from "./model.ts";

const levels = ["read", "write", "admin"] as const;

/** Whether some permissions have each of others. */
export const hasEach = (given: Permissions, wanted: Permissions): boolean =>
  Object.entries(wanted).every(([name, level]) => {
    const has = given[name] ?? (name === "metadata" ? "read" : undefined);
    return has !== undefined && levels.indexOf(has) >= levels.indexOf(level);
  });

/** Whether a fine-grained or an App's token has one of some permissions. */
export function hasPermission({ token }: Caller, permissions: readonly string[]): boolean {
  if (token === undefined || token.kind === "classic") return true;
  return permissions.some((permission) => {
    const [name = "", level = "read"] = permission.split("=");
    const given = token.permissions[name];
    return given !== undefined && levels.indexOf(given) >= levels.findIndex((one) => one === level);
  });
}

/** The answer to a token that lacks a permission. */
export const notAccessible = ({ token }: Caller, permissions: readonly string[]): GitHubError =>
  new GitHubError(
    403,
    `Resource not accessible by ${token?.kind === "installation" ? "integration" : "personal access token"}`,
    { headers: { "X-Accepted-GitHub-Permissions": permissions.join("; ") } },
  );
