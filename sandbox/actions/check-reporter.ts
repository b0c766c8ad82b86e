import type { RepositoryClient } from "./repository-client.ts";

/** How a job ended, in GitHub's words. */
export type Conclusion = "success" | "failure" | "cancelled" | "skipped";

/** What is known of one job of a run. */
export interface JobState {
  /** Undefined while it runs. */
  readonly result: Conclusion | undefined;
  /** What its steps set as outputs. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The jobs of a run under the names of their checks, each reported to GitHub when it begins and when it ends, one after another. */
export class CheckReporter {
  readonly #client: RepositoryClient;
  readonly #commit: string;
  readonly #run: number;
  readonly #states = new Map<string, JobState>();
  readonly #ids = new Map<string, Promise<number>>();
  #tail: Promise<unknown> = Promise.resolve();

  /** @param commit that the checks are of: a pull request's head */
  constructor(client: RepositoryClient, commit: string, run: number) {
    this.#client = client;
    this.#commit = commit;
    this.#run = run;
  }

  /** Every job so far, by the name of its check. */
  get jobs(): Readonly<Record<string, JobState>> {
    return Object.fromEntries(this.#states);
  }

  /** Says that a job runs; does nothing when that was said before. */
  begin(name: string): void {
    if (this.#states.has(name)) return;
    this.#states.set(name, { result: undefined, outputs: {} });
    this.#report(name, () => this.#client.createCheck(name, this.#commit, this.#run, { status: "in_progress" }));
  }

  /** Says that a job waits for reviewers, or that it runs on. */
  wait(name: string, waits: boolean): void {
    const status = waits ? ("waiting" as const) : ("in_progress" as const);
    const known = this.#ids.get(name);
    if (known !== undefined)
      this.#tail = this.#tail.then(async () => this.#client.updateCheck(await known, { status }));
    else {
      this.#states.set(name, { result: undefined, outputs: {} });
      this.#report(name, () => this.#client.createCheck(name, this.#commit, this.#run, { status }));
    }
  }

  /** Keeps an output of a job. */
  output(name: string, key: string, value: string): void {
    const state = this.#states.get(name);
    if (state !== undefined) this.#states.set(name, { ...state, outputs: { ...state.outputs, [key]: value } });
  }

  /** Says how a job ended; the first word counts. */
  end(name: string, conclusion: Conclusion, summary = ""): void {
    const state = this.#states.get(name);
    if (state?.result !== undefined) return;
    const report = {
      status: "completed" as const,
      conclusion,
      ...(summary === "" ? {} : { output: { title: name, summary } }),
    };
    this.#states.set(name, { result: conclusion, outputs: state?.outputs ?? {} });
    const known = this.#ids.get(name);
    if (known === undefined) this.#report(name, () => this.#client.createCheck(name, this.#commit, this.#run, report));
    else this.#tail = this.#tail.then(async () => this.#client.updateCheck(await known, report));
  }

  /** Ends every job that runs still, of some jobs of the file and those that they call. */
  endAll(conclusion: Conclusion, jobs: readonly string[]): void {
    for (const [name, { result }] of this.#states)
      if (result === undefined && jobs.some((job) => name === job || name.startsWith(`${job} `)))
        this.end(name, conclusion);
  }

  /**
   * Waits until GitHub knows everything.
   * @throws Error with GitHub's answer to what it refused
   */
  async reported(): Promise<void> {
    await this.#tail;
  }

  #report(name: string, create: () => Promise<number>): void {
    const id = this.#tail.then(create);
    this.#ids.set(name, id);
    this.#tail = id;
    this.#tail.catch(() => undefined);
  }
}
