import * as z from "zod";

import { reasonOf } from "./registry-client.ts";

/** Time for one request with its repetitions, in milliseconds. */
export const requestTimeout = 20_000;

/** GitHub did not do what was asked of it; the message says what it said, and what to do. */
export class GitHubFailure extends Error {
  /** The answer's status; undefined where there was none. */
  readonly status: number | undefined;
  /** Whether GitHub only asks to wait. */
  readonly limited: boolean;

  constructor(message: string, status?: number, limited = false) {
    super(message);
    this.status = status;
    this.limited = limited;
  }

  /** The message without its last word to an update that has not begun: that nothing was changed. */
  get reason(): string {
    return this.message.replace(/; nothing was changed.*$/, "");
  }
}

/** Header to value, in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** Headers as a library has them, those alone that are text or numbers. */
export const Headers = z
  .record(z.string(), z.unknown())
  .transform((all): Headers =>
    Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) =>
        typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [],
      ),
    ),
  );

/** An error of Octokit's; without a response nobody answered. */
const Failed = z.looseObject({
  status: z.number(),
  response: z
    .looseObject({ headers: Headers, data: z.looseObject({ message: z.string() }).optional().catch(undefined) })
    .optional(),
});

/** Who asked, and whom. */
export interface Asked {
  /** GitHub, and where it is, as a message begins. */
  readonly name: string;
  /** The route. */
  readonly route: string;
  /** What to do about a credential that is refused. */
  readonly credential: string;
}

/** Puts into words why GitHub did not do something. */
export function explainFailure(error: unknown, { name, route, credential }: Asked): GitHubFailure {
  const failed = Failed.safeParse(error);
  if (!failed.success || failed.data.response === undefined)
    return new GitHubFailure(`${name} can't be reached: ${reasonOf(error, requestTimeout)}; nothing was changed`);
  const { status, response } = failed.data;
  const { headers } = response;
  const words = response.data === undefined ? "" : `: ${response.data.message}`;
  const wait = status === 403 || status === 429 ? waitOf(headers) : undefined;
  // GitHub says of itself what it does not find; something else has a page for that.
  if (status === 404 && response.data === undefined) return strangeAnswer(name);
  if (status === 401) return new GitHubFailure(`${name} refuses ${credential}`, status);
  if (wait !== undefined)
    return new GitHubFailure(
      `${name} lets this token ask no more for now (${String(status)}): ${wait}; nothing was changed`,
      status,
      true,
    );
  if (status === 403)
    return new GitHubFailure(
      `${name} does not allow ${route} (403)${words}${neededOf(headers)}; nothing was changed`,
      status,
    );
  const what =
    status >= 500
      ? `is in trouble (${String(status)})${words}; nothing was changed, try again when it is well`
      : `answers ${String(status)} to ${route}${words}; nothing was changed`;
  return new GitHubFailure(`${name} ${what}`, status);
}

/** What to say of an answer that is none of GitHub's. */
export const strangeAnswer = (name: string): GitHubFailure =>
  new GitHubFailure(`${name} answers, but not as GitHub does: is drover:github.url right?`);

/** What a refused token would need, where GitHub says so. */
function neededOf(headers: Headers): string {
  const permissions = headers["x-accepted-github-permissions"] ?? "";
  const scopes = headers["x-accepted-oauth-scopes"] ?? "";
  if (permissions !== "") return `; it needs the permission ${permissions}`;
  return scopes === "" ? "" : `; it needs one of the scopes ${scopes}`;
}

/** How long GitHub asks to wait, in words; undefined where the answer is about something else than its limits. */
function waitOf(headers: Headers): string | undefined {
  const { "retry-after": seconds, "x-ratelimit-remaining": remaining, "x-ratelimit-limit": limit = "" } = headers;
  if (seconds !== undefined) return `it asks to wait ${seconds} s`;
  return remaining === "0" ? `the ${limit} requests of its limit are used up${until(headers)}` : undefined;
}

function until(headers: Headers): string {
  const reset = new Date(Number(headers["x-ratelimit-reset"]) * 1000);
  return Number.isNaN(reset.getTime()) ? "" : ` until ${reset.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
