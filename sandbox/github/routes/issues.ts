import * as z from "zod";

import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { GitHubError, notFound } from "../errors.ts";
import type { Issue } from "../model.ts";
import { newIssue } from "../new-issue.ts";
import { notify } from "../notify.ts";
import { changePull, closeIssue } from "../pulls/change.ts";
import { tellPull } from "../pulls/tell.ts";
import { labelView } from "../views/label.ts";
import { issueView, labelsOf } from "../views/issue.ts";

const Names = z.array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]));
const New = z.object({
  title: z.string().min(1),
  body: z.string().nullish(),
  labels: Names.default([]),
  assignees: z.array(z.string()).default([]),
});
const Change = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullish(),
  labels: Names.optional(),
  assignees: z.array(z.string()).optional(),
});

const read = { permissions: ["issues=read", "pull_requests=read"] } as const;
const write = { permissions: ["issues=write", "pull_requests=write"] } as const;

/** Issues as far as pull requests need them: texts, states, labels and comments. */
export function issueRoutes(api: Api): void {
  const { store } = api;
  const view = (call: RepositoryCall, issue: Issue) => issueView(store, call.urls, call.repository, issue);
  const tell = (call: RepositoryCall, issue: Issue, action: string) =>
    notify(store, call.repository, call.user(), ["issues", action], (urls) => ({
      issue: issueView(store, urls, call.repository, issue),
    }));
  api.repository("GET", "/issues", read, (call) => {
    const state = call.query("state") ?? "open";
    const names = call.query("labels")?.toLowerCase().split(",") ?? [];
    const issues = call.repository.issues
      .filter((issue) => state === "all" || issue.state === state)
      .filter((issue) => {
        const has = labelsOf(store, call.urls, call.repository, issue).map(({ name }) => name.toLowerCase());
        return names.every((name) => has.includes(name));
      });
    return call.page(issues.reverse()).items.map((issue) => view(call, issue));
  });
  api.repository("POST", "/issues", write, (call) => {
    const { title, body, labels, assignees } = call.body(New);
    if (!call.repository.features.issues) throw new GitHubError(410, "Issues are disabled for this repo");
    const issue = newIssue(store, call.repository, actorOf(call.caller, call.user()), title, body ?? null);
    issue.labels = labelIds(call, labels);
    issue.assignees = userIds(call, assignees);
    call.repository.issues.push(issue);
    call.save();
    tell(call, issue, "opened");
    return call.created(view(call, issue));
  });
  api.repository("GET", "/issues/:issue_number", read, (call) => view(call, issueOf(call)));
  api.repository("PATCH", "/issues/:issue_number", write, async (call) => {
    const issue = issueOf(call);
    const change = call.body(Change);
    mayChange(call, issue.userId);
    if (change.labels !== undefined) issue.labels = labelIds(call, change.labels);
    if (change.assignees !== undefined) issue.assignees = userIds(call, change.assignees);
    const { pullRequest: pull } = issue;
    if (pull !== null)
      await changePull({ store, repository: call.repository, issue, pull }, actorOf(call.caller, call.user()), change);
    else changeIssue(call, issue, change);
    return view(call, issue);
  });

  const relabel = async (call: RepositoryCall, next: (ids: readonly number[]) => readonly number[]) => {
    const issue = issueOf(call);
    const before = issue.labels;
    issue.labels = [...new Set(next(before))];
    issue.updatedAt = store.clock.now();
    call.save();
    for (const [ids, others, action] of [
      [issue.labels, before, "labeled"],
      [before, issue.labels, "unlabeled"],
    ] as const)
      for (const id of ids.filter((one) => !others.includes(one))) {
        const label = call.repository.labels.find((one) => one.id === id);
        const { pullRequest: pull } = issue;
        if (pull !== null)
          await tellPull(
            store,
            call.repository,
            { issue, pull },
            call.user(),
            action,
            label === undefined ? {} : { label: labelView(store, call.urls, call.repository, label) },
          );
        else tell(call, issue, action);
      }
    return labelsOf(store, call.urls, call.repository, issue);
  };
  const path = "/issues/:issue_number/labels";
  const Labels = z.union([z.object({ labels: Names.default([]) }).transform(({ labels }) => labels), Names]);
  const triage = { ...write, role: "triage" } as const;
  api.repository("GET", path, read, (call) => labelsOf(store, call.urls, call.repository, issueOf(call)));
  api.repository("POST", path, triage, (call) => {
    const added = labelIds(call, call.bodyOrList(Labels));
    return relabel(call, (ids) => [...ids, ...added]);
  });
  api.repository("PUT", path, triage, (call) => {
    const wanted = labelIds(call, call.bodyOrList(Labels));
    return relabel(call, () => wanted);
  });
  api.repository("DELETE", path, triage, async (call) => {
    await relabel(call, () => []);
    return call.noContent();
  });
  api.repository("DELETE", `${path}/:name`, triage, (call) => {
    const name = call.param("name").toLowerCase();
    const label = call.repository.labels.find((one) => one.name.toLowerCase() === name);
    if (label === undefined || !issueOf(call).labels.includes(label.id))
      throw new GitHubError(404, "Label does not exist");
    return relabel(call, (ids) => ids.filter((id) => id !== label.id));
  });
}

/** The issue that a path names. */
export function issueOf(call: RepositoryCall): Issue {
  const number = call.id("issue_number");
  const issue = call.repository.issues.find((one) => one.number === number);
  if (issue === undefined) throw notFound();
  return issue;
}

/** Authors may change what is theirs, others need write access. */
export function mayChange(call: RepositoryCall, userId: number): void {
  if (userId !== call.user().id && !call.has("triage"))
    throw new GitHubError(403, "Must have triage access to Repository.");
}

function changeIssue(call: RepositoryCall, issue: Issue, change: z.infer<typeof Change>): void {
  const { store, repository } = call;
  const now = store.clock.now();
  issue.title = change.title ?? issue.title;
  if (change.body !== undefined) issue.body = change.body;
  issue.updatedAt = now;
  const moved = change.state !== undefined && change.state !== issue.state;
  if (moved && change.state === "closed") {
    closeIssue(issue, now, call.user().id);
    issue.stateReason = change.state_reason ?? "completed";
  } else if (moved) Object.assign(issue, { state: "open", stateReason: "reopened", closedAt: null, closedById: null });
  call.save();
  notify(
    store,
    repository,
    call.user(),
    ["issues", moved ? (issue.state === "closed" ? "closed" : "reopened") : "edited"],
    (urls) => ({ issue: issueView(store, urls, repository, issue) }),
  );
}

/** The ids of labels by name; GitHub makes those that it does not have. */
function labelIds({ store, repository }: RepositoryCall, names: readonly string[]): number[] {
  return names.map((name) => {
    const present = repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
    if (present !== undefined) return present.id;
    const label = { id: store.nextId(), name, color: "ededed", description: null, default: false };
    repository.labels.push(label);
    return label.id;
  });
}

const userIds = ({ store }: RepositoryCall, logins: readonly string[]): number[] =>
  logins.flatMap((login) => store.user(login)?.id ?? []);
