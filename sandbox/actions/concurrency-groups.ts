/** Who wants to be alone in a concurrency group. */
export interface Member {
  /** Whether it cancels the one that is in the group when it comes. */
  readonly cancelInProgress: boolean;
  /** Called once it shall end because another one came. */
  cancel(reason: string): void;
}

interface Group {
  running: Member;
  waiting: { readonly member: Member; readonly decide: (entered: boolean) => void } | undefined;
}

/**
 * Concurrency groups as GitHub has them (docs.github.com, "Control the concurrency of workflows and jobs"): in each, one runs and at most one
 * waits; whoever comes while another one waits takes its place, and that one is cancelled. Names differ by more than letter case.
 */
export class ConcurrencyGroups {
  readonly #groups = new Map<string, Group>();

  /** Waits for the group. Resolves to false when another one took the place while this one waited. */
  async enter(name: string, member: Member): Promise<boolean> {
    const key = name.toLowerCase();
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, { running: member, waiting: undefined });
      return true;
    }
    group.waiting?.decide(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    group.waiting = { member, decide: resolve };
    if (member.cancelInProgress) group.running.cancel(`a newer one of the group ${name} came`);
    return promise;
  }

  /** Lets the next one in; a member that only waits gives its place up. Does nothing for who is neither in the group nor waits for it. */
  leave(name: string, member: Member): void {
    const key = name.toLowerCase();
    const group = this.#groups.get(key);
    if (group?.waiting?.member === member) {
      group.waiting.decide(false);
      group.waiting = undefined;
    }
    if (group?.running !== member) return;
    const next = group.waiting;
    if (next === undefined) {
      this.#groups.delete(key);
      return;
    }
    this.#groups.set(key, { running: next.member, waiting: undefined });
    next.decide(true);
  }
}
