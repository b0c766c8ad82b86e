import { createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

import { registry, registryHost } from "../../sandbox/registry/registry.ts";
import type { World } from "../../sandbox/world/part.ts";
import { stopServer } from "../../sandbox/world/processes.ts";
import { freePorts } from "../../sandbox/world/settings.ts";

/** How a registry refuses, with the answer of GHCR. */
export type Refusal =
  | { readonly kind: "account" }
  /** Images, with their organization, that may be read and not written. */
  | { readonly kind: "write"; readonly images: readonly string[] };

const unauthorized = { code: "UNAUTHORIZED", message: "authentication required" };
const denied = { code: "DENIED", message: "permission_denied: write_package" };

/**
 * Has the sandbox's registry refuse something for a while: a proxy stands in its place, and hands everything else on to the real one at another
 * port, with the same images.
 */
export async function refusing<Result>(world: World, refusal: Refusal, work: () => Promise<Result>): Promise<Result> {
  const { layout, settings } = world;
  const { moved = 0 } = await freePorts(["moved"], Object.values(settings.ports));
  const elsewhere = { ...world, settings: { ...settings, ports: { ...settings.ports, registry: moved } } };
  const server = createServer((incoming, answer) => {
    const refused = reasonFor(refusal, incoming);
    if (refused === undefined) handOn(moved, incoming, answer);
    else refuse(incoming, answer, refused);
  });
  await stopServer(layout, "registry");
  try {
    await registry.up(elsewhere);
    const [host, port] = registryHost(world, "public").split(":");
    await new Promise<void>((resolve) => server.listen(Number(port), host, resolve));
    return await work();
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await stopServer(layout, "registry");
    await registry.up(world);
  }
}

function reasonFor(refusal: Refusal, { method = "GET", url = "" }: IncomingMessage) {
  if (refusal.kind === "account") return unauthorized;
  const isWrite = method !== "GET" && method !== "HEAD";
  return isWrite && refusal.images.some((image) => url.startsWith(`/v2/${image}/`)) ? denied : undefined;
}

function refuse(incoming: IncomingMessage, answer: ServerResponse, error: typeof denied): void {
  incoming.resume();
  const challenge = error === unauthorized ? { "www-authenticate": 'Basic realm="registry"' } : {};
  answer.writeHead(error === unauthorized ? 401 : 403, { "content-type": "application/json", ...challenge });
  answer.end(JSON.stringify({ errors: [error] }));
}

function handOn(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: "127.0.0.1", port, method, path: url, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  onward.on("error", (error) => answer.destroy(error));
  incoming.pipe(onward);
}
