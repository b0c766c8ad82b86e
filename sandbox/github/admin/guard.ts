import { createHash, timingSafeEqual } from "node:crypto";

import type { FastifyInstance } from "fastify";

import { tokenIn } from "../caller.ts";
import { GitHubError } from "../errors.ts";

/** Lets only the stand-in's own administrator on to `/_emulator`. Its token is none of GitHub's. */
export function guardAdministration(app: FastifyInstance, adminToken: string): void {
  app.addHook("onRequest", (request, _reply, next) => {
    // The route, as an address can be written in several ways.
    const isOwn = request.routeOptions.url?.startsWith("/_emulator/") === true;
    const allowed = !isOwn || isSame(tokenIn(request.headers.authorization) ?? "", adminToken);
    next(
      allowed
        ? undefined
        : new GitHubError(401, "This is for the stand-in's administrator: its token is missing or wrong"),
    );
  });
}

/** Compares in a time that tells nothing about the secret; digests make the lengths equal. */
export const isSame = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));
const digest = (text: string) => createHash("sha256").update(text).digest();
