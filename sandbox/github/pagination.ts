import type { FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

const Page = z.object({
  per_page: z.coerce.number().int().min(1).catch(30).default(30),
  page: z.coerce.number().int().min(1).catch(1).default(1),
});

/** One page of a list. */
export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

/** Where a page begins and how long it is at most: 30 where the request does not say, never more than 100. */
export function pageOf(request: FastifyRequest): { page: number; perPage: number } {
  const { page, per_page: wanted } = Page.parse(request.query);
  return { page, perPage: Math.min(wanted, 100) };
}

/** Takes the page that a request asks for and announces its neighbours in the header `Link`. */
export function paginate<Item>(request: FastifyRequest, reply: FastifyReply, all: readonly Item[]): Paged<Item> {
  const { page, perPage } = pageOf(request);
  const links = pageLinks(`${request.protocol}://${request.host}${request.url}`, page, Math.ceil(all.length / perPage));
  if (links !== "") void reply.header("Link", links);
  return { items: all.slice((page - 1) * perPage, page * perPage), total: all.length };
}

/** The header `Link` of a page (1 is the first); empty where there is only one. */
export function pageLinks(address: string, page: number, last: number): string {
  const at = (number: number, rel: string) => {
    const url = new URL(address);
    url.searchParams.set("page", String(number));
    return `<${url.href}>; rel="${rel}"`;
  };
  return [
    ...(page > 1 ? [at(Math.min(page - 1, Math.max(last, 1)), "prev")] : []),
    ...(page < last ? [at(page + 1, "next"), at(last, "last")] : []),
    ...(page > 1 ? [at(1, "first")] : []),
  ].join(", ");
}
