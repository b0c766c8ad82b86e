import type { FastifyInstance, FastifyRequest } from "fastify";

import type { RequestState } from "../limits/limits.ts";
import { DescriptionCheck, mismatchText } from "./check.ts";
import type { Mismatch } from "./check.ts";

/**
 * Compares every request and answer of the REST API with GitHub's description, and keeps what does not fit:
 * `GET /_emulator/mismatches` has it, `DELETE` forgets it. To be called before routes are added.
 *
 * @param stateOf what is known of a request: answers that a limit or a fault put in place of the real one don't count
 */
export function descriptionHooks(
  app: FastifyInstance,
  stateOf: (request: FastifyRequest) => RequestState,
  log: (line: string) => void,
): void {
  let mismatches: readonly Mismatch[] = [];
  // The description is read when the first request needs it.
  let check: DescriptionCheck | undefined;
  app.addHook("onSend", async (request, reply, payload: unknown) => {
    if (
      stateOf(request).facts?.resource !== "core" ||
      stateOf(request).fault !== undefined ||
      stateOf(request).injected === true
    )
      return payload;
    check ??= new DescriptionCheck();
    const found = check.check({
      method: request.method,
      url: request.originalUrl,
      requestBody: request.body,
      status: reply.statusCode,
      contentType: reply.getHeader("content-type")?.toString(),
      responseBody: payload == null ? "" : typeof payload === "string" ? payload : undefined,
    });
    for (const one of found) log(`not as GitHub describes it: ${mismatchText(one)}`);
    mismatches = [...mismatches, ...found];
    return payload;
  });
  app.get("/_emulator/mismatches", () => mismatches);
  app.delete("/_emulator/mismatches", (_request, reply) => {
    mismatches = [];
    return reply.code(204).send();
  });
}
