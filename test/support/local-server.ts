import { createServer } from "node:http";
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { createServer as createPlainServer } from "node:net";
import type { AddressInfo } from "node:net";

/** One request that a server of `withServer` got. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Runs a test against an http server on 127.0.0.1 that ends with it; `host` has the port. */
export async function withServer<Result>(
  listener: RequestListener,
  test: (host: string, seen: readonly SeenRequest[]) => Promise<Result>,
): Promise<Result> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers });
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await test(`127.0.0.1:${String((server.address() as AddressInfo).port)}`, seen);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A host and port on 127.0.0.1 where nobody listens. */
export async function unusedHost(): Promise<string> {
  const server = createPlainServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${String(port)}`;
}
