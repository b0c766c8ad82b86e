import http from "node:http";
import https from "node:https";
import { text as readText } from "node:stream/consumers";

import { ApiError, connectionError } from "./api-error.ts";
import type { Access } from "./credentials.ts";
import { parseObject } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

/** A request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the server's address, beginning with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: KubernetesObject | readonly object[];
  /** The body's type. Default JSON. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** Talks to one API server over kept-alive connections. */
export class Connection {
  private readonly access: Access;
  private readonly agent: http.Agent;
  private readonly timeout: number | undefined;

  /** @param timeout seconds until a request without an answer is given up; undefined: never. Watches have no timeout. */
  constructor(access: Access, timeout?: number) {
    this.access = access;
    this.timeout = timeout;
    const secure = access.server.startsWith("https:");
    this.agent = secure ? new https.Agent({ keepAlive: true, ...access.tls }) : new http.Agent({ keepAlive: true });
  }

  /**
   * Sends a request and returns the answer.
   * @throws ApiError when the server refuses, Error when there is no answer
   */
  async send(request: ApiRequest): Promise<KubernetesObject> {
    const signals = [request.signal, this.timeout === undefined ? undefined : AbortSignal.timeout(this.timeout * 1000)];
    const response = await this.open({
      ...request,
      signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
    });
    const body = await readText(response).catch((error: unknown) => {
      throw connectionError(request.method, this.url(request), error);
    });
    return answer(response.statusCode ?? 0, body, `${request.method.toLowerCase()} ${request.path}`);
  }

  /**
   * Sends a request whose answer is a stream of JSON objects, one a line, and yields them as they come.
   *
   * @param silence seconds without a byte after which the connection is taken for dead
   * @throws ApiError, Error as `send`; ends when the server ends the stream
   */
  async *stream(request: ApiRequest, silence: number): AsyncGenerator<KubernetesObject, void> {
    const response = await this.open(request);
    if (response.statusCode !== 200)
      answer(response.statusCode ?? 0, await readText(response), `watch ${request.path}`);
    response.setTimeout(silence * 1000, () =>
      response.destroy(new Error(`nothing came for ${String(silence)} seconds`)),
    );
    for await (const line of lines(response)) yield parseObject(line);
  }

  private url(request: ApiRequest): string {
    const query = new URLSearchParams(request.query).toString();
    return `${this.access.server}${request.path}${query === "" ? "" : `?${query}`}`;
  }

  private open(request: ApiRequest): Promise<http.IncomingMessage> {
    const url = this.url(request);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers = {
      Accept: "application/json",
      "User-Agent": "pulumi-kubernetes-stand-in",
      ...this.access.headers(),
      ...(body === undefined
        ? {}
        : {
            "Content-Type": request.contentType ?? "application/json",
            "Content-Length": String(Buffer.byteLength(body)),
          }),
    };
    const options = {
      method: request.method,
      headers,
      agent: this.agent,
      ...(request.signal ? { signal: request.signal } : {}),
    };
    return new Promise((resolve, reject) => {
      const sent = (url.startsWith("https:") ? https : http).request(url, options, resolve);
      sent.once("error", (error) => {
        reject(connectionError(request.method, url, error));
      });
      sent.end(body);
    });
  }
}

/** The lines of a stream, as they come; readline would swallow the stream's errors. */
async function* lines(stream: http.IncomingMessage): AsyncGenerator<string, void> {
  const chunks: AsyncIterable<string> = stream.setEncoding("utf8");
  let rest = "";
  for await (const chunk of chunks) {
    const [first = "", ...others] = chunk.split("\n");
    rest += first;
    for (const line of others) {
      if (rest !== "") yield rest;
      rest = line;
    }
  }
}

function answer(code: number, body: string, request: string): KubernetesObject {
  let object: KubernetesObject = {};
  try {
    object = parseObject(body);
  } catch (error) {
    if (code < 300)
      throw new Error(`the API server's answer to ${request} is not JSON: ${body.slice(0, 80)}`, { cause: error });
  }
  if (code >= 300 || code < 200) throw new ApiError(code, object, request);
  return object;
}
