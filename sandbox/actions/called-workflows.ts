import path from "node:path";

import type { RepositoryClient } from "./repository-client.ts";
import { calledWorkflow, callProblems } from "./workflow/call-rules.ts";
import type { CalledFiles } from "./workflow/job-names.ts";
import { parseWorkflow } from "./workflow/workflow-file.ts";
import type { WorkflowFile } from "./workflow/workflow-file.ts";

/**
 * Reads the workflows that the jobs of a file call.
 * @throws Error with all that GitHub would refuse to start for
 */
export async function readCalled(github: RepositoryClient, caller: WorkflowFile): Promise<CalledFiles> {
  const called = new Map<string, { name: string; file: WorkflowFile; text: string }>();
  const problems: string[] = [];
  for (const [id, job] of Object.entries(caller.jobs)) {
    if (job.uses === undefined) continue;
    const { repository, path: file, ref } = calledWorkflow(job.uses);
    const text = await github.file(repository, file, ref);
    if (text === undefined) throw new Error(`jobs.${id}: ${job.uses} was not found`);
    const parsed = parseWorkflow(job.uses, text);
    problems.push(...callProblems(id, job, caller, parsed));
    called.set(id, { name: parsed.name ?? path.posix.basename(file), file: parsed, text });
  }
  if (problems.length > 0) throw new Error(problems.join("; "));
  return called;
}
