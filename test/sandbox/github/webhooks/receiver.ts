import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a webhook got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks. */
export class Receiver {
  readonly #server: Server;
  readonly #received: Received[] = [];
  readonly #waiting: (() => void)[] = [];
  /** What it answers with; default 200. */
  answer: RequestListener = (_request, response) => void response.end("thanks");

  constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        this.#received.push({ headers: request.headers, body });
        this.answer(request, response);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Takes the next that arrives of an event; what came before it of other events is passed over. */
  async next(event: string): Promise<Received> {
    for (;;) {
      const index = this.#received.findIndex(({ headers }) => headers["x-github-event"] === event);
      const [found] = index === -1 ? [] : this.#received.splice(0, index + 1).slice(-1);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** What has arrived and was not taken. */
  get rest(): readonly Received[] {
    return this.#received;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
