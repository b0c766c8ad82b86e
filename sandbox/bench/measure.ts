/** How many times something is measured. */
const runs = 3;

/**
 * Milliseconds that something takes: the median of a few runs.
 *
 * @param before runs before each, unmeasured
 */
export async function measured(
  what: () => Promise<unknown>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    await before();
    const begin = performance.now();
    await what();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[(runs - 1) / 2] ?? 0;
}

/** Writes a table, a line at a time: what was measured, seconds, and how many times the floor. */
export class Table {
  readonly #floor: number;

  /** @param floor milliseconds of what everything else is compared with */
  constructor(floor: number) {
    this.#floor = floor;
  }

  row(what: string, milliseconds: number): void {
    const seconds = (milliseconds / 1000).toFixed(2).padStart(7);
    const ratio = (milliseconds / this.#floor).toFixed(2).padStart(6);
    process.stdout.write(`${what.padEnd(56)}${seconds} s ${ratio} x\n`);
  }
}
