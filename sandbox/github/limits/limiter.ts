import type { RequestFacts } from "./rest-facts.ts";
import type { LimitSettings } from "./settings.ts";
import { FixedWindow, SlidingWindow } from "./window.ts";

/** The limits that a request can be over. */
export type LimitName = "primary" | "concurrent" | "points" | "graphqlPoints" | "contentPerMinute" | "contentPerHour";

/** A limit that a request was over. */
export interface LimitHit {
  readonly limit: LimitName;
  readonly endpoint: string;
  /** Seconds until it would have passed, rounded up; 0 where that depends on other requests. */
  readonly wait: number;
}

/** The state of the primary limit, as headers and `GET /rate_limit` tell it. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  readonly used: number;
  /** Seconds since 1970. */
  readonly reset: number;
}

const minute = 60_000;
const hour = 3_600_000;

class Account {
  readonly primary = { core: new FixedWindow(hour), graphql: new FixedWindow(hour) };
  readonly points = new Map<string, SlidingWindow>();
  readonly contentPerMinute = new SlidingWindow(minute);
  readonly contentPerHour = new SlidingWindow(hour);

  pointsOf(endpoint: string): SlidingWindow {
    let window = this.points.get(endpoint);
    if (window === undefined) this.points.set(endpoint, (window = new SlidingWindow(minute)));
    return window;
  }
}

/** Applies GitHub's limits to requests, each account by itself. */
export class Limiter {
  settings: LimitSettings;
  readonly #clock: () => number;
  readonly #accounts = new Map<string, Account>();
  #ahead = 0;

  /** @param clock milliseconds since 1970 */
  constructor(settings: LimitSettings, clock: () => number) {
    this.settings = settings;
    this.#clock = clock;
  }

  /** The clock's time, and on top of it all that requests would have had to wait in the mode `virtual`. */
  get now(): number {
    return this.#clock() + this.#ahead;
  }

  /** Milliseconds that requests would have had to wait so far, in the mode `virtual`. */
  get waited(): number {
    return this.#ahead;
  }

  /**
   * Takes a request in or finds the limit that it is over. In the mode `virtual` it is always taken in, at the time
   * when it fits, and the limit that it had to wait for longest is what is returned.
   *
   * @param concurrent the requests that are being answered, this one among them
   */
  admit(account: string, facts: RequestFacts, concurrent: number): LimitHit | undefined {
    const { mode, concurrent: most } = this.settings;
    const { endpoint } = facts;
    let hit: LimitHit | undefined;
    if (mode !== "off") {
      if (concurrent > most) hit = { limit: "concurrent", endpoint, wait: 0 };
      const { limit, fitsAt } = this.#longest(account, facts);
      const wait = fitsAt - this.now;
      if (wait > 0 && limit !== undefined) {
        hit = { limit, endpoint, wait: Math.ceil(wait / 1000) };
        if (mode === "virtual" && Number.isFinite(wait)) this.#ahead += wait;
      }
      if (mode === "enforce" && hit !== undefined) return hit;
    }
    this.#use(account, facts);
    return hit;
  }

  /** Gives back the primary limit's part of a request: GitHub does not count one that it answers with 304. */
  giveBack(account: string, { resource, primary }: RequestFacts): void {
    this.#account(account).primary[resource].giveBack(this.now, primary);
  }

  /** The state of an account's primary limit. */
  state(account: string, resource: RequestFacts["resource"]): RateState {
    const window = this.#account(account).primary[resource];
    const limit = this.#primaryLimit(account);
    const used = window.used(this.now);
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.floor(window.resetAt(this.now) / 1000) };
  }

  /** Forgets all that was used and waited. */
  reset(): void {
    this.#accounts.clear();
    this.#ahead = 0;
  }

  #longest(account: string, facts: RequestFacts): { limit: LimitName | undefined; fitsAt: number } {
    let longest: { limit: LimitName | undefined; fitsAt: number } = { limit: undefined, fitsAt: this.now };
    for (const { limit, window, amount, most } of this.#windows(account, facts)) {
      const fitsAt = window.fitsAt(this.now, amount, most);
      if (fitsAt > longest.fitsAt) longest = { limit, fitsAt };
    }
    return longest;
  }

  #use(account: string, facts: RequestFacts): void {
    for (const { window, amount } of this.#windows(account, facts)) window.use(this.now, amount);
  }

  /** The windows that a request counts in, with what it uses and what may be used. */
  #windows(account: string, { resource, endpoint, primary, points, content }: RequestFacts) {
    const { settings } = this;
    const own = this.#account(account);
    const isGraphql = resource === "graphql";
    const group = isGraphql ? "graphql" : settings.strictPoints ? "rest" : endpoint;
    return [
      { limit: "primary", window: own.primary[resource], amount: primary, most: this.#primaryLimit(account) },
      {
        limit: isGraphql ? "graphqlPoints" : "points",
        window: own.pointsOf(group),
        amount: points,
        most: isGraphql ? settings.graphqlPoints : settings.points,
      },
      ...(content
        ? ([
            { limit: "contentPerMinute", window: own.contentPerMinute, amount: 1, most: settings.contentPerMinute },
            { limit: "contentPerHour", window: own.contentPerHour, amount: 1, most: settings.contentPerHour },
          ] as const)
        : []),
    ] as const;
  }

  #primaryLimit(account: string): number {
    return account === anonymous ? this.settings.anonymous : this.settings.primary;
  }

  #account(name: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) this.#accounts.set(name, (account = new Account()));
    return account;
  }
}

/** The account of requests without a token. */
export const anonymous = "anonymous";
