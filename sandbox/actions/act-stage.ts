import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { readable } from "./act/act-log.ts";
import type { ActLine } from "./act/act-log.ts";
import { runAct } from "./act/run-act.ts";
import { standInArguments } from "./act/stand-ins.ts";
import type { JobSettings } from "./environment-gate.ts";
import { environmentOf, eventPayload, tokenPermissions, trustOf } from "./run-context.ts";
import type { RunFacts } from "./run-facts.ts";
import type { StepOutputs } from "./step-outputs.ts";
import { calledWorkflow } from "./workflow/call-rules.ts";
import { checkName, jobName } from "./workflow/check-names.ts";
import { loggedJob } from "./workflow/job-names.ts";
import type { Ended } from "./workflow/stages.ts";
import { unitFile } from "./workflow/unit-file.ts";

/** Jobs that act runs together, and what they have. */
export interface ActStage extends JobSettings {
  /** Ids, and those of them that their `if:` does not rule out yet. */
  readonly jobs: readonly string[];
  readonly live: readonly string[];
  /** What they need. */
  readonly ended: ReadonlyMap<string, Ended>;
  /** The part of a called workflow that is to run, where the one job calls it. */
  readonly called?: CalledStage;
  readonly steps: StepOutputs;
  readonly signal: AbortSignal;
}

/** Some jobs of a called workflow, and what they need. */
interface CalledStage {
  readonly caller: string;
  readonly jobs: readonly string[];
  readonly ended: ReadonlyMap<string, Ended>;
}

/** Runs jobs with act, and tells their checks what becomes of them. */
export async function runActStage(facts: RunFacts, stage: ActStage): Promise<void> {
  const { happening, name, file, called, checks, summaries, number } = facts;
  const { client, tools, log } = facts.setting;
  if (stage.signal.aborted) return;
  const grants = stage.live.map((id) => file.jobs[id]?.permissions ?? file.permissions);
  const token = await client.mint(happening.repository, tokenPermissions(grants, trustOf(happening)));
  const folder = path.join(facts.folder, [...stage.jobs, ...(stage.called?.jobs ?? [])].join("+").slice(0, 60));
  const skippedCallers = new Set<string>();
  let lastError = "";
  const onLine = (line: ActLine) => {
    const shown = readable(line);
    if (shown !== undefined) log(`run ${String(number)} ${shown}`);
    if (line.level === "error" && line.raw_output !== true) lastError = line.msg.trim();
    const job = loggedJob(line, name, file, called);
    if (job === undefined || (job.caller === undefined ? stage.ended : stage.called?.ended)?.has(job.id) === true)
      return;
    stage.steps.take(job.caller === undefined ? job.id : `${job.caller} ${job.id}`, line);
    const isCaller = job.caller === undefined && called.has(job.id);
    if (isCaller && line.jobResult === "skipped") skippedCallers.add(job.id);
    if (isCaller && line.jobResult !== "skipped") return;
    if (line.jobResult !== undefined) checks.end(job.check, line.jobResult, summaries[job.check]);
    else checks.begin(job.check);
    if (line.command === "summary") summaries[job.check] = `${summaries[job.check] ?? ""}${line.content ?? ""}`;
    if (line.command === "set-output" && line.name !== undefined) checks.output(job.check, line.name, line.arg ?? "");
  };
  try {
    const exitCode = await runAct({
      tools,
      folder,
      workflow: unitFile(facts.text, name, stage.jobs, stage.ended),
      event: happening.name,
      payload: eventPayload(happening),
      actor: happening.sender.login,
      secrets: { ...stage.secrets, GITHUB_TOKEN: token.token },
      variables: stage.variables,
      environment: environmentOf(happening, client.url, number),
      options: [
        ...standInArguments([facts.text, ...[...called.values()].map(({ text }) => text)]),
        ...(stage.called === undefined ? [] : partOf(facts, stage.called, folder)),
      ],
      onLine,
      signal: stage.signal,
    });
    if (exitCode !== undefined && stage.called === undefined)
      endMissing(facts, stage.jobs, skippedCallers, exitCode, lastError);
  } finally {
    await client.revoke(token);
  }
}

/** act's options that put a part of a called workflow in the place of the whole. */
function partOf({ file, called }: RunFacts, { caller, jobs, ended }: CalledStage, folder: string): string[] {
  const { repository, path: name, ref } = calledWorkflow(file.jobs[caller]?.uses ?? "");
  const [at, whole] = [path.join(folder, "called"), called.get(caller)];
  mkdirSync(path.join(at, path.dirname(name)), { recursive: true });
  if (whole !== undefined) writeFileSync(path.join(at, name), unitFile(whole.text, whole.name, jobs, ended));
  return ["--local-repository", `${repository}@${ref}=${at}`];
}

/** Says of jobs that act never spoke of what became of them: it leaves later jobs out when a called workflow failed. */
function endMissing(
  { checks, file, called, reasons }: RunFacts,
  jobs: readonly string[],
  skippedCallers: ReadonlySet<string>,
  exitCode: number,
  lastError: string,
): void {
  const seen = Object.keys(checks.jobs);
  const nameOf = (id: string) => jobName(id, file.jobs[id] ?? {});
  for (const id of jobs) {
    const name = nameOf(id);
    if (skippedCallers.has(id) || seen.includes(name)) continue;
    const content = called.get(id);
    if (content === undefined || !seen.some((one) => one.startsWith(`${name} / `))) {
      checks.end(name, (file.jobs[id]?.needs.length ?? 0) > 0 && exitCode !== 0 ? "skipped" : "failure");
      if (lastError !== "") reasons.push(lastError);
      continue;
    }
    for (const [inner, job] of Object.entries(content.file.jobs)) {
      const check = checkName(name, jobName(inner, job), jobName(inner, job), {});
      if (seen.some((one) => one === check || one.startsWith(`${check} (`)) || /\$\{\{/u.test(check)) continue;
      checks.end(check, "failure");
      reasons.push(`${check} was not run: is its runs-on one of the runner's labels?`);
    }
  }
  checks.endAll("failure", jobs.map(nameOf));
}
