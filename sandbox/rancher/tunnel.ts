import { request as httpsRequest } from "node:https";
import type { RequestOptions } from "node:https";
import { request as httpRequest, STATUS_CODES } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";

/** The head of an HTTP/1.1 answer, for a socket that no server looks after any more. */
export function responseHead(status: number, headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => (one === undefined ? [] : [`${name}: ${String(one)}`]));
  });
  return [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ""}`, ...lines, "", ""].join("\r\n");
}

/** Answers on such a socket and closes it. */
export function answerSocket(socket: Duplex, status: number, headers: OutgoingHttpHeaders, body: string): void {
  socket.end(
    responseHead(status, { ...headers, "content-length": Buffer.byteLength(body), connection: "close" }) + body,
  );
}

/**
 * Passes a request that asks for another protocol on and then joins the two connections. Unlike HTTP proxy libraries, which know
 * websockets alone, it takes any method and protocol: kubectl's SPDY is a POST.
 * @param options where to, and the TLS options for it
 * @returns when both connections are closed, the status that the server answered
 * @throws Error when the server cannot be reached
 */
export async function tunnel(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: URL,
  options: RequestOptions,
): Promise<number> {
  const send = target.protocol === "https:" ? httpsRequest : httpRequest;
  const outgoing = send({
    ...options,
    host: target.hostname,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: { ...request.headers, host: target.host },
  });
  socket.on("error", () => outgoing.destroy());
  socket.on("close", () => outgoing.destroy());
  return await new Promise<number>((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("upgrade", (response, upstream, upstreamHead) => {
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
      upstream.on("close", () => resolve(101));
      socket.write(responseHead(101, response.headers));
      socket.write(upstreamHead);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    outgoing.on("response", (response) => {
      const status = response.statusCode ?? 502;
      // Node has taken the chunks' framing off: the end of the body is the end of the connection.
      socket.write(responseHead(status, { ...response.headers, "transfer-encoding": undefined, connection: "close" }));
      response.pipe(socket);
      response.on("error", () => socket.destroy());
      response.on("close", () => resolve(status));
    });
    outgoing.end();
  });
}
