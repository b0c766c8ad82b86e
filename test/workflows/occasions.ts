import { interpolate } from "../../sandbox/actions/workflow/expression.ts";
import type { Contexts } from "../../sandbox/actions/workflow/expression.ts";
import { startsRun } from "../../sandbox/actions/workflow/starts-run.ts";
import type { Occasion } from "../../sandbox/actions/workflow/starts-run.ts";
import type { Job } from "../../sandbox/actions/workflow/workflow-file.ts";
import { calledWorkflowOf } from "./workflow-files.ts";
import type { Workflow } from "./workflow-files.ts";

/** Something that happens in the repository `kbase/web`: what GitHub decides by, and what expressions see. */
export interface Happening {
  readonly occasion: Occasion;
  readonly github: Readonly<Record<string, unknown>>;
  /** Of a run that a person starts. */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** The commit of every happening. */
export const sha = "1111111111111111111111111111111111111111";
/** The head of every pull request. */
export const headSha = "2222222222222222222222222222222222222222";

const repository = {
  repository: "kbase/web",
  repository_owner: "kbase",
  server_url: "https://github.example.org",
  actor: "dev",
  run_id: "1",
  sha,
};

/** An event of pull request 12, from a branch of the repository and ready, unless told otherwise. */
export const pullRequest = (
  action: string,
  base: string,
  {
    draft = false,
    from = "kbase/web",
    author = "dev",
  }: { draft?: boolean; from?: string | null; author?: string } = {},
): Happening => ({
  occasion: { name: "pull_request", action, ref: `refs/heads/${base}` },
  github: {
    ...repository,
    event_name: "pull_request",
    base_ref: base,
    head_ref: "feature",
    ref_name: "12/merge",
    event: {
      action,
      pull_request: {
        number: 12,
        draft,
        user: { login: author },
        head: { sha: headSha, repo: from === null ? null : { full_name: from } },
      },
    },
  },
});

/** A push to a branch, or of a tag where the name has its whole ref. */
export const push = (branch: string): Happening => ({
  occasion: { name: "push", ref: branch.startsWith("refs/") ? branch : `refs/heads/${branch}` },
  github: { ...repository, event_name: "push", ref_name: branch.replace(/^refs\/\w+\//u, ""), event: {} },
});

/** An event of a release's life. */
export const release = (action: string, tag = "1.4.2"): Happening => ({
  occasion: { name: "release", action, ref: `refs/tags/${tag}` },
  github: { ...repository, event_name: "release", ref_name: tag, event: { action, release: { tag_name: tag } } },
});

/** What a web hook sends. */
export const webHook = (type: string, payload: Readonly<Record<string, unknown>> = {}): Happening => ({
  occasion: { name: "repository_dispatch", action: type, ref: "refs/heads/main" },
  github: {
    ...repository,
    event_name: "repository_dispatch",
    ref_name: "main",
    event: { action: type, client_payload: payload },
  },
});

/** What a person starts in the browser. */
export const byHand = (inputs: Readonly<Record<string, unknown>>): Happening => ({
  occasion: { name: "workflow_dispatch", ref: "refs/heads/main", workflow: ".github/workflows/images.yml" },
  github: { ...repository, event_name: "workflow_dispatch", ref_name: "main", event: { inputs } },
  inputs,
});

/** The clock. */
export const schedule = (cron: string): Happening => ({
  occasion: { name: "schedule", ref: "refs/heads/main", cron },
  github: { ...repository, event_name: "schedule", ref_name: "main", event: { schedule: cron } },
});

/** Whether a condition holds, where everything before succeeded. */
export function holds(condition: Job["if"], contexts: Contexts): boolean {
  if (condition === undefined) return true;
  const expression = String(condition)
    .trim()
    .replace(/^\$\{\{(.*)\}\}$/su, "$1");
  return !["", "false", "0"].includes(interpolate(`\${{ ${expression} }}`, contexts));
}

/** A job of a called workflow that runs, with what its expressions see. */
export interface RunningJob {
  /** `caller/called`, such as `merge/promote`. */
  readonly id: string;
  readonly job: Job;
  readonly contexts: Contexts;
}

/** What a called workflow's `inputs` are: the caller's values as their declared types, and the defaults. */
function inputsOf(caller: Job, called: Workflow, contexts: Contexts): Record<string, unknown> {
  const { call } = called.content.on;
  return Object.fromEntries(
    Object.entries(call?.inputs ?? {}).map(([name, declared]) => {
      const given = caller.with[name];
      if (given === undefined) return [name, declared?.default ?? ""];
      const text = interpolate(typeof given === "string" ? given : JSON.stringify(given), contexts);
      return [name, declared?.["type"] === "boolean" ? text === "true" : text];
    }),
  );
}

/** The jobs that run when something happens, where everything that others need succeeds; none where it starts no run. */
export function runningJobs(caller: Workflow, { occasion, github, inputs = {} }: Happening): RunningJob[] {
  if (!startsRun(".github/workflows/images.yml", caller.content, occasion).starts) return [];
  const contexts = { github, inputs, secrets: { A: "value" }, needs: needsOf(caller, undefined) };
  return Object.entries(caller.content.jobs)
    .filter(([, job]) => holds(job.if, contexts))
    .flatMap(([id, job]) => {
      const called = calledWorkflowOf(id);
      const inner = { github, inputs: inputsOf(job, called, contexts), secrets: {}, needs: needsOf(called, "success") };
      return Object.entries(called.content.jobs)
        .filter(([, one]) => holds(one.if, inner))
        .map(([name, one]) => ({ id: `${id}/${name}`, job: one, contexts: inner }));
    });
}

/** All jobs with a result and no outputs. */
const needsOf = ({ content }: Workflow, result: string | undefined) =>
  Object.fromEntries(Object.keys(content.jobs).map((id) => [id, { result: result ?? "", outputs: {} }]));
