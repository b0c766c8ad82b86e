/** What a clock needs to keep over a restart. */
export interface ClockState {
  clockOffset: number;
  clockFrozen: string | null;
}

/** The time in the emulator, from which all its timestamps come. It goes with the machine's until somebody drives it. */
export class Clock {
  readonly #state: ClockState;

  constructor(state: ClockState) {
    this.#state = state;
  }

  /** Milliseconds since 1970. */
  milliseconds(): number {
    const { clockFrozen, clockOffset } = this.#state;
    return clockFrozen === null ? Date.now() + clockOffset * 1000 : Date.parse(clockFrozen);
  }

  /** The moment as GitHub writes it, in whole seconds. */
  now(): string {
    return moment(this.milliseconds());
  }

  /** Goes ahead by some seconds. */
  advance(seconds: number): void {
    if (this.#state.clockFrozen === null) this.#state.clockOffset += seconds;
    else this.#state.clockFrozen = moment(Date.parse(this.#state.clockFrozen) + seconds * 1000);
  }

  /** Jumps to a moment and goes on from there, or stands still at it. */
  set(at: string, frozen: boolean): void {
    this.#state.clockFrozen = frozen ? moment(Date.parse(at)) : null;
    this.#state.clockOffset = frozen ? this.#state.clockOffset : (Date.parse(at) - Date.now()) / 1000;
  }

  /** Goes with the machine's clock again. */
  reset(): void {
    this.#state.clockFrozen = null;
    this.#state.clockOffset = 0;
  }
}

/** A moment in ISO 8601, UTC, whole seconds. */
export const moment = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/u, "Z");
