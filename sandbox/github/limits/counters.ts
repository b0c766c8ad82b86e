import type { LimitHit } from "./limiter.ts";

/** The requests of one kind. */
export interface RequestCount {
  /** `GET /repos/:owner/:repo`; of GraphQL `query repository`, `mutation createCommitOnBranch`; of git `git-receive-pack`. */
  readonly endpoint: string;
  readonly count: number;
  /** How many were answered with each status; one that was cut off has none. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** What was counted since the last mark. */
export interface Count {
  readonly requests: readonly RequestCount[];
  readonly total: number;
  /** The most requests that were being answered at one moment. */
  readonly concurrency: number;
  readonly limits: readonly LimitHit[];
}

/** Counts requests since a mark. */
export class Counters {
  #requests = new Map<string, { count: number; statuses: Record<string, number> }>();
  #limits: LimitHit[] = [];
  #most = 0;
  #current = 0;

  /** The requests that are being answered. */
  get current(): number {
    return this.#current;
  }

  /** Counts from here on. Requests that are being answered count on in the concurrency. */
  mark(): void {
    this.#requests = new Map();
    this.#limits = [];
    this.#most = this.#current;
  }

  /** A request has come. */
  begin(): void {
    this.#current += 1;
    this.#most = Math.max(this.#most, this.#current);
  }

  /** It is known what it asks for. */
  request(endpoint: string): void {
    this.#of(endpoint).count += 1;
  }

  /** It was over a limit. */
  limit(hit: LimitHit): void {
    this.#limits.push(hit);
  }

  /** It is over, answered or cut off. */
  end(): void {
    this.#current -= 1;
  }

  /** It was answered. */
  answered(endpoint: string, status: number): void {
    const { statuses } = this.#of(endpoint);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }

  /** All that was counted, the commonest requests first. */
  count(): Count {
    const requests = [...this.#requests]
      .map(([endpoint, { count, statuses }]) => ({ endpoint, count, statuses: { ...statuses } }))
      .sort((a, b) => b.count - a.count || (a.endpoint < b.endpoint ? -1 : 1));
    return {
      requests,
      total: requests.reduce((sum, { count }) => sum + count, 0),
      concurrency: this.#most,
      limits: [...this.#limits],
    };
  }

  #of(endpoint: string) {
    let one = this.#requests.get(endpoint);
    if (one === undefined) this.#requests.set(endpoint, (one = { count: 0, statuses: {} }));
    return one;
  }
}
