import type * as z from "zod";

/** One entry of `errors` in a 422. */
export type ErrorDetail =
  | string
  | {
      readonly resource: string;
      readonly code: "missing" | "missing_field" | "invalid" | "already_exists" | "unprocessable" | "custom";
      readonly field?: string;
      readonly message?: string;
      readonly value?: unknown;
    };

const documentation = "https://docs.github.com/rest";

/** An answer that is an error, in GitHub's form. */
export class GitHubError extends Error {
  readonly status: number;
  readonly errors: readonly ErrorDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly documentationUrl: string;

  constructor(
    status: number,
    message: string,
    more: {
      errors?: readonly ErrorDetail[];
      headers?: Readonly<Record<string, string>>;
      documentationUrl?: string;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
    this.documentationUrl = more.documentationUrl ?? documentation;
  }

  /** The body of the answer. */
  toJSON(): object {
    const { message, errors, documentationUrl, status } = this;
    return {
      message,
      ...(errors === undefined ? {} : { errors }),
      documentation_url: documentationUrl,
      status: String(status),
    };
  }
}

/** What is not there, and what the caller may not see. */
export const notFound = (): GitHubError => new GitHubError(404, "Not Found");

/** A body that is well formed but asks for something that can't be. */
export const validationFailed = (...errors: readonly ErrorDetail[]): GitHubError =>
  new GitHubError(422, "Validation Failed", { errors });

/** A 422 with a message alone. */
export const unprocessable = (message: string, ...errors: readonly ErrorDetail[]): GitHubError =>
  new GitHubError(422, message, errors.length === 0 ? {} : { errors });

/** A write that collides with another. */
export const conflict = (message: string): GitHubError => new GitHubError(409, message);

/** A body of the wrong form, as GitHub words it. Values are not repeated: they can be secret. */
export function invalidRequest(error: z.ZodError): GitHubError {
  const lines = error.issues.flatMap((issue) => {
    const place = issue.path.map(String);
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `"${key}" is not a permitted key.`);
    if (issue.code === "invalid_type" && issue.message.endsWith("received undefined"))
      return [`${place.map((name) => `"${name}"`).join(", ")} wasn't supplied.`];
    return [`Invalid property /${place.join("/")}: ${issue.message}.`];
  });
  return unprocessable(`Invalid request.\n\n${lines.join("\n")}`);
}
