import { EventEmitter } from "node:events";

import type { Organization, Repository, User } from "./model.ts";

/** Something that happened, as GitHub tells it to webhooks and workflows. */
export interface GitHubEvent {
  readonly id: string;
  /** Name of the event: `push`, `pull_request`, `release`, … */
  readonly name: string;
  /** Its action, where the event has them: `opened`, `closed`, … */
  readonly action?: string;
  /** The payload that a webhook gets, with `action`, `repository`, `organization` and `sender`. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly repository?: Repository;
  readonly organization?: Organization;
  readonly sender: User;
  readonly at: string;
}

/** In-process events. Listeners are called at once and in order; one that throws is reported and keeps nobody else from hearing. */
export class Events {
  readonly #emitter = new EventEmitter<{ event: [GitHubEvent] }>();

  constructor() {
    this.#emitter.setMaxListeners(0);
  }

  /** Returns a function that ends the subscription. */
  on(listener: (event: GitHubEvent) => void): () => void {
    const careful = (event: GitHubEvent) => {
      try {
        listener(event);
      } catch (error) {
        console.error(`a listener to ${event.name} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    this.#emitter.on("event", careful);
    return () => this.#emitter.off("event", careful);
  }

  emit(event: GitHubEvent): void {
    this.#emitter.emit("event", event);
  }
}
