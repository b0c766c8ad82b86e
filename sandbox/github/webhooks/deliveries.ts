import { randomUUID } from "node:crypto";

import type { GitHubEvent } from "../events.ts";
import type { Hook, Organization, Repository } from "../model.ts";
import type { Store } from "../store.ts";
import { send, signatures } from "./send.ts";
import type { Outcome } from "./send.ts";

/** What has hooks. */
export type HookOwner = Repository | Organization;

/** One attempt to deliver an event to a hook. */
export interface Delivery {
  readonly id: number;
  /** Shared with every other delivery of the event. */
  readonly guid: string;
  readonly hookId: number;
  readonly event: string;
  readonly action: string | null;
  readonly deliveredAt: string;
  readonly redelivery: boolean;
  readonly repositoryId: number | null;
  readonly request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly payload: Readonly<Record<string, unknown>>;
  };
  /** Undefined while it is under way. */
  readonly outcome: Outcome | undefined;
}

/** What is to be delivered. */
export type Occurrence = Pick<GitHubEvent, "id" | "name" | "action" | "payload"> & {
  readonly repositoryId: number | null;
};

/** Deliveries that are kept of each hook; they don't survive a restart. */
const kept = 100;

/**
 * Delivers events to webhooks, of each hook one after another. Nobody waits for it: neither the request that caused the
 * event, nor the end of the stand-in.
 */
export class Deliveries {
  readonly #store: Store;
  readonly #byHook = new Map<number, Delivery[]>();
  readonly #tails = new Map<number, Promise<void>>();
  readonly #lastPushes = new Map<number, Occurrence>();
  readonly #end = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(store: Store) {
    this.#store = store;
    this.#unsubscribe = store.events.on((event) => this.#happened(event));
  }

  /** Gives up what is under way. */
  close(): void {
    this.#unsubscribe();
    this.#end.abort();
  }

  /** The deliveries of a hook, newest first. */
  of(hook: Hook): readonly Delivery[] {
    return [...(this.#byHook.get(hook.id) ?? [])].reverse();
  }

  /** Forgets the deliveries of a hook that is gone. */
  forget(hook: Hook): void {
    this.#byHook.delete(hook.id);
  }

  /** The last push to a repository since the start. */
  lastPush(repository: Repository): Occurrence | undefined {
    return this.#lastPushes.get(repository.id);
  }

  /** Delivers something to one hook, active or not, that it may not have asked for, as a ping is. */
  deliver(owner: HookOwner, hook: Hook, { id: guid, name, action, payload, repositoryId }: Occurrence): void {
    this.#queue(owner, hook, {
      guid,
      event: name,
      action: action ?? null,
      redelivery: false,
      repositoryId,
      payload,
    });
  }

  /** Delivers something again, as it was. */
  redeliver(owner: HookOwner, hook: Hook, { guid, event, action, repositoryId, request }: Delivery): void {
    this.#queue(owner, hook, { guid, event, action, redelivery: true, repositoryId, payload: request.payload });
  }

  #happened({ id, name, action, payload, repository, organization }: GitHubEvent): void {
    const repositoryId = repository?.id ?? null;
    const occurrence = { id, name, ...(action === undefined ? {} : { action }), payload, repositoryId };
    if (name === "push" && repository !== undefined) this.#lastPushes.set(repository.id, occurrence);
    for (const owner of [repository, organization])
      for (const hook of owner?.hooks ?? [])
        if (owner !== undefined && hook.active && (hook.events.includes(name) || hook.events.includes("*")))
          this.deliver(owner, hook, occurrence);
  }

  #queue(
    owner: HookOwner,
    hook: Hook,
    {
      payload,
      ...about
    }: Pick<Delivery, "guid" | "event" | "action" | "redelivery" | "repositoryId"> & {
      payload: Delivery["request"]["payload"];
    },
  ): void {
    const json = JSON.stringify(payload);
    const body = hook.config.contentType === "json" ? json : new URLSearchParams({ payload: json }).toString();
    const headers = {
      Accept: "*/*",
      "Content-Type": hook.config.contentType === "json" ? "application/json" : "application/x-www-form-urlencoded",
      "User-Agent": "GitHub-Hookshot/drover-stand-in",
      "X-GitHub-Delivery": about.guid,
      "X-GitHub-Event": about.event,
      "X-GitHub-Hook-ID": String(hook.id),
      "X-GitHub-Hook-Installation-Target-ID": String(owner.id),
      "X-GitHub-Hook-Installation-Target-Type": "login" in owner ? "organization" : "repository",
      ...signatures(body, hook.config.secret),
    };
    const delivery: Delivery = {
      ...about,
      id: this.#store.nextId(),
      hookId: hook.id,
      deliveredAt: this.#store.clock.now(),
      request: { headers, payload },
      outcome: undefined,
    };
    const all = [...(this.#byHook.get(hook.id) ?? []), delivery].slice(-kept);
    this.#byHook.set(hook.id, all);
    const { url } = hook.config;
    const before = this.#tails.get(hook.id) ?? Promise.resolve();
    const tail = before.then(async () => {
      const outcome = await send({ url, headers, body }, this.#end.signal);
      if (!this.#end.signal.aborted) this.#record(owner, hook, delivery, outcome);
    });
    this.#tails.set(hook.id, tail);
  }

  #record(owner: HookOwner, hook: Hook, delivery: Delivery, outcome: Outcome): void {
    const all = this.#byHook.get(hook.id) ?? [];
    this.#byHook.set(
      hook.id,
      all.map((one) => (one === delivery ? { ...one, outcome } : one)),
    );
    const { code, status } = outcome;
    const answered = code === 0 ? null : code;
    // The hook may have been changed, or deleted, since.
    const present = owner.hooks.find(({ id }) => id === hook.id);
    if (present === undefined) return;
    present.lastResponse = {
      code: answered,
      status: status === "OK" ? "active" : answered === null ? "connection_error" : "misconfigured",
      message: status,
    };
    if ("login" in owner) this.#store.saveAccounts();
    else if (this.#store.repositoryById(owner.id) !== undefined) this.#store.save(owner);
  }
}

/** A ping, which a hook gets when it is made and when somebody asks for it. */
export const pingOf = (
  hook: object,
  hookId: number,
  about: Readonly<Record<string, unknown>>,
  repositoryId: number | null,
): Occurrence => ({
  id: randomUUID(),
  name: "ping",
  payload: { zen: "Practicality beats purity.", hook_id: hookId, hook, ...about },
  repositoryId,
});
