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
import { RepositoryClient } from "./repository-client.ts";
import { checkedCommit, contextsOf, environmentOf, eventPayload, tokenPermissions, trustOf } from "./run-context.ts";
import type { Happening, StandInClient } from "./stand-in-client.ts";
import { StepOutputs } from "./step-outputs.ts";
import { calledWorkflow, callProblems } from "./workflow/call-rules.ts";
import { checkName, jobName } from "./workflow/check-names.ts";
import { interpolate, runsAfter } from "./workflow/expression.ts";
import { loggedJob } from "./workflow/job-names.ts";
import type { CalledFiles } from "./workflow/job-names.ts";
import { planRun } from "./workflow/plan.ts";
import type { Group, Plan, Unit } from "./workflow/plan.ts";
import { neededBy, nextStage } from "./workflow/stages.ts";
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
interface Stage {
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly steps: StepOutputs;
  readonly checks: CheckReporter;
  readonly signal: AbortSignal;
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
  #calledTexts: readonly string[] = [];
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
      conclusion: this.#conclusion,
      reasons: this.#reasons,
      jobs: this.#checks?.jobs ?? {},
      summaries: this.#summaries,
      folder: this.#folder,
    };
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
    const texts: string[] = [];
    const problems: string[] = [];
    for (const [id, job] of Object.entries(this.#file.jobs)) {
      if (job.uses === undefined) continue;
      const { repository, path: file, ref } = calledWorkflow(job.uses);
      const text = await github.file(repository, file, ref);
      if (text === undefined) throw new Error(`jobs.${id}: ${job.uses} was not found`);
      const parsed = parseWorkflow(job.uses, text);
      problems.push(...callProblems(id, job, this.#file, parsed));
      called.set(id, { name: parsed.name ?? path.posix.basename(file), file: parsed });
      texts.push(text);
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
    try {
      for (const { name, cancelInProgress } of groups) {
        const member: Member = { cancelInProgress, cancel };
        const key = `${this.#happening.repository} ${name}`;
        members.push([key, member]);
        if (!(await this.#setting.groups.enter(key, member))) cancel(`a newer one of the group ${name} took its place`);
        if (abort.signal.aborted) break;
      }
      if (!abort.signal.aborted) await this.#execute(unit, checks, github, variables, abort.signal);
      if (abort.signal.aborted) this.#cancelJobs(unit, checks);
    } finally {
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

  /** Runs the jobs of a unit; those that are for an environment apart, with its secrets and variables, once all that they need has ended. */
  async #execute(
    unit: Unit,
    checks: CheckReporter,
    github: RepositoryClient,
    variables: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const { client } = this.#setting;
    const { jobs } = this.#file;
    const { repository } = this.#happening;
    const trust = trustOf(this.#happening);
    const opened = await client.secrets(repository);
    const common = trust === "fork" ? {} : trust === "full" ? opened.actions : opened.dependabot;
    const ended = new Map<string, Ended>();
    const steps = new StepOutputs();
    const isApart = (id: string) => jobs[id]?.environment !== undefined;
    while (!signal.aborted) {
      const stage = nextStage(jobs, unit.jobs, isApart, ended);
      if (stage.length === 0) return;
      const contexts = {
        ...contextsOf(this.#happening, this.#file, variables, this.number),
        needs: Object.fromEntries(ended),
      };
      const needed = neededBy(jobs, stage);
      const [first = ""] = stage;
      const { name, environment, if: condition } = { ...jobs[first], environment: jobs[first]?.environment };
      let settings = { secrets: common, variables };
      if (environment !== undefined) {
        const results = needed.flatMap((id) => ended.get(id)?.result ?? []);
        if (!runsAfter(condition, contexts, results)) {
          checks.end(name ?? first, "skipped");
          ended.set(first, { result: "skipped", outputs: {} });
          continue;
        }
        const of = interpolate(environment, contexts);
        settings = {
          secrets: { ...common, ...(trust === "full" ? opened.environments[of] : {}) },
          variables: { ...variables, ...(await github.variables(of)) },
        };
      }
      await this.#executeStage(
        { ...unit, jobs: stage, live: unit.live.filter((id) => stage.includes(id)) },
        new Map([...ended].filter(([id]) => needed.includes(id))),
        { ...settings, steps, checks, signal },
      );
      for (const id of stage)
        ended.set(id, {
          result: this.#resultOf(id, checks),
          outputs: steps.of(id, jobs[id] ?? { outputs: {} }, contexts, Object.values(settings.secrets)),
        });
    }
  }

  /** How a job ended; one that calls a workflow as its worst one did. */
  #resultOf(id: string, checks: CheckReporter): Ended["result"] {
    const name = jobName(id, this.#file.jobs[id] ?? {});
    const results = Object.entries(checks.jobs).flatMap(([check, { result }]) =>
      check === name || check.startsWith(`${name} `) ? (result ?? []) : [],
    );
    return (["failure", "cancelled", "success"] as const).find((one) => results.includes(one)) ?? "skipped";
  }

  async #executeStage(unit: Unit, ended: ReadonlyMap<string, Ended>, stage: Stage): Promise<void> {
    const { client, tools, log } = this.#setting;
    const { checks, signal } = stage;
    const happening = this.#happening;
    const trust = trustOf(happening);
    const name = workflowName(this.#path, this.#file);
    const grants = unit.live.map((id) => this.#file.jobs[id]?.permissions ?? this.#file.permissions);
    const token = await client.mint(happening.repository, tokenPermissions(grants, trust));
    const folder = path.join(this.#folder, unit.jobs.join("+").slice(0, 60));
    const skippedCallers = new Set<string>();
    let lastError = "";
    const onLine = (line: ActLine) => {
      const shown = readable(line);
      if (shown !== undefined) log(`run ${String(this.number)} ${shown}`);
      if (line.level === "error" && line.raw_output !== true) lastError = line.msg.trim();
      const job = loggedJob(line, name, this.#file, this.#called);
      if (job === undefined || (job.caller === undefined && ended.has(job.id))) return;
      if (job.caller === undefined) stage.steps.take(job.id, line);
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
        options: standInArguments([this.#text, ...this.#calledTexts]),
        onLine,
        signal,
      });
      if (exitCode !== undefined) this.#endMissing(unit, checks, skippedCallers, exitCode, lastError);
    } finally {
      await client.revoke(token);
    }
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
