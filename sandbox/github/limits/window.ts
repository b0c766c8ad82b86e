/** Uses within the last while: at no moment more than `limit` in any `span` milliseconds. */
export class SlidingWindow {
  readonly #span: number;
  #uses: { readonly at: number; readonly amount: number }[] = [];

  constructor(spanMilliseconds: number) {
    this.#span = spanMilliseconds;
  }

  /** When an amount fits under a limit; nothing is used yet. */
  fitsAt(now: number, amount: number, limit: number): number {
    this.#forget(now);
    if (amount > limit) return Number.POSITIVE_INFINITY;
    let used = this.used(now);
    if (used + amount <= limit) return now;
    for (const use of this.#uses) {
      used -= use.amount;
      if (used + amount <= limit) return use.at + this.#span;
    }
    return now;
  }

  /** Takes note of a use. Times never go back. */
  use(now: number, amount: number): void {
    if (amount > 0) this.#uses.push({ at: now, amount });
  }

  /** What is used in the span that ends now. */
  used(now: number): number {
    this.#forget(now);
    return this.#uses.reduce((sum, { amount }) => sum + amount, 0);
  }

  #forget(now: number): void {
    const kept = this.#uses.findIndex(({ at }) => at + this.#span > now);
    if (kept !== 0) this.#uses = kept === -1 ? [] : this.#uses.slice(kept);
  }
}

/** Uses since a window began, which is at its first use; a window lasts `span` milliseconds, and then all is free again. */
export class FixedWindow {
  readonly #span: number;
  #start: number | undefined;
  #used = 0;

  constructor(spanMilliseconds: number) {
    this.#span = spanMilliseconds;
  }

  /** When an amount fits under a limit; nothing is used yet. */
  fitsAt(now: number, amount: number, limit: number): number {
    if (amount > limit) return Number.POSITIVE_INFINITY;
    return this.used(now) + amount <= limit ? now : this.resetAt(now);
  }

  use(now: number, amount: number): void {
    this.#used = this.used(now) + amount;
    this.#start ??= now;
  }

  /** Gives back a use of this window, as GitHub does for a request that it answers with 304. */
  giveBack(now: number, amount: number): void {
    this.#used = Math.max(0, this.used(now) - amount);
  }

  used(now: number): number {
    if (this.#start !== undefined && now >= this.#start + this.#span) {
      this.#start = undefined;
      this.#used = 0;
    }
    return this.#used;
  }

  /** When the window ends, in milliseconds since 1970; of one that has not begun, as if it began now. */
  resetAt(now: number): number {
    this.used(now);
    return (this.#start ?? now) + this.#span;
  }
}
