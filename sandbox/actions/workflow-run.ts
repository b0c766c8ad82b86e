import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { ActLine } from "./act/act-log.ts";
import { readable } from "./act/act-log.ts";
import { runAct } from "./act/run-act.ts";
import type { ActTools } from "./act/run-act.ts";
import { standInArguments } from "./act/stand-ins.ts";
import { CheckReporter } from "./check-reporter.ts";
import type { JobState } from "./check-reporter.ts";
import type { ConcurrencyGroups, Member } from "./concurrency-groups.ts";
import { environmentSettings, passGate } from "./environment-gate.ts";
import type { JobSettings } from "./environment-gate.ts";
import { RepositoryClient } from "./repository-client.ts";
import { checkedCommit, contextsOf, environmentOf, eventPayload, tokenPermissions, trustOf } from "./run-context.ts";
import type { Happening, StandInClient } from "./stand-in-client.ts";
import { inputsOf, resultOf, runInStages } from "./staged-jobs.ts";
import { StepOutputs } from "./step-outputs.ts";
import { calledWorkflow, callProblems } from "./workflow/call-rules.ts";
import { checkName, jobName } from "./workflow/check-names.ts";
import type { Contexts } from "./workflow/expression.ts";
import { loggedJob } from "./workflow/job-names.ts";
import type { CalledFiles } from "./workflow/job-names.ts";
import { planRun } from "./workflow/plan.ts";
import type { Group, Plan, Unit } from "./workflow/plan.ts";
import type { Ended } from "./workflow/stages.ts";
import { unitFile } from "./workflow/unit-file.ts";
import { parseWorkflow, workflowName } from "./workflow/workflow-file.ts";
import type { WorkflowFile } from "./workflow/workflow-file.ts";

/** What runs of workflows share. */
export interface RunSetting {
  readonly client: StandInClient;
  readonly tools: ActTools;
  readonly groups: ConcurrencyGroups;
  /** Below it, each run has a folder of its number. */
  readonly folder: string;
  readonly log: (line: string) => void;
  /** Cancels every run. */
  readonly end: AbortSignal;
  /** Called when a run begins to wait for reviewers. */
  readonly changed: () => void;
}

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

/** What jobs have that run together. */
interface Stage extends JobSettings {
  readonly steps: StepOutputs;
  readonly checks: CheckReporter;
  readonly signal: AbortSignal;
  /** Where they are of a workflow that the one job calls. */
  readonly called?: CalledStage;
}

/** Some jobs of a called workflow; what they need has ended. */
interface CalledStage {
  readonly caller: string;
  readonly jobs: readonly string[];
  readonly ended: ReadonlyMap<string, Ended>;
}

/** One run of one workflow file on one event. */
export class WorkflowRun {
  readonly number: number;
  readonly #setting: RunSetting;
  readonly #happening: Happening;
  readonly #path: string;
  readonly #text: string;
  readonly #file: WorkflowFile;
  readonly #folder: string;
  readonly #reasons: string[] = [];
  readonly #summaries: Record<string, string> = {};
  #called: CalledFiles = new Map();
  #calledTexts: ReadonlyMap<string, string> = new Map();
  readonly #waiting: string[] = [];
  /** Parts that are not over, and those of them that wait for others or for reviewers. */
  #parts = 0;
  #idle = 0;
  #conclusion: RunReport["conclusion"];
  #checks: CheckReporter | undefined;

  constructor(setting: RunSetting, number: number, happening: Happening, path: string, text: string) {
    this.number = number;
    this.#setting = setting;
    this.#happening = happening;
    this.#path = path;
    this.#text = text;
    this.#file = parseWorkflow(path, text);
    this.#folder = pathOf(setting, number);
  }

  /** What is known of it now. */
  get report(): RunReport {
    const { name, action, sequence } = this.#happening;
    return {
      run: this.number,
      path: this.#path,
      workflow: workflowName(this.#path, this.#file),
      repository: this.#happening.repository,
      event: { name, action, sequence },
      ref: this.#happening.subject?.ref ?? "",
      commit: this.#happening.subject?.sha ?? "",
      checked: checkedCommit(this.#happening),
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
    const { repository } = this.#happening;
    const own = await client.mint(repository, {
      contents: "read",
      checks: "write",
      actions_variables: "read",
      environments: "read",
    });
    const github = new RepositoryClient(client.url, own.token, repository);
    const checks = new CheckReporter(github, checkedCommit(this.#happening), this.number);
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
      await this.#readCalled(github);
      plan = planRun(this.#file, contextsOf(this.#happening, this.#file, variables, this.number));
    } catch (error) {
      this.#reasons.push(messageOf(error));
      return { ended: finish("startup_failure") };
    }
    for (const id of plan.skipped) checks.end(jobName(id, this.#file.jobs[id] ?? {}), "skipped");
    const started = plan.units.map((unit) => this.#startUnit(unit, plan.group, checks, github, variables));
    const over = async () => {
      const whole = await Promise.allSettled(started);
      for (const one of whole) if (one.status === "rejected") this.#reasons.push(messageOf(one.reason));
      const results = Object.values(checks.jobs).map(({ result }) => result);
      const broken = whole.some(({ status }) => status === "rejected");
      await finish(
        results.includes("failure") || broken
          ? "failure"
          : results.includes("cancelled")
            ? "cancelled"
            : results.includes("success")
              ? "success"
              : "skipped",
      );
    };
    return { ended: over() };
  }

  /** Reads the workflows that jobs call, and finds what GitHub would refuse to start for. */
  async #readCalled(github: RepositoryClient): Promise<void> {
    const called = new Map<string, { name: string; file: WorkflowFile }>();
    const texts = new Map<string, string>();
    const problems: string[] = [];
    for (const [id, job] of Object.entries(this.#file.jobs)) {
      if (job.uses === undefined) continue;
      const { repository, path: file, ref } = calledWorkflow(job.uses);
      const text = await github.file(repository, file, ref);
      if (text === undefined) throw new Error(`jobs.${id}: ${job.uses} was not found`);
      const parsed = parseWorkflow(job.uses, text);
      problems.push(...callProblems(id, job, this.#file, parsed));
      called.set(id, { name: parsed.name ?? path.posix.basename(file), file: parsed });
      texts.set(id, text);
    }
    if (problems.length > 0) throw new Error(problems.join("; "));
    this.#called = called;
    this.#calledTexts = texts;
  }

  /** Runs a unit once it is in its groups; resolves when it is over. The places in the queues are taken before this returns. */
  async #startUnit(
    unit: Unit,
    whole: Group | undefined,
    checks: CheckReporter,
    github: RepositoryClient,
    variables: Readonly<Record<string, string>>,
  ): Promise<void> {
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
        const key = `${this.#happening.repository} ${name}`;
        members.push([key, member]);
        this.#idle += 1;
        const entered = await this.#setting.groups.enter(key, member).finally(() => (this.#idle -= 1));
        if (!entered) cancel(`a newer one of the group ${name} took its place`);
        if (abort.signal.aborted) break;
      }
      if (!abort.signal.aborted) await this.#execute(unit, checks, github, variables, abort.signal);
      if (abort.signal.aborted) this.#cancelJobs(unit, checks);
    } finally {
      this.#parts -= 1;
      for (const [key, member] of members) this.#setting.groups.leave(key, member);
    }
  }

  #namesOf(ids: readonly string[]): string[] {
    return ids.map((id) => jobName(id, this.#file.jobs[id] ?? {}));
  }

  /** Ends what ran as cancelled, and what would have run. */
  #cancelJobs({ jobs }: Unit, checks: CheckReporter): void {
    for (const id of jobs) {
      const name = jobName(id, this.#file.jobs[id] ?? {});
      if (checks.jobs[name] !== undefined) continue;
      const called = this.#called.get(id);
      if (called === undefined) checks.end(name, "cancelled");
      else
        for (const [inner, job] of Object.entries(called.file.jobs)) {
          const check = checkName(name, jobName(inner, job), jobName(inner, job), {});
          if (!Object.keys(checks.jobs).some((one) => one === check || one.startsWith(`${check} (`)))
            checks.end(check, "cancelled");
        }
    }
    checks.endAll("cancelled", this.#namesOf(jobs));
  }

  /** Runs the jobs of a unit, in stages where some are for environments. */
  async #execute(
    unit: Unit,
    checks: CheckReporter,
    github: RepositoryClient,
    variables: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const happening = this.#happening;
    const trust = trustOf(happening);
    const opened = await this.#setting.client.secrets(happening.repository);
    const common = trust === "fork" ? {} : trust === "full" ? opened.actions : opened.dependabot;
    const settings: JobSettings = { secrets: common, variables };
    const steps = new StepOutputs();
    const stage = { steps, checks, signal };
    /** What jobs have in common, of the file itself or of one that it calls; their checks tell them apart. */
    const level = (jobs: WorkflowFile["jobs"], contexts: Contexts, checkOf: (id: string) => string) => ({
      ...{ jobs, contexts, settings, steps },
      leave: (id: string, result: "skipped" | "failure", reason?: string) => {
        checks.end(checkOf(id), result, reason);
        if (reason !== undefined) this.#reasons.push(`${checkOf(id)}: ${reason}`);
      },
      enter: async (id: string, environment: string) =>
        (await this.#pass(environment, checkOf(id), checks, signal)) ??
        environmentSettings(github, environment, settings, trust === "full" ? opened : undefined),
      resultOf: (id: string) => resultOf(checkOf(id), checks),
    });
    const contexts = contextsOf(happening, this.#file, variables, this.number);
    const callerOf = (caller: string) => {
      const [job, called] = [this.#file.jobs[caller], this.#called.get(caller)];
      if (job === undefined || called === undefined) return undefined;
      const { jobs } = called.file;
      if (!Object.values(jobs).some(({ environment }) => environment !== undefined)) return undefined;
      return (ended: ReadonlyMap<string, Ended>, outer: Contexts) =>
        runInStages(
          {
            ...level(jobs, { ...outer, inputs: inputsOf(called.file, job, outer) }, (id) =>
              checkName(jobName(caller, job), jobName(id, jobs[id] ?? {}), jobName(id, jobs[id] ?? {}), {}),
            ),
            ids: Object.keys(jobs),
            keyOf: (id) => `${caller} ${id}`,
            callerOf: () => undefined,
            run: (ids, inner, its) =>
              this.#executeStage({ ...unit, jobs: [caller], live: [caller] }, ended, {
                ...{ ...stage, ...its },
                called: { caller, jobs: ids, ended: inner },
              }),
          },
          signal,
        );
    };
    await runInStages(
      {
        ...level(this.#file.jobs, contexts, (id) => jobName(id, this.#file.jobs[id] ?? {})),
        ids: unit.jobs,
        keyOf: (id) => id,
        callerOf,
        run: (ids, ended, its) => {
          const some = { ...unit, jobs: ids, live: unit.live.filter((id) => ids.includes(id)) };
          return this.#executeStage(some, ended, { ...stage, ...its });
        },
      },
      signal,
    );
  }

  /** Passes the gate of an environment, see `passGate`. */
  async #pass(environment: string, check: string, checks: CheckReporter, signal: AbortSignal) {
    const { repository, subject, sender } = this.#happening;
    const { ref = "", sha = "" } = subject ?? {};
    const applicant = { repository, run: this.number, ref, sha, actor: sender.login };
    return passGate(this.#setting.client, environment, applicant, signal, () => {
      checks.wait(check, true);
      this.#idle += 1;
      this.#waiting.push(environment);
      this.#setting.changed();
      return () => {
        this.#idle -= 1;
        this.#waiting.splice(this.#waiting.indexOf(environment), 1);
        if (!signal.aborted) checks.wait(check, false);
      };
    });
  }

  async #executeStage(unit: Unit, ended: ReadonlyMap<string, Ended>, stage: Stage): Promise<void> {
    const { client, tools, log } = this.#setting;
    const { checks, signal } = stage;
    if (signal.aborted) return;
    const happening = this.#happening;
    const trust = trustOf(happening);
    const name = workflowName(this.#path, this.#file);
    const grants = unit.live.map((id) => this.#file.jobs[id]?.permissions ?? this.#file.permissions);
    const token = await client.mint(happening.repository, tokenPermissions(grants, trust));
    const folder = path.join(this.#folder, [...unit.jobs, ...(stage.called?.jobs ?? [])].join("+").slice(0, 60));
    const skippedCallers = new Set<string>();
    let lastError = "";
    const onLine = (line: ActLine) => {
      const shown = readable(line);
      if (shown !== undefined) log(`run ${String(this.number)} ${shown}`);
      if (line.level === "error" && line.raw_output !== true) lastError = line.msg.trim();
      const job = loggedJob(line, name, this.#file, this.#called);
      const { called } = stage;
      if (job === undefined || (job.caller === undefined ? ended : called?.ended)?.has(job.id) === true) return;
      stage.steps.take(job.caller === undefined ? job.id : `${job.caller} ${job.id}`, line);
      const isCaller = job.caller === undefined && this.#called.has(job.id);
      if (isCaller && line.jobResult === "skipped") skippedCallers.add(job.id);
      if (isCaller && line.jobResult !== "skipped") return;
      if (line.jobResult !== undefined) checks.end(job.check, line.jobResult, this.#summaries[job.check]);
      else checks.begin(job.check);
      if (line.command === "summary")
        this.#summaries[job.check] = `${this.#summaries[job.check] ?? ""}${line.content ?? ""}`;
      if (line.command === "set-output" && line.name !== undefined) checks.output(job.check, line.name, line.arg ?? "");
    };
    try {
      const exitCode = await runAct({
        tools,
        folder,
        workflow: unitFile(this.#text, name, unit.jobs, ended),
        event: happening.name,
        payload: eventPayload(happening),
        actor: happening.sender.login,
        secrets: { ...stage.secrets, GITHUB_TOKEN: token.token },
        variables: stage.variables,
        environment: environmentOf(happening, client.url, this.number),
        options: [
          ...standInArguments([this.#text, ...this.#calledTexts.values()]),
          ...(stage.called === undefined ? [] : this.#calledStage(stage.called, folder)),
        ],
        onLine,
        signal,
      });
      if (exitCode !== undefined && stage.called === undefined)
        this.#endMissing(unit, checks, skippedCallers, exitCode, lastError);
    } finally {
      await client.revoke(token);
    }
  }

  /** act's options that put a part of a called workflow in the place of the whole. */
  #calledStage({ caller, jobs, ended }: CalledStage, folder: string): string[] {
    const { repository, path: file, ref } = calledWorkflow(this.#file.jobs[caller]?.uses ?? "");
    const [at, name] = [path.join(folder, "called"), this.#called.get(caller)?.name ?? ""];
    mkdirSync(path.join(at, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(at, file), unitFile(this.#calledTexts.get(caller) ?? "", name, jobs, ended));
    return ["--local-repository", `${repository}@${ref}=${at}`];
  }

  /** Says of jobs that act never spoke of what became of them: it leaves later jobs out when a called workflow failed. */
  #endMissing(
    { jobs }: Unit,
    checks: CheckReporter,
    skippedCallers: ReadonlySet<string>,
    exitCode: number,
    lastError: string,
  ): void {
    const seen = Object.keys(checks.jobs);
    for (const id of jobs) {
      const name = jobName(id, this.#file.jobs[id] ?? {});
      if (skippedCallers.has(id) || seen.includes(name)) continue;
      const called = this.#called.get(id);
      if (called === undefined || !seen.some((one) => one.startsWith(`${name} / `))) {
        checks.end(name, (this.#file.jobs[id]?.needs.length ?? 0) > 0 && exitCode !== 0 ? "skipped" : "failure");
        if (lastError !== "") this.#reasons.push(lastError);
        continue;
      }
      for (const [inner, job] of Object.entries(called.file.jobs)) {
        const check = checkName(name, jobName(inner, job), jobName(inner, job), {});
        if (seen.some((one) => one === check || one.startsWith(`${check} (`)) || /\$\{\{/u.test(check)) continue;
        checks.end(check, "failure");
        this.#reasons.push(`${check} was not run: is its runs-on one of the runner's labels?`);
      }
    }
    checks.endAll("failure", this.#namesOf(jobs));
  }
}

const pathOf = ({ folder }: RunSetting, number: number) => path.join(folder, String(number));

/** The number of the next run, after those that have a folder. */
export function nextRun(folder: string): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return Math.max(0, ...readdirSync(folder).map(Number).filter(Number.isInteger)) + 1;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
