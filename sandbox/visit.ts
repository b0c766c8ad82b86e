import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** What an app answered. */
export interface Visit {
  readonly status: number;
  readonly body: string;
}

/** Seconds for which an ingress controller may not know yet of a pod that is ready. */
const patience = 10;

/**
 * Asks an app through the sandbox's ingress controller, as a browser does. Names below `localhost` are loopback (RFC 6761), which not every
 * system's resolver knows; so the host is only named in the request.
 *
 * @param host as the Ingress has it, such as `appdev.localhost`
 */
export function visit(port: number, host: string, route: string): Promise<Visit> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: route, headers: { host }, agent: false, timeout: 10_000 }, (response) => {
      let body = "";
      response
        .setEncoding("utf8")
        .on("data", (chunk: string) => (body += chunk))
        .on("end", () => {
          resolve({ status: response.statusCode ?? 0, body });
        });
    })
      .on("error", reject)
      .end();
  });
}

/** The same, asked again while the ingress controller has no pod for the app: it learns of new ones a moment after Kubernetes. */
export async function visitWhenRouted(port: number, host: string, route: string): Promise<Visit> {
  const deadline = Date.now() + patience * 1000;
  for (;;) {
    const answer = await visit(port, host, route);
    if ((answer.status !== 503 && answer.status !== 404) || Date.now() > deadline) return answer;
    await delay(50);
  }
}
