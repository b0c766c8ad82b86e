import type { FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

const Page = z.object({
  per_page: z.coerce.number().int().min(1).optional().catch(undefined),
  page: z.coerce.number().int().min(1).catch(1).default(1),
});

/** One page of a list. */
export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

/** How long pages are where the request does not say, and at most. */
export interface PageSize {
  readonly usual: number;
  readonly most: number;
}

const pageSize: PageSize = { usual: 30, most: 100 };

/** Which page is asked for, from 1, and how long it is at most. */
export function pageOf(request: FastifyRequest, { usual, most } = pageSize): { page: number; perPage: number } {
  const { page, per_page: wanted } = Page.parse(request.query);
  return { page, perPage: Math.min(wanted ?? usual, most) };
}

/** Takes the page that a request asks for and announces its neighbours in the header `Link`. */
export function paginate<Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  all: readonly Item[],
  size = pageSize,
): Paged<Item> {
  const { page, perPage } = pageOf(request, size);
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
