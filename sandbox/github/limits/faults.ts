import * as z from "zod";

const Answer = z.strictObject({
  status: z.int().min(200).max(599).default(500),
  /** JSON; GitHub's own words for an error where it is missing. */
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).default({}),
});

/**
 * What goes wrong:
 * - `answer`: the answer is the given one, and nothing is done;
 * - `cut`: the connection ends without an answer, and nothing is done;
 * - `hang`: there is no answer until the client or the stand-in ends the connection, and nothing is done;
 * - `late answer`, `late cut`: everything is done, and then the answer is the given one, or none.
 */
const Effect = z.enum(["answer", "cut", "hang", "late answer", "late cut"]);

/** A fault that requests are to meet. */
export const Fault = z.strictObject({
  /** Any where it is missing. */
  method: z.string().toUpperCase().optional(),
  /** The path without query and without `/api/v3`; `*` stands for any text, as in `/repos/kbase/auth2/contents/*`. */
  path: z
    .string()
    .startsWith("/")
    .default("*" as `/${string}`),
  /** A field of the GraphQL operation, as `createCommitOnBranch`; then the path need not be given. */
  field: z.string().optional(),
  effect: Effect.default("answer"),
  ...Answer.shape,
  /** How many requests go by before. */
  after: z.int().nonnegative().default(0),
  /** How many requests meet it. */
  times: z.int().positive().default(1),
});
export type Fault = z.infer<typeof Fault>;

/** A request as faults are matched with it. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  /** Fields of the GraphQL operation; empty for others. */
  readonly fields: readonly string[];
}

/** The faults that are still to come, in the order in which they were asked for. */
export class Faults {
  #pending: { fault: Fault; pattern: RegExp; after: number; times: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, pattern: globPattern(fault.path), after: fault.after, times: fault.times });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The faults that have not been met as often as they should be. */
  get pending(): readonly Fault[] {
    return this.#pending.map(({ fault, after, times }) => ({ ...fault, after, times }));
  }

  /** The fault that a request meets, if any; it is counted as met. */
  meet(target: FaultTarget): Fault | undefined {
    for (const one of this.#pending) {
      const { method, field } = one.fault;
      if (method !== undefined && method !== target.method) continue;
      if (field !== undefined && !target.fields.includes(field)) continue;
      if (!one.pattern.test(target.path)) continue;
      if (one.after > 0) {
        one.after -= 1;
        continue;
      }
      one.times -= 1;
      if (one.times === 0) this.#pending = this.#pending.filter((other) => other !== one);
      return one.fault;
    }
    return undefined;
  }
}

const globPattern = (glob: string) =>
  new RegExp(
    `^${glob
      .split("*")
      .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`))
      .join(".*")}$`,
    "su",
  );

/** The body of a fault's answer: the given one, or GitHub's words for an error. */
export const faultBody = ({ body, status }: Fault): unknown =>
  body ?? {
    message: status >= 500 ? "Server Error" : "An error that was asked for",
    documentation_url: "https://docs.github.com/rest",
    status: String(status),
  };
