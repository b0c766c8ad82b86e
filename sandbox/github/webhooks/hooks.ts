import * as z from "zod";

import { unprocessable, validationFailed } from "../errors.ts";
import type { Hook } from "../model.ts";
import type { Store } from "../store.ts";

const flag = z.union([z.boolean(), z.literal(["0", "1", 0, 1])]);

/** `config` of a hook, as clients send it. */
export const HookConfig = z.object({
  url: z.string().optional(),
  content_type: z.string().optional(),
  secret: z.string().optional(),
  insecure_ssl: flag.optional(),
});
export type HookConfig = z.infer<typeof HookConfig>;

/** A new hook. */
export const NewHook = z.object({
  name: z.string().default("web"),
  active: z.boolean().default(true),
  events: z.array(z.string()).default(["push"]),
  config: HookConfig.default({}),
});

/** A change of a hook. */
export const HookChanges = z.object({
  active: z.boolean().optional(),
  events: z.array(z.string()).optional(),
  add_events: z.array(z.string()).optional(),
  remove_events: z.array(z.string()).optional(),
  config: HookConfig.optional(),
});

/**
 * A hook's `config` as it is kept.
 * @throws GitHubError 422 where GitHub refuses it
 */
export function storedConfig({ url, content_type: type, secret, insecure_ssl: insecure }: HookConfig): Hook["config"] {
  if (url === undefined || url === "")
    throw validationFailed({ resource: "Hook", code: "custom", message: "Config must contain URL for webhooks" });
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/u.test(parsed.protocol))
    throw validationFailed({
      resource: "Hook",
      code: "custom",
      field: "url",
      message: "url is not a valid http(s) URL",
    });
  return {
    url,
    contentType: type === "json" ? "json" : "form",
    insecureSsl: insecure === true || insecure === 1 || insecure === "1",
    ...(secret === undefined || secret === "" ? {} : { secret }),
  };
}

/**
 * A hook with some changes. `config` is replaced as a whole: a secret that it does not repeat is gone.
 * @throws GitHubError 422
 */
export function changedHook(store: Store, hook: Hook, changes: z.infer<typeof HookChanges>): Hook {
  const { active = hook.active, events = hook.events, config } = changes;
  const removed = new Set(changes.remove_events);
  return {
    ...hook,
    active,
    events: [...new Set([...events, ...(changes.add_events ?? [])])].filter((event) => !removed.has(event)),
    config: config === undefined ? hook.config : storedConfig(config),
    updatedAt: store.clock.now(),
  };
}

/**
 * Makes a hook.
 * @throws GitHubError 422 for one that is there already, or that is none
 */
export function newHook(store: Store, hooks: readonly Hook[], wanted: z.infer<typeof NewHook>, where: string): Hook {
  if (wanted.name !== "web")
    throw unprocessable("Validation Failed", { resource: "Hook", code: "invalid", field: "name" });
  const config = storedConfig(wanted.config);
  const events = [...new Set(wanted.events)].sort();
  const same = (hook: Hook) => hook.config.url === config.url && [...hook.events].sort().join() === events.join();
  if (hooks.some(same))
    throw validationFailed({ resource: "Hook", code: "custom", message: `Hook already exists on this ${where}` });
  const now = store.clock.now();
  return {
    id: store.nextId(),
    active: wanted.active,
    events,
    config,
    createdAt: now,
    updatedAt: now,
    lastResponse: { code: null, status: "unused", message: null },
  };
}

/** A hook's `config` as the API shows it: that there is a secret, never which. */
export const configView = ({ url, contentType, insecureSsl, secret }: Hook["config"]) => ({
  content_type: contentType,
  insecure_ssl: insecureSsl ? "1" : "0",
  url,
  ...(secret === undefined ? {} : { secret: "********" }),
});
