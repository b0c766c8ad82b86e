import { createPublicKey, verify } from "node:crypto";

import * as z from "zod";

import { GitHubError } from "./errors.ts";
import type { App } from "./model.ts";

/** How far ahead of now a JSON Web Token may end, in seconds (docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App"). */
const longest = 10 * 60;

const Header = z.looseObject({ alg: z.literal("RS256") });
const Claims = z.looseObject({
  iss: z.union([z.string(), z.int()]).transform(String),
  iat: z.int(),
  exp: z.int(),
});

/** Whether a token has the form of a JSON Web Token. */
export const isAppToken = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/u.test(token);

/**
 * The App that a JSON Web Token speaks for, which it signed with its private key.
 *
 * @param now seconds since 1970, of the machine's clock: the one that the client has, however far the stand-in's was moved
 * @throws GitHubError 401
 */
export function appOf(token: string, apps: readonly App[], now: number): App {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const decoded = (text: string): unknown => {
    try {
      return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    } catch {
      return undefined;
    }
  };
  const { data } = Claims.safeParse(decoded(claims));
  if (!Header.safeParse(decoded(header)).success || data === undefined)
    throw new GitHubError(401, "A JSON web token could not be decoded");
  if (data.exp <= now)
    throw new GitHubError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (data.exp > now + longest) throw new GitHubError(401, "'Expiration time' claim ('exp') is too far in the future");
  if (data.iat > now)
    throw new GitHubError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  const app = apps.find(({ id }) => String(id) === data.iss);
  if (app === undefined) throw new GitHubError(404, "Integration not found");
  if (app.publicKey === null) throw new GitHubError(401, "Integration must generate a public key");
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify("RSA-SHA256", signed, createPublicKey(app.publicKey), Buffer.from(signature, "base64url")))
    throw new GitHubError(401, "A JSON web token could not be decoded");
  return app;
}
