import type { Severity } from "../../shared/engine-log.ts";
import { nameOf, namespaceOf, text, uidOf } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import { collectionPath } from "../resource-client.ts";
import type { ObjectEvent, Watches } from "../watches.ts";
import type { AwaitContext, Awaiter, Watched } from "./awaiter.ts";

/** How often problems are reported while waiting, in seconds. */
const reportSeconds = 10;

/** An object exists, but is not ready. */
export class NotReady extends Error {
  /** Its last known state. */
  readonly object: KubernetesObject;
  /** Why it is not ready. */
  readonly problems: readonly string[];

  constructor(message: string, object: KubernetesObject, problems: readonly string[]) {
    super(message);
    this.object = object;
    this.problems = problems;
  }
}

/** What waiting needs. */
export interface WaitOptions {
  readonly watches: Watches;
  /** Seconds. */
  readonly timeout: number;
  /** Aborted when the person gives up. */
  readonly signal: AbortSignal;
  say(severity: Severity, message: string): void;
}

/** The path of a watched collection in an object's namespace. */
export const watchedPath = (watched: Watched, object: KubernetesObject) =>
  collectionPath({ ...watched, namespaced: namespaceOf(object) !== "" }, namespaceOf(object));

/** Says each thing once. */
export function once(say: WaitOptions["say"]): WaitOptions["say"] {
  const said = new Set<string>();
  return (severity, message) => {
    if (said.has(`${severity} ${message}`)) return;
    said.add(`${severity} ${message}`);
    say(severity, message);
  };
}

/**
 * Waits until an object is ready and returns it.
 *
 * @param make makes the awaiter that decides
 * @throws NotReady when the time is over, the person gives up, or waiting longer is useless
 */
export async function awaitReady(
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
  make: (context: AwaitContext) => Awaiter,
  options: WaitOptions,
): Promise<KubernetesObject> {
  const cleanUp: (() => void)[] = [];
  const say = once((severity, message) => {
    options.say(severity, message);
  });
  try {
    return await new Promise<KubernetesObject>((resolve, reject) => {
      const fail = (message: string) => {
        reject(new NotReady(message, awaiter.current, awaiter.problems()));
      };
      const guarded = (step: () => void) => () => {
        try {
          step();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const check = guarded(() => {
        if (awaiter.isReady()) resolve(awaiter.current);
        else if (awaiter.hasFailed?.() === true)
          fail(`Resource '${nameOf(object)}' was created but failed to initialize`);
      });
      const end = (message: string) => () => {
        if (awaiter.isReadyInTheEnd?.() === true) resolve(awaiter.current);
        else fail(message);
      };
      const after = (seconds: number, callback: () => void) => {
        const timer = setTimeout(callback, seconds * 1000);
        cleanUp.push(() => {
          clearTimeout(timer);
        });
      };
      const context: AwaitContext = {
        object,
        previous,
        say,
        after(seconds, callback) {
          after(seconds, () => {
            callback();
            check();
          });
        },
      };
      const awaiter = make(context);
      after(options.timeout, end(awaiter.timeoutMessage ?? `'${nameOf(object)}' timed out waiting to be Ready`));
      const cancelled = end(`Resource operation was cancelled for "${nameOf(object)}"`);
      options.signal.addEventListener("abort", cancelled);
      cleanUp.push(() => {
        options.signal.removeEventListener("abort", cancelled);
      });
      const reports = setInterval(() => awaiter.report?.(), reportSeconds * 1000);
      cleanUp.push(() => {
        clearInterval(reports);
      });
      for (const watched of awaiter.watched) {
        const observe = (event: ObjectEvent) => {
          guarded(() => {
            awaiter.observe(watched.plural, event);
          })();
          check();
        };
        const name = watched.onlySelf === true ? nameOf(object) : undefined;
        cleanUp.push(options.watches.subscribe(watchedPath(watched, object), observe, name));
      }
      cleanUp.push(sayWarningEvents(object, options.watches, say));
      if (options.signal.aborted) cancelled();
      check();
    });
  } finally {
    for (const step of cleanUp) step();
  }
}

/** Says the warnings that Kubernetes' controllers record about an object. */
function sayWarningEvents(object: KubernetesObject, watches: Watches, say: WaitOptions["say"]): () => void {
  const path = collectionPath({ apiVersion: "v1", plural: "events", namespaced: true }, namespaceOf(object));
  return watches.subscribe(path, ({ object: event }) => {
    if (text(event, "involvedObject", "uid") !== uidOf(object) || text(event, "type") !== "Warning") return;
    say("warning", `${text(event, "reason")}: ${text(event, "message")}`);
  });
}
