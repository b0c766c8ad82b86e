import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

/** What is asked, besides the address. */
export interface PatientOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks a server of the sandbox for something that comes when it comes: an event, the end of a build, a reviewer's answer. Waits as long as
 * the connection stands, where Node's `fetch` gives up after five minutes without a byte.
 *
 * @throws Error when the connection ends, the signal says so, or the status is not 200
 */
export async function patientStream(
  url: string,
  { headers = {}, signal }: PatientOptions = {},
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(url, { headers, ...(signal === undefined ? {} : { signal }) }, resolve)
    .on("error", reject)
    .end();
  const response = await promise;
  if (response.statusCode !== 200)
    throw new Error(`${new URL(url).pathname} answers ${String(response.statusCode)}: ${await text(response)}`);
  return response;
}

/** The same for an answer in JSON, whole. */
export async function patientJson(url: string, options: PatientOptions = {}): Promise<unknown> {
  return JSON.parse(await text(await patientStream(url, options))) as unknown;
}
