import { ConcurrencyGroups } from "./concurrency-groups.ts";
import { RepositoryClient } from "./repository-client.ts";
import { occasionOf, payloadOf } from "./run-context.ts";
import type { RunSetting } from "./run-facts.ts";
import type { Happening } from "./stand-in-client.ts";
import { startsRun } from "./workflow/starts-run.ts";
import { parseWorkflow } from "./workflow/workflow-file.ts";
import type { WorkflowFile } from "./workflow/workflow-file.ts";
import { nextRun, WorkflowRun } from "./workflow-run.ts";
import type { RunReport } from "./workflow-run.ts";

/** Before the first commit of a branch. */
const nothing = /^0+$/u;

/** Starts workflows on the GitHub stand-in's events, as GitHub Actions does: the files of the event's commit, each that its `on:` says. */
export class Runner {
  readonly #setting: RunSetting;
  readonly #runs: WorkflowRun[] = [];
  readonly #active = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #next: number;
  #handled = 0;
  #tail: Promise<void> = Promise.resolve();
  #changed = Promise.withResolvers<void>();

  constructor(setting: Omit<RunSetting, "groups" | "end" | "changed">) {
    const shared = { groups: new ConcurrencyGroups(), end: this.#end.signal, changed: () => this.#wake() };
    this.#setting = { ...setting, ...shared };
    this.#next = nextRun(setting.folder);
  }

  /** Every run since the start, oldest first. */
  get runs(): readonly RunReport[] {
    return this.#runs.map(({ report }) => report);
  }

  /** Listens until `close`. @param ended called when the stand-in ends */
  async listen(ended: () => void): Promise<void> {
    this.#handled = await this.#setting.client.told();
    await this.#setting.client.listen((happening) => this.#take(happening), this.#end.signal, ended);
  }

  /** Runs again what a run was of: the same event, commit and file. Here it gets a number of its own. Returns whether there is such a run. */
  async rerun(number: number): Promise<boolean> {
    const old = this.#runs.find((run) => run.number === number);
    if (old === undefined) return false;
    const started = this.#tail.then(() => this.#start(old.happening, old.path, old.text));
    this.#tail = started.catch(() => undefined);
    await started;
    return true;
  }

  /** Takes no more events and cancels every run; resolves when all have ended. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#tail;
    await Promise.all(this.#active);
  }

  /** Waits until nothing runs but what waits for reviewers, and nothing that has happened waits to be looked at. */
  async settled(): Promise<void> {
    for (;;) {
      const told = await this.#setting.client.told();
      const isBusy = () => this.#handled < told || this.#runs.some((run) => run.isBusy);
      if (!isBusy()) return;
      await this.#changed.promise;
    }
  }

  /** One event after another, so that runs are in their groups in the order of what caused them. */
  #take(happening: Happening): void {
    this.#tail = this.#tail.then(async () => {
      try {
        await this.#handle(happening);
      } catch (error) {
        this.#setting.log(
          `${happening.name} of ${happening.repository}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      this.#handled = happening.sequence;
      this.#wake();
    });
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  async #handle(happening: Happening): Promise<void> {
    const { client, log } = this.#setting;
    const { repository, name, subject } = happening;
    if (subject === undefined || !isTrigger.has(name)) return;
    // GitHub runs nothing in forks until somebody turns it on there.
    if (payloadOf(happening).repository?.fork === true) return;
    const token = await client.mint(repository, { contents: "read" });
    try {
      const github = new RepositoryClient(client.url, token.token, repository);
      const files = await github.workflowFiles(subject.sha);
      for (const [path, text] of files) {
        let file: WorkflowFile;
        try {
          file = parseWorkflow(path, text);
        } catch (error) {
          log(`${repository}: ${error instanceof Error ? error.message : String(error)}`);
          continue;
        }
        const decision = startsRun(path, file, occasionOf(happening, await changedPaths(github, file, happening)));
        if (!decision.starts) continue;
        await this.#start(happening, path, text);
      }
    } finally {
      await client.revoke(token);
    }
  }

  async #start(happening: Happening, path: string, text: string): Promise<void> {
    const { log } = this.#setting;
    const run = new WorkflowRun(this.#setting, this.#next, happening, path, text);
    this.#next += 1;
    this.#runs.push(run);
    const event = [happening.name, happening.action].filter(Boolean).join(" ");
    log(`run ${String(run.number)} of ${happening.repository}: ${path} on ${event}`);
    const { ended } = await run.start();
    const active = ended
      .catch((error: unknown) =>
        log(`run ${String(run.number)}: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => {
        this.#active.delete(active);
        this.#wake();
      });
    this.#active.add(active);
  }
}

/** Events that can start workflows here; the others are told too, as the runner's own reports of checks. */
const isTrigger = new Set(["push", "pull_request", "release", "repository_dispatch", "workflow_dispatch", "schedule"]);

/** The paths that an event changed, where a workflow asks for them and GitHub counts them. */
async function changedPaths(
  github: RepositoryClient,
  { on }: WorkflowFile,
  happening: Happening,
): Promise<readonly string[] | undefined> {
  const filter = on.events[happening.name];
  if ((filter?.paths ?? filter?.["paths-ignore"]) === undefined) return undefined;
  const { pull_request: pull, before, after, ref } = payloadOf(happening);
  if (pull !== undefined) return github.changedPaths(pull.base.sha, pull.head.sha);
  if (before === undefined || after === undefined || nothing.test(before) || ref?.startsWith("refs/tags/") === true)
    return undefined;
  return github.changedPaths(before, after);
}
