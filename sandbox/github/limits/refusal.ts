import type { FastifyReply, FastifyRequest } from "fastify";

import { GitHubError } from "../errors.ts";
import type { LimitHit } from "./limiter.ts";
import type { Limits } from "./limits.ts";

/** Seconds that GitHub asks for where a limit does not say. */
const shortestWait = 60;

const page = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";

/**
 * Refuses a request that is over a limit, as GitHub does: the primary limit of the GraphQL API with status 200 and an
 * error, all else with the status that the settings say; the secondary limits with `retry-after`.
 *
 * @throws GitHubError
 */
export function refuse(
  { limiter }: Limits,
  { caller, ip }: FastifyRequest,
  reply: FastifyReply,
  { limit, wait }: LimitHit,
  resource: "core" | "graphql",
): FastifyReply {
  const { status } = limiter.settings;
  if (limit !== "primary")
    throw new GitHubError(
      status,
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      {
        documentationUrl: `${page}#about-secondary-rate-limits`,
        headers: { "Retry-After": String(wait === 0 ? shortestWait : wait) },
      },
    );
  const message =
    caller.user === undefined
      ? `API rate limit exceeded for ${ip}. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)`
      : `API rate limit exceeded for user ID ${caller.user.id}.`;
  if (resource === "graphql") return reply.code(200).send({ errors: [{ type: "RATE_LIMITED", message }] });
  throw new GitHubError(status, message, { documentationUrl: page });
}
