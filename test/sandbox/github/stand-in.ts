import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { FastifyInstance } from "fastify";

import { digestOf } from "../../../sandbox/github/caller.ts";
import { App, Organization, Team, Token, User } from "../../../sandbox/github/model.ts";
import type { Permissions, Repository } from "../../../sandbox/github/model.ts";
import { createRepository } from "../../../sandbox/github/new-repository.ts";
import type { NewRepository } from "../../../sandbox/github/new-repository.ts";
import { newScope } from "../../../sandbox/github/sealed-boxes.ts";
import { createGitHub } from "../../../sandbox/github/server.ts";
import type { GitHubOptions } from "../../../sandbox/github/server.ts";
import { Store } from "../../../sandbox/github/store.ts";

/** Text that is long enough to be a token's; only good here. */
export const tokenOf = (name: string) => `token-of-${name}`;

const at = "2026-01-01T00:00:00Z";

/** A stand-in for GitHub with one organization, `kbase`, on a port of its own. Nothing survives `close`. */
export class StandIn {
  readonly store: Store;
  readonly organization: Organization;
  readonly app: FastifyInstance;
  readonly #folder: string;
  origin = "";

  constructor(options: Partial<GitHubOptions> = {}) {
    this.#folder = mkdtempSync(path.join(tmpdir(), "drover-github-"));
    this.store = new Store(this.#folder);
    this.store.clock.set(at, true);
    const { accounts } = this.store;
    this.organization = Organization.parse({
      ...this.#basics(),
      login: "kbase",
      name: "KBase",
      actions: newScope(this.store.nextId()),
      dependabot: newScope(this.store.nextId()),
    });
    accounts.organizations.push(this.organization);
    this.store.saveAccounts();
    this.app = createGitHub({ described: true, ...options, store: this.store });
  }

  static async start(options: Partial<GitHubOptions> = {}): Promise<StandIn> {
    const standIn = new StandIn(options);
    standIn.user("olga", "admin");
    await standIn.app.listen({ host: "127.0.0.1", port: 0 });
    standIn.origin = standIn.app.listeningOrigin;
    standIn.store.origin = standIn.origin;
    return standIn;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #basics() {
    return { id: this.store.nextId(), createdAt: at, updatedAt: at };
  }

  /** A user with a token of all scopes; of the organization, unless `role` is null. */
  user(login: string, role: "admin" | "member" | null = "member", scopes: string[] = allScopes): User {
    const user = User.parse({ ...this.#basics(), login });
    this.store.accounts.users.push(user);
    if (role !== null) this.organization.members.push({ userId: user.id, role });
    this.token(login, user, { kind: "classic", scopes });
    return user;
  }

  /** Another token. */
  token(name: string, user: User, kind: Partial<Token> & Pick<Token, "kind">): void {
    const { id, createdAt } = this.#basics();
    const token = { id, createdAt, name, digest: digestOf(tokenOf(name)), userId: user.id, ...kind };
    this.store.accounts.tokens.push(Token.parse(token));
    this.store.saveAccounts();
  }

  team(slug: string, ...members: readonly User[]): Team {
    const team = Team.parse({
      ...this.#basics(),
      organizationId: this.organization.id,
      slug,
      name: slug,
      members: members.map(({ id }) => ({ userId: id, role: "member" })),
    });
    this.store.accounts.teams.push(team);
    this.store.saveAccounts();
    return team;
  }

  /** An App, installed with some permissions; its token is `tokenOf(slug)`. */
  installedApp(slug: string, permissions: Permissions): App {
    const bot = User.parse({ ...this.#basics(), login: `${slug}[bot]`, type: "Bot" });
    const app = App.parse({
      ...this.#basics(),
      slug,
      name: slug,
      ownerId: this.organization.id,
      botId: bot.id,
      permissions,
      installations: [{ id: this.store.nextId(), organizationId: this.organization.id }],
    });
    this.store.accounts.users.push(bot);
    this.store.accounts.apps.push(app);
    this.token(slug, bot, { kind: "installation", appId: app.id, permissions });
    return app;
  }

  /** A repository of the organization, made by its owner; public and with one commit on `main`, unless told otherwise. */
  async repository(name: string, more: Partial<NewRepository> = {}): Promise<Repository> {
    const user = this.store.user("olga");
    if (user === undefined) throw new Error("the organization has no owner");
    return createRepository(this.store, {
      name,
      ownerId: this.organization.id,
      visibility: "public",
      branches: { main: { files: { "README.md": `# ${name}\n` }, message: "First" } },
      actor: { user, workflows: true },
      ...more,
    });
  }

  /** Asks the REST API, or anything else; the body is JSON where there is one. */
  async ask(
    request: string,
    { as = "olga", body, headers = {} }: { as?: string | null; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; headers: Headers; body: unknown }> {
    const [method = "GET", url = "/"] = request.split(" ");
    const response = await fetch(`${this.origin}${url}`, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${tokenOf(as)}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/u.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  /** Asks the GraphQL API. */
  async query(query: string, variables: object = {}, as = "olga"): Promise<GraphqlAnswer> {
    const { body } = await this.ask("POST /api/graphql", { as, body: { query, variables } });
    return body as GraphqlAnswer;
  }
}

/** An answer of the GraphQL API. */
export interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly type?: string; readonly path?: readonly unknown[] }[];
}

const allScopes = [
  "repo",
  "workflow",
  "admin:org",
  "admin:org_hook",
  "admin:repo_hook",
  "write:packages",
  "delete:packages",
  "delete_repo",
];
