import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

import { authorize, callerRole, includesRole } from "./access.ts";
import type { Requirement } from "./access.ts";
import { userOf } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { GitHubError, invalidRequest, notFound } from "./errors.ts";
import type { GitRepository } from "./git/git-repository.ts";
import type { Repository, Role, User } from "./model.ts";
import { paginate } from "./pagination.ts";
import type { Paged, PageSize } from "./pagination.ts";
import type { Store } from "./store.ts";
import { Urls } from "./urls.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; set before any handler runs. */
    caller: Caller;
  }
}

/** The methods of the REST API. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const Params = z.record(z.string(), z.string());
const Query = z.record(z.string(), z.union([z.string(), z.array(z.string()).transform((all) => all.at(-1) ?? "")]));

/** One request to the REST API, as handlers see it. */
export class Call {
  readonly store: Store;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly urls: Urls;
  readonly #params: Readonly<Record<string, string>>;
  readonly #query: Readonly<Record<string, string>>;

  constructor(store: Store, prefix: "" | "/api/v3", request: FastifyRequest, reply: FastifyReply) {
    this.store = store;
    this.request = request;
    this.reply = reply;
    this.caller = request.caller;
    this.urls = new Urls(`${request.protocol}://${request.host}`, prefix);
    this.#params = Params.parse(request.params);
    this.#query = Query.parse(request.query);
  }

  /** A part of the path, decoded; `*` is the rest of it. */
  param(name: string): string {
    return this.#params[name] ?? "";
  }

  /** A number in the path; what is none names nothing. */
  id(name: string): number {
    const text = this.param(name);
    if (!/^\d{1,15}$/u.test(text)) throw notFound();
    return Number(text);
  }

  /** A part of the query; empty counts as missing. */
  query(name: string): string | undefined {
    return this.#query[name] === "" ? undefined : this.#query[name];
  }

  /**
   * The body. Keys that the schema does not have are ignored, as GitHub does.
   * @throws GitHubError 400 when it is no object, 422 when it does not fit
   */
  body<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    if (Array.isArray(this.request.body)) throw new GitHubError(400, "Body should be a JSON object");
    return this.bodyOrList(schema);
  }

  /** The same for the few bodies that can be lists. */
  bodyOrList<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const body = this.request.body ?? {};
    if (typeof body !== "object") throw new GitHubError(400, "Body should be a JSON object");
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw invalidRequest(parsed.error);
    return parsed.data;
  }

  /** @throws GitHubError 401 */
  user(): User {
    return userOf(this.caller);
  }

  /** The page that is asked for. */
  page<Item>(all: readonly Item[], size?: PageSize): Paged<Item> {
    return paginate(this.request, this.reply, all, size);
  }

  /** Sets the status of the answer, and returns its body. */
  status<Body>(code: number, body: Body): Body {
    void this.reply.code(code);
    return body;
  }

  created<Body>(body: Body): Body {
    return this.status(201, body);
  }

  /** For an answer without a body. */
  noContent(): null {
    return this.status(204, null);
  }
}

/** A request about a repository that its caller may see. */
export class RepositoryCall extends Call {
  readonly repository: Repository;
  readonly git: GitRepository;

  constructor(
    store: Store,
    prefix: "" | "/api/v3",
    request: FastifyRequest,
    reply: FastifyReply,
    repository: Repository,
  ) {
    super(store, prefix, request, reply);
    this.repository = repository;
    this.git = store.git(repository);
  }

  /** Writes the repository's document. */
  save(): void {
    this.store.save(this.repository);
  }

  /** Whether the caller has a role on the repository. */
  has(role: Role): boolean {
    return includesRole(callerRole(this.store, this.caller, this.repository), role);
  }

  /** `…/repos/OWNER/NAME` as the caller addresses it. */
  get url(): string {
    return this.urls.repository(this.store, this.repository);
  }

  /** `OWNER/NAME` in its own letter case. */
  get fullName(): string {
    return `${this.store.loginOf(this.repository.ownerId)}/${this.repository.name}`;
  }
}

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
