/**
 * Where GitHub itself is known to differ from its description; nothing is here to excuse the stand-in. What the description
 * gets wrong in general is in `toJsonSchema`.
 *
 * Statuses that GitHub documents once, for all of its operations, and leaves out of the description of most.
 * Their bodies are errors: an object with `message`.
 */
export const commonStatuses: ReadonlyMap<number, string> = new Map([
  [301, "a repository was renamed (REST best practices, “Follow redirects”)"],
  [304, "a conditional request (REST best practices, “Use conditional requests”)"],
  [307, "a repository was renamed, for other methods than GET (as 301)"],
  [400, "the body is not JSON (Troubleshooting the REST API, “400 Bad Request”)"],
  [401, "the token is bad (Authenticating to the REST API)"],
  [403, "the token may not, or a rate limit was exceeded (Troubleshooting the REST API, “Insufficient permissions”)"],
  [404, "not there, or not to be seen with this token (Troubleshooting the REST API, “404 Not Found”)"],
  [410, "the feature is switched off, as issues can be (Troubleshooting the REST API)"],
  [422, "a value is not valid (Troubleshooting the REST API, “Validation Failed”)"],
  [429, "a rate limit was exceeded (Rate limits for the REST API)"],
]);

/** A status that GitHub answers on some operations and describes for none of them. */
export interface UndescribedStatus {
  /** Ids of the operations. */
  readonly operations: RegExp;
  readonly status: number;
  readonly reason: string;
}

/** Statuses of single operations. Their bodies are errors. */
export const undescribedStatuses: readonly UndescribedStatus[] = [
  {
    operations: /^actions\/create-(?:repo|org|environment)-variable$/u,
    status: 409,
    reason: "“Already exists - Variable already exists”, by which clients know a variable that is there",
  },
];

/** Whether GitHub answers a status although it does not describe it. */
export const isKnownStatus = (operation: string, status: number): boolean =>
  commonStatuses.has(status) ||
  undescribedStatuses.some((one) => one.status === status && one.operations.test(operation));

/**
 * The forms of a 422's body. GitHub describes one of them for an operation, and answers in the other where it has only
 * texts to say, as “Name must be unique” of a ruleset.
 */
export const invalidForms = ["validation-error", "validation-error-simple"] as const;
