import type { Severity } from "../../shared/engine-log.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";

/** A collection of objects that an awaiter wants to see, in the namespace of the object it waits for. */
export interface Watched {
  /** `group/version`, or `v1`. */
  readonly apiVersion: string;
  /** As in paths: `pods`. */
  readonly plural: string;
  /** Whether to see only the object that is waited for. */
  readonly onlySelf?: boolean;
}

/** What an awaiter knows of its surroundings. */
export interface AwaitContext {
  /** The object as the change that is waited for left it. */
  readonly object: KubernetesObject;
  /** The object before that change; undefined when it was made by it, or is only read. */
  readonly previous?: KubernetesObject | undefined;
  /** Shows what is going on. */
  say(severity: Severity, message: string): void;
  /** Calls back after some seconds, unless the waiting is over by then. */
  after(seconds: number, callback: () => void): void;
}

/** Decides from a stream of events when an object is ready. It does no input or output of its own. */
export interface Awaiter {
  readonly watched: readonly Watched[];
  /** Takes an event of one of the watched collections. */
  observe(plural: string, event: ObjectEvent): void;
  /** Whether the object is ready. May say what is still missing. */
  isReady(): boolean;
  /** Whether the object may pass when the time is over although `isReady` is not certain. Default no. */
  isReadyInTheEnd?(): boolean;
  /** Says what goes wrong at the moment; called every 10 seconds. */
  report?(): void;
  /** True when waiting longer is useless. */
  hasFailed?(): boolean;
  /** Takes it that nothing more is coming: the objects seen are all there are. For a read. */
  settle?(): void;
  /** Why the object is not ready. */
  problems(): string[];
  /** What is said when the time is over, in place of the usual sentence. */
  readonly timeoutMessage?: string;
  /** The last state seen. */
  readonly current: KubernetesObject;
}
