import type { Job } from "./workflow-file.ts";

/** A job's own name: its `name`, or else its id. */
export const jobName = (id: string, { name }: Pick<Job, "name">): string => name ?? id;

/**
 * The name of the check that a job reports (docs.github.com, "About status checks"): behind a slash after the calling job's, where a called
 * workflow has it; with the values of its matrix in parentheses, unless its name mentions the matrix.
 *
 * @param shown the name as it came out, expressions replaced
 * @param declared the name as the file has it
 */
export function checkName(
  caller: string | undefined,
  declared: string,
  shown: string,
  matrix: Readonly<Record<string, unknown>>,
): string {
  const values = Object.values(matrix).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  const own = values.length === 0 || /\$\{\{.*\bmatrix\b/u.test(declared) ? shown : `${shown} (${values.join(", ")})`;
  return caller === undefined ? own : `${caller} / ${own}`;
}
