import type { Job, Permissions, WorkflowFile } from "./workflow-file.ts";

/** A job's grants by scope; what is missing is none. */
type Grants = Readonly<Record<string, "read" | "write" | "none">>;

/** A reusable workflow as a job names it: `owner/repository/.github/workflows/file.yml@ref`. */
export interface CalledWorkflow {
  /** `owner/name`. */
  readonly repository: string;
  readonly path: string;
  readonly ref: string;
}

/**
 * Reads a job's `uses`.
 * @throws Error for a form that GitHub, or this runner, does not know
 */
export function calledWorkflow(uses: string): CalledWorkflow {
  const [, repository, path, ref] = /^([^/@]+\/[^/@]+)\/(\.github\/workflows\/[^/@]+\.ya?ml)@(\S+)$/u.exec(uses) ?? [];
  if (repository === undefined || path === undefined || ref === undefined)
    throw new Error(`uses: ${uses} is not owner/repository/.github/workflows/file.yml@ref`);
  return { repository, path, ref };
}

/** What `permissions:` of a job gives, or of its workflow where the job says nothing; undefined where neither does. */
export function grantsOf(job: Permissions, workflow: Permissions): Grants | "read-all" | "write-all" | undefined {
  return job ?? workflow;
}

const rank = { none: 0, read: 1, write: 2 };

/** The scopes of which a called workflow's job wants more than its caller gives. */
export function exceeding(given: ReturnType<typeof grantsOf>, wanted: ReturnType<typeof grantsOf>): string[] {
  if (wanted === undefined || given === "write-all") return [];
  if (typeof wanted === "string") return given === wanted ? [] : [wanted];
  const level = (scope: string) => (given === "read-all" ? 1 : rank[given?.[scope] ?? "none"]);
  return Object.entries(wanted)
    .filter(([scope, wish]) => rank[wish] > level(scope))
    .map(([scope, wish]) => `${scope}: ${wish}`);
}

/**
 * Why GitHub refuses to start a run because of a job that calls a workflow: grants that exceed the caller's, whether the job is skipped or not;
 * inputs and secrets that are missing or not declared. act would run it.
 */
export function callProblems(id: string, caller: Job, callerFile: WorkflowFile, called: WorkflowFile): string[] {
  const place = `jobs.${id}`;
  const { call } = called.on;
  if (call === undefined) return [`${place}: ${caller.uses ?? ""} has no workflow_call`];
  const given = grantsOf(caller.permissions, callerFile.permissions);
  const unknown = (kind: "inputs" | "secrets", names: readonly string[]) =>
    names
      .filter((name) => !(name in call[kind]))
      .map((name) => `${place}: ${name} is none of the ${kind} of ${caller.uses ?? ""}`);
  const missing = (kind: "inputs" | "secrets", names: readonly string[]) =>
    Object.entries(call[kind])
      .filter(([name, declared]) => declared?.required === true && !names.includes(name))
      .map(([name]) => `${place}: ${caller.uses ?? ""} requires the ${kind} ${name}`);
  const inputs = Object.keys(caller.with);
  const secrets = caller.secrets === "inherit" ? undefined : Object.keys(caller.secrets);
  return [
    ...Object.entries(called.jobs).flatMap(([inner, job]) =>
      exceeding(given, grantsOf(job.permissions, called.permissions)).map(
        (scope) => `${place}: the job ${inner} of ${caller.uses ?? ""} wants ${scope}, which is not granted`,
      ),
    ),
    ...unknown("inputs", inputs),
    ...missing("inputs", inputs),
    ...(secrets === undefined ? [] : [...unknown("secrets", secrets), ...missing("secrets", secrets)]),
  ];
}
