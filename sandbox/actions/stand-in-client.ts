import { createInterface } from "node:readline";
import { Readable } from "node:stream";

import * as z from "zod";

/** An event as the GitHub stand-in tells it, see `Happening` there. */
const Happening = z.object({
  sequence: z.int(),
  id: z.string(),
  name: z.string(),
  action: z.string().optional(),
  payload: z.record(z.string(), z.unknown()),
  at: z.string(),
  repository: z.string(),
  sender: z.object({ login: z.string(), type: z.string() }),
  subject: z.object({ ref: z.string(), sha: z.string(), message: z.string().optional() }).optional(),
});
export type Happening = z.infer<typeof Happening>;

const Secrets = z.object({
  actions: z.record(z.string(), z.string().nullable()),
  dependabot: z.record(z.string(), z.string().nullable()),
  environments: z.record(z.string(), z.record(z.string(), z.string().nullable())),
});

/** Opened secrets by name, of a repository and of its environments by their names. */
export interface OpenedSecrets {
  readonly actions: Readonly<Record<string, string>>;
  readonly dependabot: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const NewToken = z.object({ id: z.int(), token: z.string() });
const Told = z.object({ sequence: z.int() });

/** A token of GitHub Actions. */
export type MintedToken = z.infer<typeof NewToken>;

/** What GitHub does inside itself for its workflows, asked of the stand-in at `/_emulator`. */
export class StandInClient {
  readonly url: string;
  readonly #token: string;

  /** @param token the stand-in's own administrator's */
  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  /** Listens to events until the signal ends it; resolves once it listens. `ended` is called when the stand-in ended it. */
  async listen(listener: (happening: Happening) => void, signal: AbortSignal, ended: () => void): Promise<void> {
    const { body } = await this.#send("GET", "/events", undefined, signal);
    if (body === null) throw new Error("the GitHub stand-in sends no events");
    const lines = createInterface({ input: Readable.from(body) });
    const { promise, resolve } = Promise.withResolvers<void>();
    lines.on("line", (line) => {
      resolve();
      if (line !== "") listener(Happening.parse(JSON.parse(line)));
    });
    lines.once("close", () => {
      resolve();
      if (!signal.aborted) ended();
    });
    lines.on("error", () => undefined);
    await promise;
  }

  /** The number of the last event that has happened. */
  async told(): Promise<number> {
    return Told.parse(await (await this.#send("GET", "/events/told")).json()).sequence;
  }

  async mint(repository: string, permissions: Readonly<Record<string, string>>): Promise<MintedToken> {
    return NewToken.parse(await (await this.#send("POST", "/tokens", { repository, permissions })).json());
  }

  async revoke({ id }: MintedToken): Promise<void> {
    await this.#send("DELETE", `/tokens/${String(id)}`);
  }

  /** The opened secrets of a repository. */
  async secrets(repository: string): Promise<OpenedSecrets> {
    const { actions, dependabot, environments } = Secrets.parse(
      await (await this.#send("GET", `/repos/${repository}/secrets`)).json(),
    );
    return {
      actions: withoutNull(actions),
      dependabot: withoutNull(dependabot),
      environments: Object.fromEntries(Object.entries(environments).map(([name, all]) => [name, withoutNull(all)])),
    };
  }

  async #send(method: string, route: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(`${this.url}/_emulator${route}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok)
      throw new Error(
        `the GitHub stand-in answers ${String(response.status)} to ${method} /_emulator${route}: ${await response.text()}`,
      );
    return response;
  }
}

const withoutNull = (all: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
