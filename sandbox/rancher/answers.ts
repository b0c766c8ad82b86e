import type { FastifyRequest } from "fastify";
import * as z from "zod";

import type { Identity } from "./auth.ts";
import { filtered } from "./norman.ts";
import type { NormanObject } from "./norman.ts";

/** The absolute address that the client used for this server; every link begins with it. */
export const baseOf = (request: FastifyRequest) => `${request.protocol}://${request.host}`;

/** What every handler of `/v3` may ask. */
export interface Caller {
  /** @throws NormanError Unauthorized */
  identity(request: FastifyRequest): Identity;
}

/** A list as Rancher answers it: filtered by the query, each object with its links. */
export function collection(
  request: FastifyRequest,
  resourceType: string,
  objects: readonly NormanObject[],
  link: (object: NormanObject) => object,
) {
  const query = z.record(z.string(), z.unknown()).parse(request.query);
  const data = filtered(objects, query).map(link);
  return {
    type: "collection",
    resourceType,
    links: { self: `${baseOf(request)}${request.url}` },
    pagination: { total: data.length },
    data,
  };
}

/** The action that a POST to an object asks for. */
export const actionOf = (request: FastifyRequest) =>
  z.object({ action: z.string().optional() }).parse(request.query).action ?? "";
