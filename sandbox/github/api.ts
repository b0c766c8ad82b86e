import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

import { authorize, callerRole } from "./access.ts";
import type { Requirement } from "./access.ts";
import { Call, RepositoryCall } from "./call.ts";
import type { Caller } from "./caller.ts";
import { GitHubError, notFound } from "./errors.ts";
import type { Repository } from "./model.ts";
import type { Store } from "./store.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; set before any handler runs. */
    caller: Caller;
  }
}

/** The methods of the REST API. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const Params = z.record(z.string(), z.string());

type Handler<Request> = (call: Request) => unknown;

/** Registers routes of the REST API, at one of its two places. */
export class Api {
  readonly store: Store;
  readonly prefix: "" | "/api/v3";
  readonly #app: FastifyInstance;

  constructor(app: FastifyInstance, store: Store, prefix: "" | "/api/v3") {
    this.#app = app;
    this.store = store;
    this.prefix = prefix;
  }

  /** A route that is not about one repository. */
  on(method: Method, path: string, requirement: Requirement, handler: Handler<Call>): void {
    this.#app.route({
      method,
      url: path,
      handler: async (request, reply) => {
        tellScopes(request, reply, requirement);
        return send(reply, await handler(new Call(this.store, this.prefix, request, reply)));
      },
    });
  }

  /**
   * A route about one repository: `path` goes behind `/repos/:owner/:repo`. The caller may see the repository and meets
   * the requirement when the handler runs; whatever is no GET runs alone on its repository.
   */
  repository(method: Method, path: string, requirement: Requirement, handler: Handler<RepositoryCall>): void {
    this.#repository(method, `/repos/:owner/:repo${path}`, requirement, handler);
  }

  /** The same also at `/repositories/:repository_id`. */
  repositoryAndById(method: Method, path: string, requirement: Requirement, handler: Handler<RepositoryCall>): void {
    this.repository(method, path, requirement, handler);
    this.#repository(method, `/repositories/:repository_id${path}`, requirement, handler);
  }

  #repository(method: Method, url: string, requirement: Requirement, handler: Handler<RepositoryCall>): void {
    const writes = method !== "GET";
    this.#app.route({
      method,
      url,
      handler: async (request, reply) => {
        tellScopes(request, reply, requirement);
        const answer = (): unknown => {
          const repository = this.#find(Params.parse(request.params));
          if (repository === undefined) throw notFound();
          authorize(this.store, request.caller, repository, requirement, writes);
          return handler(new RepositoryCall(this.store, this.prefix, request, reply, repository));
        };
        const repository = this.#find(Params.parse(request.params));
        if (repository === undefined) this.#sendOn(request);
        return send(reply, await (writes && repository !== undefined ? this.store.lock(repository, answer) : answer()));
      },
    });
  }

  /**
   * Sends a request on that uses a name which a repository had before, as GitHub does.
   * @throws GitHubError 301 or 307 with the new place
   */
  #sendOn(request: FastifyRequest): void {
    const { owner = "", repo = "" } = Params.parse(request.params);
    const moved = this.store.formerly(owner, repo);
    if (moved === undefined || callerRole(this.store, request.caller, moved) === undefined) return;
    const place = request.url.replace(/\/repos\/[^/?]+\/[^/?]+/u, `/repos/${owner}/${moved.name}`);
    const [status, message] =
      request.method === "GET" ? ([301, "Moved Permanently"] as const) : ([307, "Temporary Redirect"] as const);
    throw new GitHubError(status, message, { headers: { location: `${this.store.origin}${place}` } });
  }

  #find({ owner = "", repo = "", repository_id: id }: Record<string, string>): Repository | undefined {
    return id === undefined ? this.store.repository(owner, repo) : this.store.repositoryById(Number(id));
  }
}

/** What GitHub tells the owner of a classic token about its scopes. */
function tellScopes({ caller: { token } }: FastifyRequest, reply: FastifyReply, { scopes }: Requirement): void {
  if (token?.kind !== "classic") return;
  void reply.header("X-OAuth-Scopes", token.scopes.join(", "));
  void reply.header("X-Accepted-OAuth-Scopes", (scopes ?? ["repo"]).join(", "));
}

/** An answer without a body keeps its status and says nothing. */
const send = (reply: FastifyReply, answer: unknown) =>
  answer === null || answer === undefined ? reply.send() : answer;
