import { parse } from "yaml";
import * as z from "zod";

const Jobs = z.looseObject({
  jobs: z.record(
    z.string(),
    z
      .looseObject({
        name: z.string().optional().catch(undefined),
        uses: z.string().optional().catch(undefined),
        strategy: z.unknown().optional(),
      })
      .nullable(),
  ),
});

/** The checks that a workflow's jobs report, by what they look like. */
export interface JobChecks {
  /** As the file has them, to be shown. */
  readonly names: readonly string[];
  readonly reports: (check: string) => boolean;
}

/**
 * Reads which checks a workflow file's jobs report (docs.github.com, "About status checks"): a job's `name` or else its id, with a matrix's
 * values in parentheses behind it, and a called workflow's job behind a slash. What is no workflow has none.
 */
export function jobChecks(text: string): JobChecks {
  const jobs = Jobs.safeParse(parsed(text));
  if (!jobs.success) return { names: [], reports: () => false };
  const all = Object.entries(jobs.data.jobs).map(([id, job]) => {
    const name = job?.name ?? id;
    const matrix = job?.strategy === undefined ? "" : "(?: \\(.+\\))?";
    const called = job?.uses === undefined ? "" : " / .+";
    const pattern = new RegExp(`^${wildcards(name)}${matrix}${called}$`, "i");
    return { name, pattern };
  });
  return {
    names: all.map(({ name }) => name),
    reports: (check) => all.some(({ pattern }) => pattern.test(check)),
  };
}

/** A pattern for a name whose expressions can be any text. */
const wildcards = (name: string) =>
  name
    .split(/\$\{\{.*?\}\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".+");

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch {
    return undefined;
  }
}
