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
