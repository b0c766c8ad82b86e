/** Lets one task a key run at a time, in the order of arrival. */
export class Locks {
  readonly #tails = new Map<number, Promise<unknown>>();

  /** Runs a task when all earlier ones of its key have ended. It must not ask for the same key again. */
  async run<Result>(key: number, task: () => Promise<Result> | Result): Promise<Result> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(task);
    const tail = result.catch(() => undefined);
    this.#tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}
