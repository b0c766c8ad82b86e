import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

import { html } from "./html.ts";
import type { Content } from "./html.ts";
import { document, pageHeaders } from "./layout.ts";
import type { Crumb } from "./layout.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Set on pages for people: nothing of GitHub's API. */
    page?: true;
  }
}

/** What a page shows. */
export interface Page {
  readonly title: string;
  /** The pages above it. */
  readonly way: readonly Crumb[];
  readonly body: Content;
}

/** The parts of a path that a route names, decoded. */
export const Params = z.record(z.string(), z.string());
export type Params = z.infer<typeof Params>;

/** What is not there, and what is not shown to whom it is not for. */
export const missing: Page = { title: "Not found", way: [], body: html`<p>There is nothing here.</p>` };

/** Sends a page. */
export const show = (reply: FastifyReply, status: number, { title, way, body }: Page) =>
  reply
    .code(status)
    .headers(pageHeaders)
    .send(document(title, way, body));

/** Adds a page at a path. @param make undefined where there is nothing to show */
export function addPage(
  app: FastifyInstance,
  path: string,
  make: (params: Readonly<Params>) => Page | undefined | Promise<Page | undefined>,
): void {
  app.get(path, { config: { page: true } }, async (request, reply) => {
    if (!isForPerson(request)) {
      reply.callNotFound();
      return reply;
    }
    const made = isLocal(request) ? await make(Params.parse(request.params)) : undefined;
    return show(reply, made === undefined ? 404 : 200, made ?? missing);
  });
}

/** Browsers ask for HTML; clients of the API don't, and what they don't find is said in JSON. */
const isForPerson = ({ headers }: FastifyRequest) => headers.accept?.includes("text/html") === true;

/** Whether a page was asked for by a name of this machine: another name could be a stranger's that points here. */
export const isLocal = ({ hostname }: FastifyRequest): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname);

/** Whether a form was sent by a page of ours. */
export const isFromHere = ({ headers, protocol, host }: FastifyRequest): boolean =>
  headers.origin === `${protocol}://${host}` && (headers["sec-fetch-site"] ?? "same-origin") === "same-origin";
