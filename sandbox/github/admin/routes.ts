import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";

import { invalidRequest, notFound, unprocessable } from "../errors.ts";
import type { Repository, SecretScope } from "../model.ts";
import { valueOf } from "../sealed-boxes.ts";
import { SeedOrganization } from "../seed-schema.ts";
import { seed } from "../seed.ts";
import type { Store } from "../store.ts";

const ClockChange = z.union([
  z.strictObject({ advance: z.number() }),
  z.strictObject({ set: z.iso.datetime(), frozen: z.boolean().default(false) }),
  z.strictObject({ reset: z.literal(true) }),
]);

const Params = z.object({ owner: z.string(), repo: z.string() });

/**
 * What GitHub does not have, for tests and people who look after the stand-in:
 * - `POST /_emulator/seed`: an organization as data (`SeedOrganization`); `POST /_emulator/reset`: forget everything;
 * - `GET`, `PUT /_emulator/clock`: the time from which all timestamps come;
 * - `GET /_emulator/repos/OWNER/NAME/secrets`: the opened values; `…/dispatches`: what was sent to its workflows.
 */
export function administrationRoutes(app: FastifyInstance, store: Store): void {
  app.post("/_emulator/seed", async ({ body }, reply) => {
    const wanted = read(SeedOrganization, body);
    await seed(store, wanted).catch((error: unknown) => {
      throw unprocessable(error instanceof Error ? error.message : String(error));
    });
    return reply.code(204).send();
  });
  app.post("/_emulator/reset", (_request, reply) => {
    store.reset();
    return reply.code(204).send();
  });
  const clock = () => ({
    now: store.clock.now(),
    offset: store.accounts.clockOffset,
    frozen: store.accounts.clockFrozen,
  });
  app.get("/_emulator/clock", clock);
  app.put("/_emulator/clock", ({ body }) => {
    const change = read(ClockChange, body);
    if ("advance" in change) store.clock.advance(change.advance);
    else if ("set" in change) store.clock.set(change.set, change.frozen);
    else store.clock.reset();
    store.saveAccounts();
    return clock();
  });
  app.get("/_emulator/repos/:owner/:repo/secrets", (request) => {
    const { actions, dependabot, environments } = find(store, request);
    return {
      actions: opened(actions),
      dependabot: opened(dependabot),
      environments: Object.fromEntries(environments.map(({ name, actions: scope }) => [name, opened(scope)])),
    };
  });
  app.get("/_emulator/repos/:owner/:repo/dispatches", (request) => find(store, request).dispatches);
}

function find(store: Store, request: FastifyRequest): Repository {
  const { owner, repo } = Params.parse(request.params);
  const repository = store.repository(owner, repo);
  if (repository === undefined) throw notFound();
  return repository;
}

const opened = (scope: SecretScope) =>
  Object.fromEntries(scope.secrets.map((secret) => [secret.name, valueOf(scope, secret) ?? null]));

/** @throws GitHubError 422 that names what is wrong */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw invalidRequest(parsed.error);
  return parsed.data;
}
