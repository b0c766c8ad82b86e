import { Agent as HttpAgent, ServerResponse } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";

import { createProxyServer } from "httpxy";

import type { ApiServer } from "./api-server.ts";
import { identify } from "./auth.ts";
import type { Identity } from "./auth.ts";
import type { Config } from "./config.ts";
import { answerSocket, tunnel } from "./tunnel.ts";

/** Where a request for a cluster goes. */
export interface ClusterPath {
  readonly cluster: string;
  /** The path and query for the API server. */
  readonly path: string;
}

/** Takes `/k8s/clusters/ID/…` apart; undefined for any other address. */
export function clusterPath(url: string): ClusterPath | undefined {
  const [, cluster, path = ""] = /^\/k8s\/clusters\/([^/?]+)(.*)$/u.exec(url) ?? [];
  return cluster === undefined ? undefined : { cluster, path: path.startsWith("/") ? path : `/${path}` };
}

/** An answer as the API server words its refusals, so that kubectl and client libraries understand it. */
export const kubernetesStatus = (code: number, reason: string, message: string) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  code,
});

/** A request's headers as the identity's own: what the client says of who it is goes, the impersonation comes. */
export const impersonated = (headers: IncomingHttpHeaders, identity: Identity): IncomingHttpHeaders => ({
  ...Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(authorization|cookie|impersonate-.*)$/iu.test(name)),
  ),
  "impersonate-user": identity.user,
  "impersonate-group": [...identity.groups],
});

/** What is wrong with a request before it reaches the API server. */
interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** The cluster proxy: `/k8s/clusters/ID` as the API server, for whoever has a token, with that token's rights. */
export class ClusterProxy {
  readonly #config: Config;
  readonly #target: URL;
  readonly #tls;
  readonly #agent;
  readonly #proxy;

  constructor(config: Config, server: Pick<ApiServer, "url" | "tls">) {
    this.#config = config;
    this.#target = server.url;
    this.#tls = server.tls();
    // A free connection is closed before the API server, which waits 90 s, would do so: no request is sent on a closing one.
    const pool = { keepAlive: true, timeout: 60_000 };
    this.#agent = server.url.protocol === "https:" ? new HttpsAgent({ ...pool, ...this.#tls }) : new HttpAgent(pool);
    this.#proxy = createProxyServer({ target: server.url.href, agent: this.#agent, changeOrigin: true });
    this.#proxy.on("error", (_error, _request, response) => {
      if (response instanceof ServerResponse && !response.headersSent) refuse(response, this.#unreachable);
      else response?.destroy();
    });
  }

  /** Handles a request whose address `clusterPath` understands. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const refusal = this.#prepare(request);
    if (refusal !== undefined) refuse(response, refusal);
    else void this.#proxy.web(request, response).catch(() => response.destroy());
  }

  /** The same for a request that wants another protocol: exec, attach, port-forward. Returns the status when the connection has ended. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<number> {
    const refusal = this.#prepare(request);
    if (refusal !== undefined) return refuseSocket(socket, refusal);
    try {
      return await tunnel(request, socket, head, this.#target, this.#tls);
    } catch {
      return refuseSocket(socket, this.#unreachable);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  get #unreachable(): Refusal {
    return {
      code: 503,
      reason: "ServiceUnavailable",
      message: `cluster ${this.#config.cluster.id}: the API server does not answer`,
    };
  }

  #prepare(request: IncomingMessage): Refusal | undefined {
    const identity = identify(this.#config.tokens, request.headers.authorization);
    if (identity === undefined) return { code: 401, reason: "Unauthorized", message: "Unauthorized" };
    const to = clusterPath(request.url ?? "");
    if (to?.cluster !== this.#config.cluster.id)
      return { code: 404, reason: "NotFound", message: `cluster ${to?.cluster ?? ""} not found` };
    request.headers = impersonated(request.headers, identity);
    request.url = to.path;
    return undefined;
  }
}

const json = { "content-type": "application/json" };
const bodyOf = ({ code, reason, message }: Refusal) => JSON.stringify(kubernetesStatus(code, reason, message));

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.code, json).end(bodyOf(refusal));
}

function refuseSocket(socket: Duplex, refusal: Refusal): number {
  answerSocket(socket, refusal.code, json, bodyOf(refusal));
  return refusal.code;
}
