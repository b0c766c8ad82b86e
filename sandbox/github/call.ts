import type { FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

import { callerRole, includesRole } from "./access.ts";
import { userOf } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { GitHubError, invalidRequest, notFound } from "./errors.ts";
import type { GitRepository } from "./git/git-repository.ts";
import type { Repository, Role, User } from "./model.ts";
import { paginate } from "./pagination.ts";
import type { Paged, PageSize } from "./pagination.ts";
import type { Store } from "./store.ts";
import { Urls } from "./urls.ts";

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
