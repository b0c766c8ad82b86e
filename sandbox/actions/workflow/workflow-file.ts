import { parse } from "yaml";
import * as z from "zod";

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const Filter = z.looseObject({
  types: list.optional(),
  branches: list.optional(),
  "branches-ignore": list.optional(),
  tags: list.optional(),
  "tags-ignore": list.optional(),
  paths: list.optional(),
  "paths-ignore": list.optional(),
  inputs: z
    .record(z.string(), z.looseObject({ type: z.string().optional(), default: scalar.optional() }).nullable())
    .optional(),
});
export type Filter = z.infer<typeof Filter>;

const Schedule = z.array(z.looseObject({ cron: z.string() }));

/** `on:` in all of its three forms, as an event's name to its filter; `schedule` has its own. */
const Triggers = z
  .union([
    z.string().transform((name) => ({ [name]: null })),
    z.array(z.string()).transform((names) => Object.fromEntries(names.map((name) => [name, null]))),
    z.record(z.string(), z.unknown()),
  ])
  .transform(({ schedule, workflow_call: call, ...events }, context) => {
    const all = z.record(z.string(), Filter.nullable()).safeParse(events);
    const crons = Schedule.default([]).safeParse(schedule);
    const called = Called.nullish().safeParse(call);
    if (!all.success || !crons.success || !called.success) {
      context.addIssue("is not understood");
      return z.NEVER;
    }
    return {
      events: all.data,
      crons: crons.data.map(({ cron }) => cron),
      call: call === undefined ? undefined : (called.data ?? Called.parse({})),
    };
  });

const Parameter = z.looseObject({ required: z.boolean().default(false), default: scalar.optional() }).nullable();

const Called = z.looseObject({
  inputs: z.record(z.string(), Parameter).default({}),
  secrets: z.record(z.string(), Parameter).default({}),
});

/** `permissions:`; undefined is the repository's setting, a string one level for everything. */
const Permissions = z
  .union([z.enum(["read-all", "write-all"]), z.record(z.string(), z.enum(["read", "write", "none"]))])
  .optional();
export type Permissions = z.infer<typeof Permissions>;

const Concurrency = z.union([
  z.string().transform((group) => ({ group, "cancel-in-progress": false as boolean | string })),
  z.looseObject({ group: z.string(), "cancel-in-progress": z.union([z.boolean(), z.string()]).default(false) }),
]);
export type Concurrency = z.infer<typeof Concurrency>;

/** The environment of GitHub that a job is for: its name can be an expression. */
const EnvironmentReference = z.union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)]);

const Job = z.looseObject({
  name: z.string().optional(),
  needs: list.default([]),
  if: scalar.optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  secrets: z.union([z.literal("inherit"), z.record(z.string(), z.unknown())]).default({}),
  permissions: Permissions,
  concurrency: Concurrency.optional(),
  environment: EnvironmentReference.optional(),
  outputs: z.record(z.string(), scalar).default({}),
  strategy: z.unknown().optional(),
});
export type Job = z.infer<typeof Job>;

const WorkflowFile = z.looseObject({
  name: z.string().optional(),
  on: Triggers,
  permissions: Permissions,
  concurrency: Concurrency.optional(),
  jobs: z.record(z.string(), Job),
});

/** A workflow file as far as the runner has to know it; act reads the rest. */
export type WorkflowFile = z.infer<typeof WorkflowFile>;

/**
 * Reads a workflow file.
 * @throws Error that says what is wrong with it, as GitHub shows for a file that it can't read
 */
export function parseWorkflow(path: string, text: string): WorkflowFile {
  let content: unknown;
  try {
    content = parse(text, { merge: false });
  } catch (error) {
    throw new Error(`${path} is no YAML: ${error instanceof Error ? error.message : ""}`, { cause: error });
  }
  const parsed = WorkflowFile.safeParse(content);
  if (!parsed.success) throw new Error(`${path} is no workflow:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** What GitHub calls a workflow: its `name`, or else its path. */
export const workflowName = (path: string, { name }: WorkflowFile): string => name ?? path;
