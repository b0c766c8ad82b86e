import { createHmac } from "node:crypto";
import { isIP } from "node:net";

/** What is sent to a webhook. */
export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How it went. A code of 0 means that there was no answer. */
export interface Outcome {
  readonly code: number;
  /** `OK`, or what was wrong. */
  readonly status: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string | null;
  /** Seconds. */
  readonly duration: number;
}

/** GitHub waits so long for an answer, in milliseconds (docs.github.com, "Best practices for using webhooks"). */
const patience = 10_000;

/** The most of an answer's body that is kept. */
const keptBody = 10_000;

/** The headers by which a receiver knows that GitHub sent a body. */
export const signatures = (body: string, secret: string | undefined): Record<string, string> =>
  secret === undefined || secret === ""
    ? {}
    : {
        "X-Hub-Signature": `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`,
        "X-Hub-Signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
      };

/** Whether an address is on this machine. Nothing is ever sent anywhere else. */
export function isLoopback(address: string): boolean {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/u.test(url.protocol)) return false;
  const host = url.hostname.replace(/^\[|\]$/gu, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Sends to a webhook and returns how it went; it does not throw. Redirections are not followed. */
export async function send({ url, headers, body }: Outgoing, signal: AbortSignal): Promise<Outcome> {
  const start = performance.now();
  const took = () => Math.round(performance.now() - start) / 1000;
  if (!isLoopback(url))
    return {
      code: 0,
      status: "this stand-in delivers to addresses on this machine alone",
      headers: null,
      body: null,
      duration: 0,
    };
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    });
    const text = (await response.text()).slice(0, keptBody);
    const status = response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`;
    return {
      code: response.status,
      status,
      headers: Object.fromEntries(response.headers),
      body: text,
      duration: took(),
    };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    const status = timedOut ? "timed out" : "failed to connect to host";
    return { code: 0, status, headers: null, body: null, duration: took() };
  }
}
