import { createHash } from "node:crypto";

import { appOf, isAppToken } from "./app-token.ts";
import { GitHubError } from "./errors.ts";
import type { App, Token, User } from "./model.ts";
import type { Store } from "./store.ts";

/** Who sent a request. Without a token there is neither user nor token. */
export interface Caller {
  readonly token?: Token;
  /** The person, or the App's bot. */
  readonly user?: User;
  /** The App, of an installation's token. */
  readonly app?: App;
  /** The App that speaks for itself, by a JSON Web Token, to ask for an installation's token. */
  readonly speaksAs?: App;
}

/** The form in which tokens are kept. */
export const digestOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** The token in an Authorization header: `token X`, `Bearer X`, or Basic with it as the password (or as the user alone). */
export function tokenIn(authorization: string | undefined): string | undefined {
  const [scheme = "", value = "", ...rest] = (authorization ?? "").trim().split(/\s+/u);
  if (value === "" || rest.length > 0) return undefined;
  if (/^(bearer|token)$/iu.test(scheme)) return value;
  if (!/^basic$/iu.test(scheme)) return undefined;
  const [name = "", ...password] = Buffer.from(value, "base64").toString("utf8").split(":");
  const joined = password.join(":");
  return joined === "" || joined === "x-oauth-basic" ? name : joined;
}

/**
 * Who an Authorization header stands for.
 * @throws GitHubError 401 when there is a header and its token is wrong or expired
 */
export function identify(store: Store, authorization: string | undefined): Caller {
  if (authorization === undefined) return {};
  const text = tokenIn(authorization);
  if (text !== undefined && isAppToken(text))
    return { speaksAs: appOf(text, store.accounts.apps, Math.floor(Date.now() / 1000)) };
  const digest = text === undefined ? undefined : digestOf(text);
  const token = store.accounts.tokens.find((one) => one.digest === digest);
  const user = token === undefined ? undefined : store.userById(token.userId);
  const expired = token?.expiresAt != null && Date.parse(token.expiresAt) <= store.clock.milliseconds();
  if (token === undefined || user === undefined || expired) throw new GitHubError(401, "Bad credentials");
  const app = store.accounts.apps.find(({ id }) => id === token.appId);
  return { token, user, ...(app === undefined ? {} : { app }) };
}

/**
 * The caller's user.
 * @throws GitHubError 401 for an anonymous caller
 */
export function userOf({ user }: Caller): User {
  if (user === undefined) throw new GitHubError(401, "Requires authentication");
  return user;
}
