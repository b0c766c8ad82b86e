import { nodeId } from "../node-id.ts";
import type { CheckRun, CheckSuite, Repository, Status } from "../model.ts";
import { openPulls } from "../pulls/sync.ts";
import { latestCheckRuns } from "../rules/required-checks.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import { fullName } from "../urls.ts";
import type { Urls } from "../urls.ts";
import { simpleUserOrNull } from "./account.ts";
import { appView } from "./issue.ts";

/** The open pull requests whose head a commit is, in their shortest form. */
export function minimalPulls(
  store: Store,
  urls: Urls,
  repository: Repository,
  sha: string,
): Schema<"pull-request-minimal">[] {
  const url = urls.repository(store, repository);
  const repo = { id: repository.id, name: repository.name, url };
  return openPulls(repository)
    .filter(({ pull }) => pull.head.sha === sha)
    .map(({ issue, pull }) => ({
      id: pull.id,
      number: issue.number,
      url: `${url}/pulls/${String(issue.number)}`,
      head: { ref: pull.head.ref, sha: pull.head.sha, repo },
      base: { ref: pull.base.ref, sha: pull.base.sha, repo },
    }));
}

/** A check run. */
export function checkRunView(store: Store, urls: Urls, repository: Repository, run: CheckRun): Schema<"check-run"> {
  const url = `${urls.repository(store, repository)}/check-runs/${String(run.id)}`;
  const html = `${urls.html}/${fullName(store, repository)}/runs/${String(run.id)}`;
  return {
    id: run.id,
    node_id: nodeId("CheckRun", repository.id, run.id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion as Schema<"check-run">["conclusion"],
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suiteId },
    app: appView(store, urls, run.appId),
    pull_requests: minimalPulls(store, urls, repository, run.headSha),
  };
}

/** What the check runs of a suite come to. */
export function suiteState(repository: Repository, suite: CheckSuite): Pick<CheckRun, "status" | "conclusion"> {
  const runs = latestCheckRuns(repository, suite.headSha).filter(({ suiteId }) => suiteId === suite.id);
  if (runs.length === 0) return { status: "queued", conclusion: null };
  if (runs.some(({ status }) => status !== "completed"))
    return { status: runs.every(({ status }) => status === "queued") ? "queued" : "in_progress", conclusion: null };
  const order = [
    "failure",
    "timed_out",
    "startup_failure",
    "action_required",
    "cancelled",
    "stale",
    "success",
    "neutral",
    "skipped",
  ] as const;
  return {
    status: "completed",
    conclusion: order.find((conclusion) => runs.some((run) => run.conclusion === conclusion)) ?? null,
  };
}

/** A commit status. */
export const statusView = (store: Store, urls: Urls, repository: Repository, status: Status): Schema<"status"> => {
  const creator = store.userById(status.creatorId);
  return {
    ...simpleStatus(store, urls, repository, status),
    avatar_url: simpleUserOrNull(urls, creator)?.avatar_url ?? null,
    creator: simpleUserOrNull(urls, creator),
  };
};

/** A commit status inside the combined one. */
export const simpleStatus = (store: Store, urls: Urls, repository: Repository, status: Status) => ({
  url: `${urls.repository(store, repository)}/statuses/${status.sha}`,
  avatar_url: `${urls.html}/avatars/u/${String(status.creatorId)}`,
  id: status.id,
  node_id: nodeId("StatusContext", repository.id, status.id),
  state: status.state,
  description: status.description,
  target_url: status.targetUrl,
  context: status.context,
  created_at: status.createdAt,
  updated_at: status.updatedAt,
});
