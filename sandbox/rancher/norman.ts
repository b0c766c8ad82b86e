import { ApiException } from "@kubernetes/client-node";
import * as z from "zod";

/** Rancher's words for what is wrong (rancher/norman, `httperror`) and, beside them, Kubernetes' reasons as Rancher hands them on. */
export type ErrorCode =
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "MethodNotAllowed"
  | "InvalidBodyContent"
  | "InvalidFormat"
  | "InvalidReference"
  | "MissingRequired"
  | "MaxLimitExceeded"
  | "ClusterUnavailable"
  | "ServerError";

/** An answer of `/v3` that is not a success. */
export class NormanError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fieldName: string | undefined;

  constructor(status: number, code: ErrorCode | (string & {}), message: string, fieldName?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.fieldName = fieldName;
  }

  /** The body as Rancher writes it. */
  toJSON() {
    return {
      type: "error",
      baseType: "error",
      status: this.status,
      code: this.code,
      message: this.message,
      ...(this.fieldName === undefined ? {} : { fieldName: this.fieldName }),
    };
  }
}

/** There is no such thing, or it is being deleted. */
export const notFound = (what: string) => new NormanError(404, "NotFound", `${what} not found`);

const KubernetesStatus = z.object({ code: z.int(), reason: z.string().default("ServerError"), message: z.string() });

/** What the API server said, if that is what the error is. */
export function kubernetesStatus(error: unknown): z.infer<typeof KubernetesStatus> | undefined {
  if (!(error instanceof ApiException)) return undefined;
  const body: unknown = error.body;
  const parsed = KubernetesStatus.safeParse(typeof body === "string" ? parseJson(body) : body);
  return parsed.success
    ? parsed.data
    : { code: error.code, reason: "ServerError", message: `the API server answered ${String(error.code)}` };
}

/** Whether the API server said that there is no such object. */
export const isNotFound = (error: unknown) => kubernetesStatus(error)?.code === 404;

/** Turns anything thrown into the answer that Rancher would give. The text of an unknown error stays in the log. */
export function toNormanError(error: unknown): NormanError {
  if (error instanceof NormanError) return error;
  const status = kubernetesStatus(error);
  if (status !== undefined) return new NormanError(status.code, status.reason, status.message);
  if (isUnreachable(error))
    return new NormanError(503, "ClusterUnavailable", "the cluster's API server does not answer");
  return new NormanError(500, "ServerError", "the Rancher front failed; its log says how");
}

/** Parses what a client sent. @throws NormanError InvalidBodyContent that names the first wrong field */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {}, { reportInput: false });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new NormanError(422, "InvalidBodyContent", `${field}: ${issue?.message ?? "not valid"}`, field);
}

/** Whether an error is that of a connection which could not be made or broke. */
export function isUnreachable(error: unknown): boolean {
  const codes = new Set([
    "ECONNREFUSED",
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "UND_ERR_SOCKET",
    "UND_ERR_CONNECT_TIMEOUT",
  ]);
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string" && codes.has(at.code)) return true;
  return false;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One object of `/v3`, without what depends on who asks: links and actions. */
export interface NormanObject {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Gives an object its absolute links and actions. `self` is its address. */
export const withLinks = (
  object: NormanObject,
  self: string,
  actions: readonly string[] = [],
  links: Readonly<Record<string, string>> = {},
) => ({
  ...object,
  baseType: object.type,
  links: { self, update: self, remove: self, ...links },
  actions: Object.fromEntries(actions.map((action) => [action, `${self}?action=${action}`])),
});

/** The query parameters of a list that are not filters. */
const paging = new Set(["limit", "marker", "sort", "order", "reverse", "all"]);

/** Keeps the objects whose fields have the values that the query asks for; parameters that are not fields are ignored, as Rancher does. */
export const filtered = (objects: readonly NormanObject[], query: Readonly<Record<string, unknown>>) =>
  objects.filter((object) =>
    Object.entries(query).every(([key, value]) => paging.has(key) || !(key in object) || object[key] === value),
  );
