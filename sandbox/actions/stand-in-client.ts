import { createInterface } from "node:readline";
import { finished } from "node:stream";

import * as z from "zod";

import { patientJson, patientStream } from "../world/patient-request.ts";

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
const Gate = z.discriminatedUnion("state", [
  z.object({ state: z.literal("free") }),
  z.object({ state: z.literal("refused"), reason: z.string() }),
  z.object({ state: z.literal("waiting"), id: z.int() }),
]);
const Review = z.object({ state: z.enum(["approved", "rejected"]), reviewer: z.string(), comment: z.string() });
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
    const events = await patientStream(`${this.url}/_emulator/events`, { headers: this.#headers, signal });
    const lines = createInterface({ input: events });
    const { promise, resolve } = Promise.withResolvers<void>();
    lines.on("line", (line) => {
      resolve();
      if (line !== "") listener(Happening.parse(JSON.parse(line)));
    });
    // An interface does not close where its input breaks off, which `finished` tells of.
    lines.on("error", () => undefined);
    finished(events, () => {
      resolve();
      if (!signal.aborted) ended();
    });
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

  /** Whether a job may go on that is for an environment, see the stand-in's `deploymentGateRoutes`. */
  async requestDeployment(body: Readonly<Record<string, string | number>>): Promise<z.infer<typeof Gate>> {
    return Gate.parse(await (await this.#send("POST", "/deployments", body)).json());
  }

  /** Waits for a reviewer of a deployment that waits. */
  async reviewed(id: number, signal: AbortSignal): Promise<z.infer<typeof Review>> {
    const url = `${this.url}/_emulator/deployments/${String(id)}/review`;
    return Review.parse(await patientJson(url, { headers: this.#headers, signal }));
  }

  /** Says that nobody waits any more for reviewers of a deployment. */
  async forgetDeployment(id: number): Promise<void> {
    await this.#send("DELETE", `/deployments/${String(id)}`);
  }

  get #headers(): Readonly<Record<string, string>> {
    return { Authorization: `Bearer ${this.#token}` };
  }

  async #send(method: string, route: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.url}/_emulator${route}`, {
      method,
      headers: {
        ...this.#headers,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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
