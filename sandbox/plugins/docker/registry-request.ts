import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

/** A registry's answer. */
export interface RegistryAnswer {
  readonly status: number;
  /** Number and words, like `404 Not Found`. */
  readonly statusText: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A request to a registry. */
export interface RegistryRequest {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Takes any certificate. */
  readonly insecure: boolean;
}

/** As many as Go's HTTP client follows. */
const redirectLimit = 10;

/**
 * Sends a request and follows redirects; credentials stay with the host that they are for.
 * @throws Error when there is no answer
 */
export async function ask(request: RegistryRequest, redirects = 0): Promise<RegistryAnswer> {
  const response = await open(request);
  const status = response.statusCode ?? 0;
  const body = await text(response);
  const { location } = response.headers;
  if (location !== undefined && [301, 302, 303, 307, 308].includes(status)) {
    if (redirects >= redirectLimit) throw new Error(`stopped after ${String(redirectLimit)} redirects`);
    const target = new URL(location, request.url);
    const sameHost = target.host === new URL(request.url).host;
    const headers = Object.entries(request.headers).filter(([name]) => sameHost || name !== "Authorization");
    return ask({ ...request, url: target.href, headers: Object.fromEntries(headers) }, redirects + 1);
  }
  const words = response.statusMessage ?? http.STATUS_CODES[status] ?? "";
  return { status, statusText: `${String(status)} ${words}`.trim(), headers: response.headers, body };
}

function open({ method, url, headers, insecure }: RegistryRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = url.startsWith("https:")
      ? https.request(url, { method, headers, rejectUnauthorized: !insecure }, resolve)
      : http.request(url, { method, headers }, resolve);
    sent.once("error", (error) => {
      reject(new Error(describe(method, url, error), { cause: error }));
    });
    sent.end();
  });
}

function describe(method: string, url: string, error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  const { host, hostname } = new URL(url);
  const verb = method.slice(0, 1) + method.slice(1).toLowerCase();
  if (code === "ECONNREFUSED") return `${verb} "${url}": dial tcp ${host}: connect: connection refused`;
  if (code === "ENOTFOUND") return `${verb} "${url}": dial tcp: lookup ${hostname}: no such host`;
  if (code === "EPROTO" && error.message.includes("wrong version number"))
    return `${verb} "${url}": http: server gave HTTP response to HTTPS client`;
  return `${verb} "${url}": ${error.message || code}`;
}
