import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { moment } from "../clock.ts";
import { GitHubError, notFound, unprocessable } from "../errors.ts";
import { conclusions } from "../model.ts";
import type { CheckRun, CheckSuite } from "../model.ts";
import { notify } from "../notify.ts";
import { latestCheckRuns } from "../rules/required-checks.ts";
import { checkRunView } from "../views/checks.ts";
import { commitOf } from "./statuses.ts";

const text = z.string().nullish();
const at = z.iso.datetime({ offset: true }).transform((given) => moment(Date.parse(given)));
const Fields = z.object({
  name: z.string().min(1),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed", "waiting", "requested", "pending"]).optional(),
  conclusion: z.enum(conclusions).optional(),
  started_at: at.optional(),
  completed_at: at.optional(),
  output: z
    .object({
      title: text,
      summary: text,
      text,
      annotations: z.array(z.record(z.string(), z.unknown())).max(50).optional(),
    })
    .optional(),
});

const Change = Fields.partial();

const read = { permissions: ["checks=read"] } as const;
const write = { role: "write", permissions: ["checks=write"] } as const;

/** Check runs, which only Apps report, and the suites that they are in. */
export function checkRoutes(api: Api): void {
  const { store } = api;
  const view = (call: RepositoryCall, run: CheckRun) => checkRunView(store, call.urls, call.repository, run);
  const find = (call: RepositoryCall) => {
    const run = call.repository.checkRuns.find(({ id }) => id === call.id("check_run_id"));
    if (run === undefined) throw notFound();
    return run;
  };
  const tell = (call: RepositoryCall, run: CheckRun, action: string) =>
    notify(store, call.repository, call.user(), ["check_run", action], (urls) => ({
      check_run: checkRunView(store, urls, call.repository, run),
    }));
  api.repository("POST", "/check-runs", write, async (call) => {
    const app = appOf(call);
    const fields = call.body(Fields.extend({ head_sha: z.string() }));
    const sha = fields.head_sha;
    if ((await call.git.commit(sha)) === undefined) throw unprocessable(`No commit found for SHA: ${sha}`);
    const suite = await suiteOf(call, app.id, sha);
    const run: CheckRun = {
      id: store.nextId(),
      suiteId: suite.id,
      appId: app.id,
      name: fields.name,
      headSha: sha,
      externalId: "",
      detailsUrl: null,
      status: "queued",
      conclusion: null,
      startedAt: store.clock.now(),
      completedAt: null,
      output: { title: null, summary: null, text: null },
      annotations: [],
    };
    update(call, run, fields);
    call.repository.checkRuns.push(run);
    call.save();
    tell(call, run, "created");
    if (run.status === "completed") tell(call, run, "completed");
    return call.created(view(call, run));
  });
  api.repository("GET", "/check-runs/:check_run_id", read, (call) => view(call, find(call)));
  api.repository("PATCH", "/check-runs/:check_run_id", write, (call) => {
    const run = find(call);
    if (run.appId !== appOf(call).id)
      throw new GitHubError(
        403,
        `Invalid app_id \`${run.appId}\` - check run can only be modified by the GitHub App that created it.`,
      );
    update(call, run, call.body(Change));
    call.save();
    if (run.status === "completed") tell(call, run, "completed");
    return view(call, run);
  });
  api.repository(
    "GET",
    "/check-runs/:check_run_id/annotations",
    read,
    (call) => call.page(find(call).annotations).items,
  );
  api.repository("GET", "/commits/:ref/check-runs", read, async (call) => {
    const { sha } = await commitOf(call);
    const [name, status, app] = [call.query("check_name"), call.query("status"), call.query("app_id")];
    const runs =
      call.query("filter") === "all"
        ? call.repository.checkRuns.filter(({ headSha }) => headSha === sha)
        : latestCheckRuns(call.repository, sha);
    const shown = runs
      .filter((run) => name === undefined || run.name === name)
      .filter((run) => status === undefined || run.status === status)
      .filter((run) => app === undefined || String(run.appId) === app);
    const { items, total } = call.page(shown);
    return { total_count: total, check_runs: items.map((run) => view(call, run)) };
  });
}

function appOf({ caller: { app } }: RepositoryCall) {
  if (app === undefined) throw new GitHubError(403, "You must authenticate via a GitHub App.");
  return app;
}

/** The suite of an App on a commit, made where it is missing. */
async function suiteOf({ store, repository, git }: RepositoryCall, appId: number, sha: string): Promise<CheckSuite> {
  const present = repository.checkSuites.find((suite) => suite.appId === appId && suite.headSha === sha);
  if (present !== undefined) return present;
  const branch = [...(await git.refs())].find(([ref, tip]) => ref.startsWith("refs/heads/") && tip === sha)?.[0];
  const now = store.clock.now();
  const suite: CheckSuite = {
    id: store.nextId(),
    appId,
    headSha: sha,
    headBranch: branch?.slice("refs/heads/".length) ?? null,
    createdAt: now,
    updatedAt: now,
  };
  repository.checkSuites.push(suite);
  return suite;
}

/** Sets what a request says of a check run. A conclusion or a time of completion completes it. */
function update({ store }: RepositoryCall, run: CheckRun, fields: z.infer<typeof Change>): void {
  const { conclusion, output } = fields;
  if (fields.status === "completed" && conclusion === undefined && run.conclusion === null)
    throw unprocessable(`Invalid request.\n\n"conclusion" wasn't supplied.`);
  run.name = fields.name ?? run.name;
  run.detailsUrl = fields.details_url ?? run.detailsUrl;
  run.externalId = fields.external_id ?? run.externalId;
  run.startedAt = fields.started_at ?? run.startedAt;
  run.status = conclusion === undefined ? (fields.status ?? run.status) : "completed";
  if (run.status === "completed") {
    run.conclusion = conclusion ?? run.conclusion;
    run.completedAt = fields.completed_at ?? run.completedAt ?? store.clock.now();
  } else {
    run.conclusion = null;
    run.completedAt = null;
  }
  if (output === undefined) return;
  run.output = {
    title: output.title ?? run.output.title,
    summary: output.summary ?? run.output.summary,
    text: output.text ?? run.output.text,
  };
  run.annotations.push(...(output.annotations ?? []));
}
