import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import * as z from "zod";

const Fields = z.looseObject({});
const Thing = z.looseObject({
  metadata: z.looseObject({
    name: z.string().optional(),
    generateName: z.string().optional(),
    labels: z.record(z.string(), z.string().nullable()).optional(),
    annotations: z.record(z.string(), z.string().nullable()).optional(),
    deletionTimestamp: z.string().optional(),
  }),
});
type Thing = z.infer<typeof Thing>;

/** As much of an API server as the front needs: objects in memory by their path, lists with selectors, merge patches, server-side apply. */
export class FakeApiServer {
  /** The objects by path, e.g. `/api/v1/namespaces/appdev/secrets/pull`. */
  readonly objects = new Map<string, Thing>();
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  #made = 0;

  /** Starts it and returns its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk));
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "", "http://x");
    const { status, body } = this.#handle(
      request.method ?? "",
      url,
      request.headers["content-type"] ?? "",
      text === "" ? {} : JSON.parse(text),
    );
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #handle(
    method: string,
    { pathname: path, searchParams }: URL,
    type: string,
    sent: unknown,
  ): { status: number; body: unknown } {
    const present = this.objects.get(path);
    const missing = { status: 404, body: failure(404, "NotFound", `${path} not found`) };
    if (path === "/version") return { status: 200, body: { gitVersion: "v1.36.4", major: "1", minor: "36" } };
    if (method === "GET" && isCollection(path))
      return { status: 200, body: { metadata: { resourceVersion: "1" }, items: this.#list(path, searchParams) } };
    if (method === "GET") return present === undefined ? missing : { status: 200, body: present };
    if (method === "POST") {
      const thing = Thing.parse(sent);
      const name =
        thing.metadata.name ?? `${thing.metadata.generateName ?? ""}${String((this.#made += 1)).padStart(5, "0")}`;
      if (this.objects.has(`${path}/${name}`))
        return { status: 409, body: failure(409, "AlreadyExists", `"${name}" already exists`) };
      return { status: 201, body: this.#store(`${path}/${name}`, thing) };
    }
    if (method === "PUT")
      return present === undefined ? missing : { status: 200, body: this.#store(path, Thing.parse(sent)) };
    if (method === "PATCH" && type === "application/apply-patch+yaml")
      return { status: 200, body: this.#store(path, Thing.parse(sent)) };
    if (method === "PATCH")
      return present === undefined
        ? missing
        : { status: 200, body: this.#store(path, Thing.parse(mergePatch(present, sent))) };
    for (const key of this.objects.keys()) if (key === path || key.startsWith(`${path}/`)) this.objects.delete(key);
    return present === undefined ? missing : { status: 200, body: { kind: "Status", status: "Success" } };
  }

  #list(path: string, query: URLSearchParams): Thing[] {
    const [label = "", value] = (query.get("labelSelector") ?? "").split("=");
    return [...this.objects]
      .filter(([key]) => key.startsWith(`${path}/`) && !key.slice(path.length + 1).includes("/"))
      .map(([, thing]) => thing)
      .filter(
        ({ metadata: { labels } }) =>
          label === "" || (value === undefined ? label in (labels ?? {}) : labels?.[label] === value),
      );
  }

  #store(path: string, thing: Thing): Thing {
    const [namespace] = /(?<=\/namespaces\/)[^/]+(?=\/)/u.exec(path) ?? [];
    const metadata = {
      uid: randomUUID(),
      creationTimestamp: "2026-01-02T03:04:05Z",
      ...thing.metadata,
      name: path.slice(path.lastIndexOf("/") + 1),
    };
    const stored = { ...thing, metadata: namespace === undefined ? metadata : { ...metadata, namespace } };
    this.objects.set(path, stored);
    return stored;
  }
}

/** Whether a path is that of a list: its last part is a plural. */
const isCollection = (path: string) => /\/(namespaces|secrets|resourcequotas|limitranges|projects)$/u.test(path);

const failure = (code: number, reason: string, message: string) => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  code,
  reason,
  message,
});

/** RFC 7396. */
function mergePatch(target: unknown, patch: unknown): unknown {
  const to = Fields.safeParse(target);
  const from = Fields.safeParse(patch);
  if (!from.success) return patch;
  const merged: Record<string, unknown> = to.success ? { ...to.data } : {};
  for (const [key, value] of Object.entries(from.data))
    merged[key] = value === null ? undefined : mergePatch(merged[key], value);
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}
