import type { ActLine } from "./act/act-log.ts";
import { interpolate } from "./workflow/expression.ts";
import type { Contexts } from "./workflow/expression.ts";
import type { Job } from "./workflow/workflow-file.ts";

/** What the steps of jobs said, and what the jobs' outputs become of it. */
export class StepOutputs {
  readonly #steps = new Map<string, Map<string, Record<string, string>>>();

  /** Keeps a step's output; other lines are nothing to it. */
  take(job: string, { command, name, arg = "", stepID }: ActLine): void {
    const step = stepID?.[0];
    if (command !== "set-output" || name === undefined || step === undefined) return;
    const steps = this.#steps.get(job) ?? new Map<string, Record<string, string>>();
    this.#steps.set(job, steps.set(step, { ...steps.get(step), [name]: arg }));
  }

  /**
   * A job's outputs.
   * @param secrets whose values no output may hold: GitHub leaves such outputs out
   */
  of(
    id: string,
    { outputs }: Pick<Job, "outputs">,
    contexts: Contexts,
    secrets: readonly string[],
  ): Record<string, string> {
    const steps = Object.fromEntries(
      [...(this.#steps.get(id) ?? [])].map(([step, said]) => [step, { outputs: said }] as const),
    );
    const all = Object.entries(outputs).map(
      ([name, text]) => [name, interpolate(String(text), { ...contexts, steps })] as const,
    );
    return Object.fromEntries(
      all.filter(([, text]) => !secrets.some((secret) => secret !== "" && text.includes(secret))),
    );
  }
}
