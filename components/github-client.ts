import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import * as z from "zod";

import { apiUrl, appToken, webUrl } from "./github-access.ts";
import type { GitHubAccess } from "./github-access.ts";
import { GitHubFailure, Headers, explainFailure, requestTimeout, strangeAnswer } from "./github-failure.ts";

/** An answer of the REST API. */
export interface RestAnswer {
  readonly body: unknown;
  readonly headers: Headers;
}

const GraphqlErrors = z.array(
  z.looseObject({
    message: z.string(),
    type: z.string().optional(),
    path: z.array(z.union([z.string(), z.number()])).optional(),
  }),
);

/** An answer of the GraphQL API: what could be found, and what could not. */
export interface GraphqlAnswer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: z.infer<typeof GraphqlErrors>;
}

/** The answer to "Create an installation access token for an app". */
const InstallationToken = z.looseObject({
  token: z.string(),
  permissions: z.record(z.string(), z.string()).optional(),
});

const FailedGraphql = z.looseObject({
  name: z.literal("GraphqlResponseError"),
  errors: GraphqlErrors,
  data: z.record(z.string(), z.unknown()).nullish(),
});

/** Asks GitHub. A request that GitHub's own trouble (5xx) or the network ended is repeated twice. */
export class GitHubClient {
  /** What an App's installation may do; undefined of any other credential. */
  readonly permissions: Readonly<Record<string, string>> | undefined;
  readonly #octokit: Octokit;
  readonly #name: string;
  readonly #refused: string;

  /** @throws GitHubFailure when GitHub gives an App no token */
  static async open(access: GitHubAccess): Promise<GitHubClient> {
    const { credential } = access;
    if (credential.kind === "token")
      return new GitHubClient(
        access,
        credential.token,
        "the token (401): it is wrong, expired or revoked; set a new one: pulumi config set --secret githubToken",
      );
    const refused = `the App ${credential.id} (401): check drover:githubApp, its id, installationId and privateKey`;
    const app = new GitHubClient(access, appToken(credential), refused);
    const { body } = await app.rest("POST /app/installations/{installation_id}/access_tokens", {
      installation_id: credential.installationId,
    });
    const answer = InstallationToken.safeParse(body);
    if (!answer.success) throw app.strange();
    return new GitHubClient(access, answer.data.token, refused, answer.data.permissions);
  }

  private constructor(
    access: GitHubAccess,
    token: string,
    refused: string,
    permissions?: Readonly<Record<string, string>>,
  ) {
    this.permissions = permissions;
    this.#name = `GitHub at ${webUrl(access)}`;
    this.#refused = refused;
    const quiet = () => undefined;
    this.#octokit = new (Octokit.plugin(retry))({
      auth: token,
      baseUrl: apiUrl(access),
      userAgent: "drover",
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      retry: { retries: 2, retryAfterBaseValue: 300, doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451] },
    });
  }

  /**
   * One request to the REST API.
   *
   * @param route such as `GET /orgs/{org}`
   * @throws GitHubFailure
   */
  async rest(route: string, parameters: Readonly<Record<string, unknown>>): Promise<RestAnswer> {
    try {
      const answer = await this.#octokit.request(route, { ...parameters, request: limits() });
      return { body: answer.data as unknown, headers: Headers.parse(answer.headers) };
    } catch (error) {
      throw this.#explained(error, route);
    }
  }

  /** All pages of a list of the REST API. `member` names the list where it is inside of an object. */
  async list(route: string, parameters: Readonly<Record<string, unknown>>, member?: string): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let page = 1; ; page++) {
      const { body, headers } = await this.rest(route, { ...parameters, per_page: 100, page });
      const items = z
        .array(z.unknown())
        .safeParse(member === undefined ? body : z.record(z.string(), z.unknown()).catch({}).parse(body)[member]);
      if (!items.success) throw this.strange();
      all.push(...items.data);
      if (!/rel="next"/.test(headers["link"] ?? "")) return all;
    }
  }

  /**
   * One query of the GraphQL API. Objects that do not exist are errors in the answer, not failures.
   *
   * @throws GitHubFailure
   */
  async graphql(query: string): Promise<GraphqlAnswer> {
    try {
      const data = z
        .record(z.string(), z.unknown())
        .safeParse(await this.#octokit.graphql(query, { request: limits() }));
      if (!data.success) throw this.strange();
      return { data: data.data, errors: [] };
    } catch (error) {
      const failed = FailedGraphql.safeParse(error);
      if (!failed.success) throw this.#explained(error, "POST /graphql");
      const { data, errors } = failed.data;
      const limited = errors.find(({ type = "" }) => type.startsWith("RATE_LIMIT"));
      if (limited === undefined) return { data: data ?? {}, errors };
      throw new GitHubFailure(
        `${this.#name} lets this token ask no more for now: ${limited.message}; nothing was changed`,
        403,
        true,
      );
    }
  }

  /** What to say of an answer that is none of GitHub's. */
  strange(): GitHubFailure {
    return strangeAnswer(this.#name);
  }

  #explained(error: unknown, route: string): GitHubFailure {
    return error instanceof GitHubFailure
      ? error
      : explainFailure(error, { name: this.#name, route, credential: this.#refused });
  }
}

const limits = () => ({ signal: AbortSignal.timeout(requestTimeout) });
