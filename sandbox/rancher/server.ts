import { createServer } from "node:https";
import type { ServerOptions } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import fastify from "fastify";
import type { FastifyInstance } from "fastify";

import type { Front } from "./front.ts";
import { clusterPath } from "./proxy.ts";
import type { ClusterProxy } from "./proxy.ts";
import { routes } from "./routes.ts";
import { answerSocket } from "./tunnel.ts";

/** Writes one line about a request that has ended. */
export type Log = (line: string) => void;

/** The line: method, path without query, status, milliseconds. Headers, bodies and queries can hold secrets and never show. */
export const logLine = (method: string, url: string, status: number, milliseconds: number) =>
  `${method} ${url.replace(/\?.*/su, "")} ${String(status)} ${milliseconds.toFixed(0)} ms`;

/**
 * Builds the HTTP server. Requests for a cluster go to the proxy untouched, before any parsing; the rest is fastify's.
 * Closing it ends all connections, watches and tunnels too.
 */
export function buildServer(
  front: Front,
  proxy: ClusterProxy,
  log: Log,
  tls: Pick<ServerOptions, "cert" | "key">,
): FastifyInstance {
  const tunnels = new Set<Duplex>();
  const app = fastify({
    forceCloseConnections: true,
    serverFactory: (handle) => {
      const server = createServer(tls, (request, response) => {
        observe(request, response, log);
        if (clusterPath(request.url ?? "") === undefined) handle(request, response);
        else proxy.handle(request, response);
      });
      // Longer than the 90 s for which Go's clients keep a free connection.
      server.keepAliveTimeout = 120_000;
      server.requestTimeout = 0;
      server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        tunnels.add(socket);
        socket.on("close", () => tunnels.delete(socket));
        const { method = "", url = "" } = request;
        if (clusterPath(url) === undefined) {
          answerSocket(socket, 404, { "content-type": "text/plain" }, "nothing here speaks another protocol");
          return;
        }
        const start = performance.now();
        void proxy
          .upgrade(request, socket, head)
          .then((status) => log(logLine(method, url, status, performance.now() - start)));
      });
      return server;
    },
  });
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, body === "" ? {} : JSON.parse(body.toString()));
    } catch {
      done(Object.assign(new Error("the body is not JSON"), { statusCode: 400 }));
    }
  });
  app.addHook("preClose", (done) => {
    for (const socket of tunnels) socket.destroy();
    proxy.close();
    done();
  });
  routes(app, front, log);
  return app;
}

function observe({ method = "", url = "" }: IncomingMessage, response: ServerResponse, log: Log): void {
  const start = performance.now();
  response.on("close", () => log(logLine(method, url, response.statusCode, performance.now() - start)));
}
