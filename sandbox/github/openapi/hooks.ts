import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";

import { invalidRequest } from "../errors.ts";
import type { RequestState } from "../limits/limits.ts";
import type { DescriptionCheck, Mismatch } from "./check.ts";

const Switch = z.strictObject({ checked: z.boolean() });

/**
 * Compares every request and answer of the REST API with GitHub's description, and keeps what does not fit:
 * `GET /_emulator/mismatches` has it, `DELETE` forgets it; `PUT /_emulator/description {"checked": true}` begins.
 * To be called before routes are added.
 *
 * @param stateOf what is known of a request: answers that a limit or a fault put in place of the real one don't count
 * @param checked whether it begins at once
 */
export function descriptionHooks(
  app: FastifyInstance,
  stateOf: (request: FastifyRequest) => RequestState,
  log: (line: string) => void,
  checked: boolean,
): void {
  let isChecked = checked;
  let mismatches: readonly Mismatch[] = [];
  // The description is read when the first request needs it.
  let check: DescriptionCheck | undefined;
  app.addHook("onSend", async (request, reply, payload: unknown) => {
    const { facts, fault, injected } = stateOf(request);
    if (!isChecked || facts?.resource !== "core" || fault !== undefined || injected === true) return payload;
    const { DescriptionCheck: Check, mismatchText } = await import("./check.ts");
    check ??= new Check();
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
  app.put("/_emulator/description", ({ body }) => {
    const wanted = Switch.safeParse(body);
    if (!wanted.success) throw invalidRequest(wanted.error);
    isChecked = wanted.data.checked;
    return { checked: isChecked };
  });
  app.get("/_emulator/mismatches", () => mismatches);
  app.delete("/_emulator/mismatches", (_request, reply) => {
    mismatches = [];
    return reply.code(204).send();
  });
}
