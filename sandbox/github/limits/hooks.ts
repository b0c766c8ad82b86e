import { setTimeout as delay } from "node:timers/promises";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

import { faultBody } from "./faults.ts";
import type { Fault } from "./faults.ts";
import type { Limits } from "./limits.ts";
import { refuse } from "./refusal.ts";
import { restFacts } from "./rest-facts.ts";

const GraphqlBody = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });

/** Applies limits, latency and faults to all requests of a server, and counts them. To be called before routes are added. */
export function limitHooks(app: FastifyInstance, limits: Limits): void {
  app.addHook("onRequest", async (request, { raw }) => {
    const kind = kindOf(request);
    if (kind === "own") return;
    if (kind !== "git") limits.counters.begin();
    raw.once("close", () => {
      const state = limits.stateOf(request);
      if (kind !== "git") limits.counters.end();
      if (state.endpoint === undefined) limits.counters.request((state.endpoint = endpointOf(request)));
      if (!raw.writableFinished) return;
      limits.counters.answered(state.endpoint, raw.statusCode);
      if (raw.statusCode === 304 && state.facts !== undefined)
        limits.limiter.giveBack(limits.accountOf(request), state.facts);
    });
    if (limits.limiter.settings.latency > 0) await delay(limits.limiter.settings.latency);
  });

  app.addHook("preValidation", async (request, reply) => {
    const kind = kindOf(request);
    if (kind === "own") return;
    const state = limits.stateOf(request);
    const path = withoutPrefix(pathOf(request.url));
    const graphql = kind === "graphql" ? await factsOfGraphql(request) : undefined;
    if (graphql !== undefined) state.facts = graphql;
    else if (kind === "rest" && !request.is404) state.facts = restFacts(request.method, path, routeOf(request));
    limits.counters.request((state.endpoint = state.facts?.endpoint ?? endpointOf(request)));
    const fault = limits.faults.meet({ method: request.method, path, fields: graphql?.fields ?? [] });
    if (fault !== undefined) state.fault = fault;
    if (fault !== undefined && !isLate(fault)) {
      state.injected = true;
      await instead(fault, request, reply);
      return reply;
    }
    if (state.facts === undefined) return;
    const hit = limits.limiter.admit(limits.accountOf(request), state.facts, limits.counters.current);
    if (hit === undefined) return;
    limits.counters.limit(hit);
    if (limits.limiter.settings.mode !== "enforce") return;
    state.injected = true;
    return refuse(limits, request, reply, hit, state.facts.resource);
  });

  app.addHook("onSend", async (request, reply, payload: unknown) => {
    const { fault, facts, injected } = limits.stateOf(request);
    if (facts !== undefined) void reply.headers(rateHeaders(limits, request, facts.resource));
    if (fault !== undefined) void reply.headers(fault.headers);
    if (fault === undefined || injected === true) return payload;
    limits.stateOf(request).injected = true;
    if (fault.effect === "late cut") request.raw.socket.destroy();
    else answer(fault, reply);
    return JSON.stringify(faultBody(fault));
  });
}

/** What is read of queries is loaded when the first one comes. */
async function factsOfGraphql({ body }: FastifyRequest) {
  const { graphqlFacts } = await import("./graphql-facts.ts");
  const { query = "", variables } = GraphqlBody.safeParse(body).data ?? {};
  return graphqlFacts(query, variables ?? {});
}

const rateHeaders = (limits: Limits, request: FastifyRequest, resource: "core" | "graphql") => {
  const { limit, remaining, used, reset } = limits.rate(request, resource);
  return {
    "X-RateLimit-Limit": limit,
    "X-RateLimit-Remaining": remaining,
    "X-RateLimit-Used": used,
    "X-RateLimit-Reset": reset,
    "X-RateLimit-Resource": resource,
  };
};

const isLate = ({ effect }: Fault) => effect.startsWith("late");

const answer = ({ status, headers }: Fault, reply: FastifyReply) =>
  void reply.code(status).headers(headers).type("application/json; charset=utf-8").removeHeader("content-length");

/** What happens instead of what was asked for. A connection that hangs ends with the client's patience, or the server. */
async function instead(fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (fault.effect === "answer") {
    answer(fault, reply);
    await reply.send(JSON.stringify(faultBody(fault)));
    return;
  }
  reply.hijack();
  if (fault.effect === "cut") request.raw.socket.destroy();
}

/** What a request is about; `own` is what is not GitHub's: the stand-in's own routes and pages. */
function kindOf({ url, routeOptions }: FastifyRequest): "rest" | "graphql" | "git" | "own" {
  const route = routeOptions.url ?? "";
  if (route.startsWith("/_emulator/") || "page" in routeOptions.config) return "own";
  if (route === "/graphql" || route === "/api/graphql") return "graphql";
  return /\/(?:info\/refs|git-(?:upload|receive)-pack)$/u.test(pathOf(url)) ? "git" : "rest";
}

const pathOf = (url: string) => url.replace(/\?.*$/su, "");

const withoutPrefix = (path: string) => path.replace(/^\/api\/v3(?=\/|$)/u, "");

const routeOf = ({ routeOptions }: FastifyRequest) => withoutPrefix(routeOptions.url ?? "(unknown)");

const endpointOf = (request: FastifyRequest) =>
  kindOf(request) === "git"
    ? (/[^/]+$/u.exec(pathOf(request.url))?.[0] ?? "git")
    : `${request.method} ${routeOf(request)}`;
