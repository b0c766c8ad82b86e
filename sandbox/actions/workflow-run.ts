import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { readCalled } from "./called-workflows.ts";
import { endCancelled } from "./cancelled-jobs.ts";
import { CheckReporter } from "./check-reporter.ts";
import type { JobState } from "./check-reporter.ts";
import type { Member } from "./concurrency-groups.ts";
import { RepositoryClient } from "./repository-client.ts";
import { checkedCommit, contextsOf } from "./run-context.ts";
import type { RunFacts, RunSetting } from "./run-facts.ts";
import type { Happening } from "./stand-in-client.ts";
import { runUnit } from "./unit-run.ts";
import { jobName } from "./workflow/check-names.ts";
import type { CalledFiles } from "./workflow/job-names.ts";
import { planRun } from "./workflow/plan.ts";
import type { Group, Plan, Unit } from "./workflow/plan.ts";
import { parseWorkflow, workflowName } from "./workflow/workflow-file.ts";
import type { WorkflowFile } from "./workflow/workflow-file.ts";

/** A run as it is told. */
export interface RunReport {
  readonly run: number;
  /** Path of the workflow's file, and its name. */
  readonly path: string;
  readonly workflow: string;
  readonly repository: string;
  readonly event: { readonly name: string; readonly action?: string | undefined; readonly sequence: number };
  readonly ref: string;
  /** The commit that ran, and the one that its checks are of. */
  readonly commit: string;
  readonly checked: string;
  /** The environments whose reviewers it waits for. */
  readonly waiting: readonly string[];
  /** Undefined until it ended. */
  readonly conclusion: "success" | "failure" | "cancelled" | "skipped" | "startup_failure" | undefined;
  /** Why it was cancelled, did not start, or went wrong in a way that no job tells. */
  readonly reasons: readonly string[];
  /** By the name of the job's check. */
  readonly jobs: Readonly<Record<string, JobState>>;
  /** What jobs wrote for people to read, in markdown. */
  readonly summaries: Readonly<Record<string, string>>;
  /** The folder with logs. */
  readonly folder: string;
}

/** One run of one workflow file on one event. */
export class WorkflowRun {
  readonly number: number;
  /** What started it. */
  readonly happening: Happening;
  /** Path and text of the workflow's file. */
  readonly path: string;
  readonly text: string;
  readonly #setting: RunSetting;
  readonly #file: WorkflowFile;
  readonly #folder: string;
  readonly #reasons: string[] = [];
  readonly #summaries: Record<string, string> = {};
  #called: CalledFiles = new Map();
  readonly #waiting: string[] = [];
  /** Parts that are not over, and those of them that wait for others or for reviewers. */
  #parts = 0;
  #idle = 0;
  #isCancelled = false;
  #conclusion: RunReport["conclusion"];
  #checks: CheckReporter | undefined;

  constructor(setting: RunSetting, number: number, happening: Happening, path: string, text: string) {
    this.number = number;
    this.#setting = setting;
    this.happening = happening;
    this.path = path;
    this.text = text;
    this.#file = parseWorkflow(path, text);
    this.#folder = pathOf(setting, number);
  }

  /** What is known of it now. */
  get report(): RunReport {
    const { name, action, sequence } = this.happening;
    return {
      run: this.number,
      path: this.path,
      workflow: workflowName(this.path, this.#file),
      repository: this.happening.repository,
      event: { name, action, sequence },
      ref: this.happening.subject?.ref ?? "",
      commit: this.happening.subject?.sha ?? "",
      checked: checkedCommit(this.happening),
      waiting: this.#waiting,
      conclusion: this.#conclusion,
      reasons: this.#reasons,
      jobs: this.#checks?.jobs ?? {},
      summaries: this.#summaries,
      folder: this.#folder,
    };
  }

  /** Whether something of it goes on: it is not over, and does not only wait for reviewers, or behind a run that does. */
  get isBusy(): boolean {
    return this.#conclusion === undefined && (this.#parts === 0 || this.#idle < this.#parts);
  }

  /**
   * Enters the concurrency groups. When it returns, the run has its place in every queue; `ended` resolves when it is over.
   */
  async start(): Promise<{ readonly ended: Promise<void> }> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const { client, log } = this.#setting;
    const { repository } = this.happening;
    const own = await client.mint(repository, {
      contents: "read",
      checks: "write",
      actions_variables: "read",
      environments: "read",
    });
    const github = new RepositoryClient(client.url, own.token, repository);
    const checks = new CheckReporter(github, checkedCommit(this.happening), this.number);
    this.#checks = checks;
    const finish = async (conclusion: NonNullable<RunReport["conclusion"]>) => {
      await checks
        .reported()
        .finally(() => client.revoke(own))
        .catch((error: unknown) => this.#reasons.push(messageOf(error)));
      this.#conclusion = conclusion;
      writeFileSync(path.join(this.#folder, "run.json"), JSON.stringify(this.report, null, 2), { mode: 0o600 });
      log(`run ${String(this.number)} of ${repository} ended: ${[conclusion, ...this.#reasons].join("; ")}`);
    };
    let plan: Plan;
    let variables: Record<string, string>;
    try {
      variables = await github.variables();
      this.#called = await readCalled(github, this.#file);
      plan = planRun(this.#file, contextsOf(this.happening, this.#file, variables, this.number));
    } catch (error) {
      this.#reasons.push(messageOf(error));
      return { ended: finish("startup_failure") };
    }
    for (const id of plan.skipped) checks.end(jobName(id, this.#file.jobs[id] ?? {}), "skipped");
    const started = plan.units.map((unit) => this.#startUnit(unit, plan.group, this.#facts(github, checks, variables)));
    const over = async () => {
      const whole = await Promise.allSettled(started);
      for (const one of whole) if (one.status === "rejected") this.#reasons.push(messageOf(one.reason));
      const results = Object.values(checks.jobs).map(({ result }) => result);
      const broken = whole.some(({ status }) => status === "rejected");
      const worst = (["failure", "cancelled", "success"] as const).find((one) => results.includes(one)) ?? "skipped";
      await finish(broken ? "failure" : this.#isCancelled ? "cancelled" : worst);
    };
    return { ended: over() };
  }

  #facts(github: RepositoryClient, checks: CheckReporter, variables: RunFacts["variables"]): RunFacts {
    return {
      ...{ setting: this.#setting, number: this.number, happening: this.happening, folder: this.#folder },
      ...{ name: workflowName(this.path, this.#file), text: this.text, file: this.#file, called: this.#called },
      ...{ github, checks, variables, reasons: this.#reasons, summaries: this.#summaries },
      waits: (environment) => {
        this.#idle += 1;
        this.#waiting.push(environment);
        this.#setting.changed();
        return () => {
          this.#idle -= 1;
          this.#waiting.splice(this.#waiting.indexOf(environment), 1);
        };
      },
    };
  }

  /** Runs a unit once it is in its groups; resolves when it is over. The places in the queues are taken before this returns. */
  async #startUnit(unit: Unit, whole: Group | undefined, facts: RunFacts): Promise<void> {
    const abort = new AbortController();
    this.#setting.end.addEventListener("abort", () => cancel("the runner was ended"), { signal: abort.signal });
    const groups = [...(whole === undefined ? [] : [whole]), ...unit.groups];
    const members: [name: string, member: Member][] = [];
    const cancel = (reason: string) => {
      if (!abort.signal.aborted) this.#reasons.push(`cancelled: ${reason}`);
      abort.abort();
    };
    this.#parts += 1;
    try {
      for (const { name, cancelInProgress } of groups) {
        const member: Member = { cancelInProgress, cancel };
        const key = `${this.happening.repository} ${name}`;
        members.push([key, member]);
        this.#idle += 1;
        const entered = await this.#setting.groups.enter(key, member).finally(() => (this.#idle -= 1));
        if (!entered) cancel(`a newer one of the group ${name} took its place`);
        if (abort.signal.aborted) break;
      }
      const settings = abort.signal.aborted ? undefined : await runUnit(facts, unit, abort.signal);
      if (!abort.signal.aborted) return;
      this.#isCancelled = true;
      await endCancelled(facts, unit, settings, this.#setting.end);
    } finally {
      this.#parts -= 1;
      for (const [key, member] of members) this.#setting.groups.leave(key, member);
    }
  }
}

const pathOf = ({ folder }: RunSetting, number: number) => path.join(folder, String(number));

/** The number of the next run, after those that have a folder. */
export function nextRun(folder: string): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return Math.max(0, ...readdirSync(folder).map(Number).filter(Number.isInteger)) + 1;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
