import * as z from "zod";

/** One line of what act prints with `--json --verbose`. */
const Line = z.looseObject({
  level: z.string().default(""),
  msg: z.string().default(""),
  job: z.string().optional(),
  jobID: z.string().optional(),
  matrix: z.record(z.string(), z.unknown()).nullish(),
  step: z.string().optional(),
  /** Ids of the step, and of those of composite actions that it is in. */
  stepID: z.array(z.string()).optional(),
  command: z.string().optional(),
  name: z.string().optional(),
  arg: z.string().optional(),
  /** Of the command `summary`. */
  content: z.string().optional(),
  jobResult: z.enum(["success", "failure", "skipped"]).optional(),
  raw_output: z.boolean().optional(),
});
export type ActLine = z.infer<typeof Line>;

/** Reads a line; what is no JSON is a message of act itself. */
export function parseLine(text: string): ActLine {
  try {
    const parsed = Line.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Said before act has its logger, or by a program that it started.
  }
  return { level: "info", msg: text };
}

/** The lines that people read: what steps print, what fails, and how jobs end. */
export function readable({ level, msg, job, step, jobResult, raw_output: output }: ActLine): string | undefined {
  if (output !== true && jobResult === undefined && level !== "error" && level !== "info") return undefined;
  const place = [job?.trim(), step].filter((part) => part !== undefined).map((part) => part.split("\n")[0]);
  return `${place.length === 0 ? "" : `[${place.join(" | ")}] `}${msg.trimEnd()}`;
}
