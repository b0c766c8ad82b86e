import { parse, stringify } from "yaml";
import * as z from "zod";

import type { Ended } from "./stages.ts";

const File = z.looseObject({ jobs: z.record(z.string(), z.unknown()) });

/**
 * A workflow file's text with some of its jobs alone, under the name that GitHub gives it. What remains means what it did.
 *
 * @param ended jobs that those need and that have ended: in their places are jobs that only end the same way, with the same outputs
 */
export function unitFile(
  text: string,
  name: string,
  jobs: readonly string[],
  ended: ReadonlyMap<string, Ended> = new Map(),
): string {
  const file = File.parse(parse(text));
  const some = Object.entries(file.jobs).flatMap(([id, job]) => {
    const end = ended.get(id);
    if (jobs.includes(id)) return [[id, job] as const];
    return end === undefined ? [] : [[id, replayed(end)] as const];
  });
  // Anchors are written out: the job that had one may be gone.
  return stringify({ ...file, name, jobs: Object.fromEntries(some) }, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** A job that ends as another one did. act knows no cancelled jobs: it takes them for failed ones. */
const replayed = ({ result, outputs }: Ended) => ({
  "runs-on": "ubuntu-24.04",
  ...(result === "skipped" ? { if: false } : {}),
  outputs: Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, verbatim(value)])),
  steps: [{ run: result === "success" ? "true" : "false" }],
});

/** Text that expressions do not change. */
const verbatim = (text: string): string => text.replaceAll("${{", "${{ '${{' }}");
