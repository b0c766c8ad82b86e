import { Document, isMap, isScalar, visit } from "yaml";

/** Scopes of a job's token (docs.github.com, "Workflow syntax", `permissions`). */
export type Scope =
  | "actions"
  | "attestations"
  | "checks"
  | "contents"
  | "deployments"
  | "id-token"
  | "issues"
  | "packages"
  | "pull-requests"
  | "statuses";

/** What a job's token may do; what is missing it may not. */
export type Grants = Readonly<Partial<Record<Scope, "read" | "write">>>;

/** The value of an input: what `workflow_call` can declare. */
export type InputValue = string | number | boolean;

/** A job that calls a reusable workflow. Such a job has no steps, no runner and no timeout of its own. */
export interface CallingJob {
  readonly needs?: readonly string[];
  readonly if: string;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly permissions: Grants;
  /** `owner/repository/.github/workflows/name.yml@commit`. */
  readonly uses: string;
  readonly with?: Readonly<Record<string, InputValue>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** One input of a run that a person starts. */
export interface DispatchInput {
  readonly description: string;
  readonly type: "choice" | "string" | "boolean";
  readonly options?: readonly string[];
  readonly required?: boolean;
  readonly default?: InputValue;
}

/** The events that start a workflow, with the filters that this project uses. */
export interface Triggers {
  readonly pull_request?: { readonly branches: readonly string[]; readonly types: readonly string[] };
  readonly push?: { readonly branches: readonly string[] };
  readonly release?: { readonly types: readonly string[] };
  readonly repository_dispatch?: { readonly types: readonly string[] };
  readonly workflow_dispatch?: { readonly inputs: Readonly<Record<string, DispatchInput>> };
  readonly schedule?: readonly { readonly cron: string }[];
}

/** A workflow file that only calls others. */
export interface CallerWorkflow {
  readonly name: string;
  readonly on: Triggers;
  /** Nothing, so that each job has what it says itself. */
  readonly permissions: Grants;
  readonly jobs: Readonly<Record<string, CallingJob>>;
}

/**
 * Writes a workflow as YAML 1.2, in which `on` is a plain key. Keys come in the order in which the object has them.
 *
 * @param header lines of the comment at the top
 * @param comment what to write behind a key's text, or undefined
 */
export function renderWorkflow(
  workflow: CallerWorkflow,
  header: readonly string[],
  comment: (key: string, value: string) => string | undefined,
): string {
  const document = new Document(workflow, { aliasDuplicateObjects: false });
  document.commentBefore = header.map((line) => ` ${line}`).join("\n");
  const jobs = document.get("jobs");
  if (isMap(jobs)) for (const { key } of jobs.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
  visit(document, {
    Seq(_, list) {
      list.flow = list.items.every((item) => isScalar(item));
    },
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value)) return;
      const text = comment(String(key.value), String(value.value));
      if (text !== undefined) value.comment = ` ${text}`;
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false });
}
