import type { FastifyInstance } from "fastify";
import type * as z from "zod";

import type { Api } from "../api.ts";
import { invalidRequest } from "../errors.ts";
import { Fault } from "./faults.ts";
import type { Limits } from "./limits.ts";
import { LimitChanges } from "./settings.ts";

/** `GET /rate_limit`; asking costs nothing. */
export const rateLimitRoute = (limits: Limits) => (api: Api) =>
  api.on("GET", "/rate_limit", {}, ({ request }) => {
    const state = (resource: "core" | "graphql") => {
      const { limit, used, remaining, reset } = limits.rate(request, resource);
      return { limit, used, remaining, reset };
    };
    const core = state("core");
    // The stand-in has no search; GitHub's own limit of it is 30 a minute.
    const search = { limit: 30, used: 0, remaining: 30, reset: core.reset };
    return { resources: { core, search, graphql: state("graphql") }, rate: core };
  });

/**
 * The stand-in's own routes about limits, faults and counters:
 * - `GET`, `PATCH /_emulator/limits`: the settings; `DELETE` forgets what was used;
 * - `GET`, `POST`, `DELETE /_emulator/faults`: what is to go wrong;
 * - `GET /_emulator/counters`: what was counted since the last `POST /_emulator/counters/mark`.
 */
export function limitRoutes(app: FastifyInstance, limits: Limits): void {
  app.get("/_emulator/limits", () => limits.limiter.settings);
  app.patch("/_emulator/limits", ({ body }) => {
    const changes = read(LimitChanges, body);
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    Object.assign(limits.limiter.settings, Object.fromEntries(given));
    return limits.limiter.settings;
  });
  app.delete("/_emulator/limits", (_request, reply) => {
    limits.reset();
    return reply.code(204).send();
  });
  app.get("/_emulator/faults", () => limits.faults.pending);
  app.post("/_emulator/faults", ({ body }, reply) => {
    limits.faults.add(read(Fault, body));
    return reply.code(201).send(limits.faults.pending);
  });
  app.delete("/_emulator/faults", (_request, reply) => {
    limits.faults.clear();
    return reply.code(204).send();
  });
  app.get("/_emulator/counters", () => limits.report());
  app.post("/_emulator/counters/mark", (_request, reply) => {
    limits.mark();
    return reply.code(204).send();
  });
}

/** @throws GitHubError 422 that names what is wrong */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (!parsed.success) throw invalidRequest(parsed.error);
  return parsed.data;
}
