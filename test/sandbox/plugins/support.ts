import { EngineLog } from "../../../sandbox/plugins/shared/engine-log.ts";
import type { Severity } from "../../../sandbox/plugins/shared/engine-log.ts";
import type { Session } from "../../../sandbox/plugins/kubernetes/cluster.ts";
import { readSettings } from "../../../sandbox/plugins/kubernetes/settings.ts";
import type { AwaitContext, Awaiter } from "../../../sandbox/plugins/kubernetes/await/awaiter.ts";
import type { KubernetesObject } from "../../../sandbox/plugins/kubernetes/objects.ts";
import type { PlainMap } from "../../../sandbox/plugins/shared/values.ts";

/** A session whose cluster can't be reached. @param config settings by name */
export function offline(config: Readonly<Record<string, string>> = {}): Session {
  const variables = new Map(Object.entries(config).map(([name, value]) => [`kubernetes:config:${name}`, value]));
  return {
    settings: readSettings(variables, {}),
    defaultNamespace: "shop",
    cluster: undefined,
    unreachable: "no cluster in this test",
    log: new EngineLog(undefined),
    cancelled: new AbortController().signal,
  };
}

/** An await context that records what is said, and whose time passes when a test says so. */
export function contextFor(object: KubernetesObject, previous?: KubernetesObject) {
  const said: string[] = [];
  const timers: { seconds: number; callback: () => void }[] = [];
  const context: AwaitContext = {
    object,
    previous,
    say(severity: Severity, message: string) {
      said.push(`${severity}: ${message}`);
    },
    after(seconds, callback) {
      timers.push({ seconds, callback });
    },
  };
  /** Lets the time pass that was asked for. */
  const pass = (seconds: number) => {
    for (const timer of timers.splice(0)) {
      if (timer.seconds <= seconds) timer.callback();
      else timers.push({ ...timer, seconds: timer.seconds - seconds });
    }
  };
  return { context, said, pass };
}

/** An object `shop/app`. */
export const named = (rest: PlainMap = {}, generation = 1): PlainMap => ({
  metadata: { name: "app", namespace: "shop", uid: "o", generation },
  ...rest,
});

/** Feeds an awaiter and tells whether it is satisfied after each object. */
export const feed = (awaiter: Awaiter, plural: string, ...objects: PlainMap[]) =>
  objects.map((object) => {
    awaiter.observe(plural, { type: "MODIFIED", object });
    return awaiter.isReady();
  });
