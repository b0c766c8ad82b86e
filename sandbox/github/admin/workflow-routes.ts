import { randomBytes, randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";

import type { FastifyInstance } from "fastify";
import * as z from "zod";

import { digestOf } from "../caller.ts";
import { invalidRequest, notFound } from "../errors.ts";
import { Permissions, Token } from "../model.ts";
import { eventUrls } from "../notify.ts";
import type { Store } from "../store.ts";
import { repositoryView } from "../views/repository.ts";
import { EventFeed } from "./event-feed.ts";

/** The App on whose behalf workflows act. */
const actionsApp = 15_368;

const NewToken = z.strictObject({ repository: z.string(), permissions: Permissions });
const NewSchedule = z.strictObject({ repository: z.string(), cron: z.string() });
const TokenId = z.object({ id: z.coerce.number().int() });

/**
 * What the sandbox's runner of workflows needs and GitHub keeps to itself:
 * - `GET /_emulator/events`: events as they happen, a line of JSON (`Happening`) each; `…/told`: how many there were;
 * - `POST /_emulator/tokens`: a token of GitHub Actions for one repository; `DELETE …/ID` revokes it;
 * - `POST /_emulator/schedules`: what the clock does to a repository's workflows.
 */
export function workflowRoutes(app: FastifyInstance, store: Store): void {
  const feed = new EventFeed(store);
  app.addHook("onClose", (_app, done) => {
    feed.close();
    done();
  });
  const find = (fullName: string) => {
    const [owner = "", name = ""] = fullName.split("/");
    const repository = store.repository(owner, name);
    if (repository === undefined) throw notFound();
    return repository;
  };
  app.get("/_emulator/events", (_request, reply) => {
    const lines = new PassThrough();
    const end = feed.on((happening) => lines.write(`${JSON.stringify(happening)}\n`));
    reply.raw.once("close", end);
    // Headers go out with the first bytes; an empty line tells the listener that it listens.
    lines.write("\n");
    return reply.type("application/x-ndjson").send(lines);
  });
  app.get("/_emulator/events/told", async () => ({ sequence: await feed.told() }));
  app.post("/_emulator/tokens", ({ body }) => {
    const { repository: fullName, permissions } = read(NewToken, body);
    const repository = find(fullName);
    const actions = store.accounts.apps.find(({ id }) => id === actionsApp);
    if (actions === undefined) throw notFound();
    const token = `ghs_${randomBytes(18).toString("hex")}`;
    const kept = Token.parse({
      id: store.nextId(),
      name: `workflow of ${fullName}`,
      digest: digestOf(token),
      kind: "installation",
      userId: actions.botId,
      appId: actionsApp,
      permissions: { metadata: "read", ...permissions },
      repositories: [repository.id],
      createdAt: store.clock.now(),
    });
    store.accounts.tokens.push(kept);
    store.saveAccounts();
    return { id: kept.id, token };
  });
  app.delete("/_emulator/tokens/:id", ({ params }, reply) => {
    const { id } = read(TokenId, params);
    store.accounts.tokens = store.accounts.tokens.filter((one) => one.id !== id);
    store.saveAccounts();
    return reply.code(204).send();
  });
  app.post("/_emulator/schedules", ({ body }, reply) => {
    const { repository: fullName, cron } = read(NewSchedule, body);
    const repository = find(fullName);
    const bot = store.user("github-actions[bot]");
    if (bot === undefined) throw notFound();
    feed.tell(
      {
        id: randomUUID(),
        name: "schedule",
        payload: { schedule: cron, repository: repositoryView(store, eventUrls(store), repository) },
        sender: bot,
        at: store.clock.now(),
      },
      repository,
    );
    return reply.code(204).send();
  });
}

/** @throws GitHubError 422 that names what is wrong */
function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidRequest(parsed.error);
  return parsed.data;
}
