import * as z from "zod";

import type { Contexts } from "./workflow/expression.ts";
import type { Occasion } from "./workflow/starts-run.ts";
import type { Permissions, WorkflowFile } from "./workflow/workflow-file.ts";
import type { Happening } from "./stand-in-client.ts";

const Head = z.looseObject({
  ref: z.string(),
  sha: z.string(),
  repo: z.looseObject({ full_name: z.string() }).nullish(),
});
const Payload = z.looseObject({
  pull_request: z.looseObject({ head: Head, base: Head }).optional(),
  release: z.looseObject({ draft: z.boolean() }).optional(),
  deleted: z.boolean().optional(),
  workflow: z.string().optional(),
  schedule: z.string().optional(),
  ref: z.string().optional(),
  repository: z.looseObject({ fork: z.boolean() }).optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

/** The parts of a payload that the runner looks at. */
export const payloadOf = ({ payload }: Happening): z.infer<typeof Payload> => Payload.parse(payload);

/** An event as the question which workflows it starts. */
export function occasionOf(happening: Happening, paths: readonly string[] | undefined): Occasion {
  const payload = payloadOf(happening);
  const base = payload.pull_request?.base.ref;
  return {
    name: happening.name,
    action: happening.action,
    ref: base === undefined ? (payload.ref ?? happening.subject?.ref ?? "") : `refs/heads/${base}`,
    deleted: payload.deleted === true,
    paths,
    message: happening.subject?.message,
    workflow: payload.workflow,
    cron: payload.schedule,
    draft: payload.release?.draft === true,
    byWorkflow: happening.sender.login === "github-actions[bot]" && happening.name !== "schedule",
  };
}

/** Whom a run trusts: one of a fork's pull request, or by Dependabot, gets no secret and a token that only reads. */
export function trustOf(happening: Happening): "full" | "fork" | "dependabot" {
  const head = payloadOf(happening).pull_request?.head;
  if (head !== undefined && head.repo?.full_name.toLowerCase() !== happening.repository.toLowerCase()) return "fork";
  return happening.sender.login === "dependabot[bot]" ? "dependabot" : "full";
}

/** The commit that checks are of. */
export const checkedCommit = (happening: Happening): string =>
  payloadOf(happening).pull_request?.head.sha ?? happening.subject?.sha ?? "";

/** The payload as workflows see it: the inputs of a dispatch are text there. */
export function eventPayload(happening: Happening): Record<string, unknown> {
  const { inputs } = payloadOf(happening);
  return {
    ...happening.payload,
    ...(inputs === undefined
      ? {}
      : { inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value ?? "")])) }),
  };
}

/** Contexts of `if:` and `concurrency:` of a run's own jobs. */
export function contextsOf(
  happening: Happening,
  { on }: WorkflowFile,
  variables: Readonly<Record<string, string>>,
  run: number,
): Contexts {
  const { pull_request: pull, inputs = {} } = payloadOf(happening);
  const ref = happening.subject?.ref ?? "";
  const declared = on.events["workflow_dispatch"]?.inputs ?? {};
  const given = Object.entries(declared).map(([name, input]) => {
    const value = inputs[name] ?? input?.default ?? "";
    return [name, input?.type === "boolean" ? String(value) === "true" : value] as const;
  });
  return {
    github: {
      event_name: happening.name,
      event: eventPayload(happening),
      ref,
      ref_name: ref.replace(/^refs\/(?:heads|tags|pull)\//u, ""),
      sha: happening.subject?.sha ?? "",
      head_ref: pull?.head.ref ?? "",
      base_ref: pull?.base.ref ?? "",
      actor: happening.sender.login,
      repository: happening.repository,
      repository_owner: happening.repository.split("/")[0],
      run_id: String(run),
    },
    inputs: happening.name === "workflow_dispatch" ? Object.fromEntries(given) : {},
    vars: variables,
    needs: {},
  };
}

/** What a workflow's environment says of its run; act takes the context `github` from it. `SHA_REF` is act's word for the commit. */
export const environmentOf = (happening: Happening, server: string, run: number): Record<string, string> => ({
  GITHUB_SERVER_URL: server,
  GITHUB_API_URL: `${server}/api/v3`,
  GITHUB_GRAPHQL_URL: `${server}/api/graphql`,
  GITHUB_REPOSITORY: happening.repository,
  GITHUB_REPOSITORY_OWNER: happening.repository.split("/")[0] ?? "",
  GITHUB_REF: happening.subject?.ref ?? "",
  SHA_REF: happening.subject?.sha ?? "",
  GITHUB_RUN_ID: String(run),
  GITHUB_RUN_NUMBER: String(run),
});

/**
 * The permissions of a run's token, in the names of an App's: the most that any of its jobs has, as act knows one token a run.
 *
 * @param grants of the jobs; where one says nothing it has what GitHub gives by default, which is to read contents and packages
 */
export function tokenPermissions(
  grants: readonly Permissions[],
  trust: ReturnType<typeof trustOf>,
): Record<string, "read" | "write"> {
  const result: Record<string, "read" | "write"> = {};
  const scopes = ["contents", "packages", "pull-requests", "deployments", "issues", "checks", "statuses", "actions"];
  for (const one of grants) {
    const all =
      typeof one === "string"
        ? Object.fromEntries(
            scopes.map((scope) => [scope, one === "read-all" ? ("read" as const) : ("write" as const)]),
          )
        : (one ?? { contents: "read" as const, packages: "read" as const });
    for (const [scope, level] of Object.entries(all)) {
      const name = scope.replaceAll("-", "_");
      if (level === "none" || result[name] === "write") continue;
      result[name] = trust === "full" ? level : "read";
    }
  }
  return result;
}
