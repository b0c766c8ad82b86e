import { list, map, text } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** A refusal by the API server: its `Status` object. The message is the server's own. */
export class ApiError extends Error {
  readonly code: number;
  /** Kubernetes' one-word reason: `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid`... */
  readonly reason: string;
  readonly details: KubernetesObject;

  constructor(code: number, status: KubernetesObject, request: string) {
    super(text(status, "message") || genericMessage(code, request));
    this.code = code;
    this.reason = text(status, "kind") === "Status" ? text(status, "reason") : (reasons.get(code) ?? "");
    this.details = map(status, "details");
  }
}

const reasons = new Map([
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [409, "Conflict"],
  [422, "Invalid"],
]);

/** What Kubernetes' Go client says when the answer is no `Status`. */
function genericMessage(code: number, request: string): string {
  if (code === 401) return "the server has asked for the client to provide credentials";
  if (code === 403) return "the server does not allow access to the requested resource";
  if (code === 404) return "the server could not find the requested resource";
  if (code === 429) return "the server has received too many requests and has asked us to try again later";
  return `an error on the server (HTTP ${String(code)}) has prevented the request from succeeding (${request})`;
}

/** The API server has no such kind. Text of Kubernetes' Go client (`k8s.io/apimachinery/pkg/api/meta`, NoKindMatchError). */
export class NoSuchKind extends Error {
  constructor(kind: string, apiVersion: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

const hasReason = (error: unknown, reason: string) => error instanceof ApiError && error.reason === reason;

export const isNotFound = (error: unknown) =>
  hasReason(error, "NotFound") || (error instanceof ApiError && error.code === 404);
export const isForbidden = (error: unknown) => hasReason(error, "Forbidden");
export const isAlreadyExists = (error: unknown) => hasReason(error, "AlreadyExists");
export const isConflict = (error: unknown) => hasReason(error, "Conflict");
export const isGone = (error: unknown) => hasReason(error, "Expired") || hasReason(error, "Gone");

/** Whether an object could not be made because its namespace is not there (yet). */
export const isNamespaceMissing = (error: unknown) =>
  error instanceof ApiError && error.reason === "NotFound" && text(error.details, "kind") === "namespaces";

/** Whether a field was refused because it can't be changed. */
export const isImmutableField = (error: unknown) =>
  hasReason(error, "Invalid") && error instanceof Error && error.message.includes("field is immutable");

/** The reasons inside a refusal, one text each. */
export const causes = (error: ApiError) => list(error.details, "causes").map((cause) => text(cause, "message"));

/** A request that got no answer, said as Kubernetes' Go client says it. */
export function connectionError(method: string, url: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const verb = method.slice(0, 1) + method.slice(1).toLowerCase();
  const host = new URL(url).host;
  const reason =
    code === "ECONNREFUSED"
      ? `dial tcp ${host}: connect: connection refused`
      : code === "ENOTFOUND"
        ? `dial tcp: lookup ${new URL(url).hostname}: no such host`
        : code === "ETIMEDOUT"
          ? `dial tcp ${host}: i/o timeout`
          : message;
  return new Error(`${verb} "${url}": ${reason}`, { cause: error });
}
