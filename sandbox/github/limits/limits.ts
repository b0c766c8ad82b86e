import type { FastifyRequest } from "fastify";

import type { Clock } from "../clock.ts";
import type { RequestFacts } from "./rest-facts.ts";
import { Counters } from "./counters.ts";
import type { Count } from "./counters.ts";
import { Faults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { anonymous, Limiter } from "./limiter.ts";
import type { RateState } from "./limiter.ts";
import { defaultLimits } from "./settings.ts";

/** What is known of a request while it is answered. */
export interface RequestState {
  /** What it is counted as. */
  endpoint?: string;
  /** Of requests that limits are about. */
  facts?: RequestFacts;
  fault?: Fault;
  /** Whether a limit or a fault answered it. */
  injected?: boolean;
}

/** What was counted since the last mark, and how long it took. */
export interface Report extends Count {
  /** Seconds of the machine's clock. */
  readonly wall: number;
  /** Seconds that requests would have had to wait besides, in the mode `virtual`. */
  readonly waited: number;
}

/** Limits, counters and faults of one stand-in. */
export class Limits {
  readonly limiter: Limiter;
  readonly counters = new Counters();
  readonly faults = new Faults();
  readonly #states = new WeakMap<FastifyRequest, RequestState>();
  #mark = { wall: performance.now(), waited: 0 };

  constructor(clock: Clock) {
    this.limiter = new Limiter({ ...defaultLimits }, () => clock.milliseconds());
  }

  /** What is known of a request. */
  stateOf(request: FastifyRequest): RequestState {
    let state = this.#states.get(request);
    if (state === undefined) this.#states.set(request, (state = {}));
    return state;
  }

  /** The account that a request counts for. */
  accountOf({ caller }: FastifyRequest): string {
    return caller.user === undefined ? anonymous : String(caller.user.id);
  }

  /** The state of the primary limit for whoever asks. */
  rate(request: FastifyRequest, resource: RequestFacts["resource"]): RateState {
    return this.limiter.state(this.accountOf(request), resource);
  }

  /** Counts from here on. */
  mark(): void {
    this.counters.mark();
    this.#mark = { wall: performance.now(), waited: this.limiter.waited };
  }

  /** Forgets what was used of limits, and waited for them. */
  reset(): void {
    this.limiter.reset();
    this.#mark.waited = 0;
  }

  report(): Report {
    return {
      ...this.counters.count(),
      wall: (performance.now() - this.#mark.wall) / 1000,
      waited: (this.limiter.waited - this.#mark.waited) / 1000,
    };
  }
}
