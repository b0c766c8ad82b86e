import * as z from "zod";

const Entries = z.array(z.object({ name: z.string(), path: z.string(), type: z.string() }));
const Compared = z.object({ files: z.array(z.object({ filename: z.string() })).default([]) });
const Variables = z.object({ variables: z.array(z.object({ name: z.string(), value: z.string() })) });
const Check = z.object({ id: z.int() });

/** A check run as it is reported. */
export interface CheckReport {
  readonly status: "queued" | "in_progress" | "waiting" | "completed";
  readonly conclusion?: string;
  readonly output?: { readonly title: string; readonly summary: string };
}

/** The REST API of GitHub as the Actions App uses it for one repository. */
export class RepositoryClient {
  readonly #url: string;
  readonly #token: string;
  readonly #repository: string;

  /** @param repository `owner/name` */
  constructor(server: string, token: string, repository: string) {
    this.#url = `${server}/api/v3`;
    this.#token = token;
    this.#repository = repository;
  }

  /** Texts of the workflow files of a commit, by path; empty where there are none. */
  async workflowFiles(commit: string): Promise<ReadonlyMap<string, string>> {
    const folder = `/repos/${this.#repository}/contents/.github/workflows`;
    const answer = await this.#ask("GET", `${folder}?ref=${commit}`, undefined, [404]);
    if (answer === undefined) return new Map();
    const files = Entries.parse(await answer.json()).filter(
      ({ name, type }) => type === "file" && /\.ya?ml$/u.test(name),
    );
    return new Map(
      await Promise.all(
        files.map(async ({ path }) => [path, (await this.file(this.#repository, path, commit)) ?? ""] as const),
      ),
    );
  }

  /** The text of a file of any repository; undefined where there is no such file or commit. */
  async file(repository: string, path: string, commit: string): Promise<string | undefined> {
    const answer = await this.#ask(
      "GET",
      `/repos/${repository}/contents/${path}?ref=${commit}`,
      undefined,
      [404, 422],
      {
        Accept: "application/vnd.github.raw+json",
      },
    );
    return answer?.text();
  }

  /** Paths that differ between the merge base of two commits and the second. */
  async changedPaths(base: string, head: string): Promise<string[]> {
    const answer = await this.#ask("GET", `/repos/${this.#repository}/compare/${base}...${head}?per_page=100`);
    return Compared.parse(await answer?.json()).files.map(({ filename }) => filename);
  }

  /** Variables of the repository, or of one of its environments: none where there is no such environment. */
  async variables(environment?: string): Promise<Record<string, string>> {
    const owner = environment === undefined ? "actions" : `environments/${encodeURIComponent(environment)}`;
    const answer = await this.#ask(
      "GET",
      `/repos/${this.#repository}/${owner}/variables?per_page=30`,
      undefined,
      [404],
    );
    if (answer === undefined) return {};
    return Object.fromEntries(Variables.parse(await answer.json()).variables.map(({ name, value }) => [name, value]));
  }

  /** Reports a new check run; returns its id. */
  async createCheck(name: string, commit: string, run: number, report: CheckReport): Promise<number> {
    const body = { name, head_sha: commit, external_id: String(run), ...report };
    const answer = await this.#ask("POST", `/repos/${this.#repository}/check-runs`, body);
    return Check.parse(await answer?.json()).id;
  }

  /** Reports how a check run goes on. */
  async updateCheck(id: number, report: CheckReport): Promise<void> {
    await this.#ask("PATCH", `/repos/${this.#repository}/check-runs/${String(id)}`, report);
  }

  /** @returns undefined for one of the statuses that are no failure */
  async #ask(
    method: string,
    route: string,
    body?: unknown,
    absent: readonly number[] = [],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response | undefined> {
    const response = await fetch(`${this.#url}${route}`, {
      method,
      headers: { Authorization: `Bearer ${this.#token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (absent.includes(response.status)) return undefined;
    if (!response.ok)
      throw new Error(`GitHub answers ${String(response.status)} to ${method} ${route}: ${await response.text()}`);
    return response;
  }
}
