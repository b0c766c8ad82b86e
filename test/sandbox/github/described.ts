import type { FastifyInstance } from "fastify";

import { mismatchText } from "../../../sandbox/github/openapi/check.ts";
import type { Mismatch } from "../../../sandbox/github/openapi/check.ts";

/**
 * Fails each test of a suite in which the stand-in took or gave something that GitHub's description does not allow.
 * The stand-in must have been made with `described`.
 */
export function asGitHubDescribes(app: () => FastifyInstance): void {
  afterEach("everything was as GitHub describes it", async () => {
    const mismatches = (await app().inject("/_emulator/mismatches")).json<Mismatch[]>();
    await app().inject({ method: "DELETE", url: "/_emulator/mismatches" });
    if (mismatches.length === 0) return;
    throw new Error(`not as GitHub describes it:\n${mismatches.map((one) => `  ${mismatchText(one)}`).join("\n")}`);
  });
}
