import { request } from "node:https";

import type { Pair } from "./certificates.ts";

/** A server on this machine and who asks it. */
export interface Endpoint {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** PEM of the authority that the server's certificate must come from. */
  readonly authority: string;
  /** PEM of the client's certificate and key; anonymous without. */
  readonly credentials?: Pair;
}

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks one question over TLS and reads the answer. Node's `fetch` takes no certificate authority, and loading the Kubernetes client for a few
 * questions would cost more than they do.
 * @throws Error when there is no answer within five seconds
 */
export function ask(
  endpoint: Endpoint,
  route: string,
  options: { readonly method?: string; readonly type?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const host = endpoint.host ?? "127.0.0.1";
  const outgoing = request(
    {
      host,
      port: endpoint.port,
      path: route,
      method: options.method ?? "GET",
      ca: endpoint.authority,
      cert: endpoint.credentials?.certificate,
      key: endpoint.credentials?.key,
      agent: false,
      signal: AbortSignal.timeout(5000),
      headers: options.body === undefined ? {} : { "content-type": options.type ?? "application/json" },
    },
    (incoming) => {
      let body = "";
      incoming
        .setEncoding("utf8")
        .on("data", (chunk: string) => (body += chunk))
        .on("end", () => {
          resolve({ status: incoming.statusCode ?? 0, body });
        })
        .on("error", reject);
    },
  );
  outgoing.on("error", (error) => {
    reject(new Error(`no answer from https://${host}:${String(endpoint.port)}${route}: ${error.message}`));
  });
  outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  return promise;
}

/** Whether a server says at a path that it is well. */
export const isWell = async (endpoint: Endpoint, route: string) => (await ask(endpoint, route)).status === 200;
