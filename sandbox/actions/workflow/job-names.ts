import type { ActLine } from "../act/act-log.ts";
import { checkName, jobName } from "./check-names.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/** The workflows that jobs call, by the job's id. */
export type CalledFiles = ReadonlyMap<
  string,
  { readonly name: string; readonly file: WorkflowFile; readonly text: string }
>;

/** The job that a line of act's log is about. */
export interface LoggedJob {
  /** The calling job's id; undefined for a job of the file itself. */
  readonly caller: string | undefined;
  readonly id: string;
  readonly check: string;
}

/**
 * Finds the job of a line. act writes `workflow/job`, and `caller/called workflow/job` for a called workflow's, each with a number behind it where
 * a matrix makes several.
 */
export function loggedJob(
  line: Pick<ActLine, "job" | "jobID" | "matrix">,
  name: string,
  file: WorkflowFile,
  called: CalledFiles,
): LoggedJob | undefined {
  const [text, id] = [line.job?.trim() ?? "", line.jobID];
  if (id === undefined) return undefined;
  const matrix = line.matrix ?? {};
  const shown = (rest: string) => (Object.keys(matrix).length > 0 ? rest.replace(/-\d+$/u, "") : rest);
  for (const [caller, { name: calledName, file: calledFile }] of called) {
    const callerName = jobName(caller, file.jobs[caller] ?? {});
    const prefix = `${callerName}/${calledName}/`;
    const job = calledFile.jobs[id];
    if (text.startsWith(prefix) && job !== undefined)
      return { caller, id, check: checkName(callerName, jobName(id, job), shown(text.slice(prefix.length)), matrix) };
  }
  const job = file.jobs[id];
  if (!text.startsWith(`${name}/`) || job === undefined) return undefined;
  return {
    caller: undefined,
    id,
    check: checkName(undefined, jobName(id, job), shown(text.slice(name.length + 1)), matrix),
  };
}
