import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { notFound } from "../errors.ts";
import type { Comment, Issue } from "../model.ts";
import { notify } from "../notify.ts";
import { commentView, issueView } from "../views/issue.ts";
import { issueOf, mayChange } from "./issues.ts";

const Body = z.object({ body: z.string().min(1) });

const read = { permissions: ["issues=read", "pull_requests=read"] } as const;
const write = { permissions: ["issues=write", "pull_requests=write"] } as const;

/** Comments of issues and pull requests. */
export function commentRoutes(api: Api): void {
  const { store } = api;
  const path = "/issues/:issue_number/comments";
  const view = (call: RepositoryCall, issue: Issue, comment: Comment) =>
    commentView(store, call.urls, call.repository, issue, comment);
  const tell = (call: RepositoryCall, issue: Issue, comment: Comment, action: string) =>
    notify(store, call.repository, call.user(), ["issue_comment", action], (urls) => ({
      issue: issueView(store, urls, call.repository, issue),
      comment: commentView(store, urls, call.repository, issue, comment),
    }));
  const find = (call: RepositoryCall) => {
    const id = call.id("comment_id");
    for (const issue of call.repository.issues) {
      const comment = issue.comments.find((one) => one.id === id);
      if (comment !== undefined) return { issue, comment };
    }
    throw notFound();
  };
  api.repository("GET", path, read, (call) => {
    const issue = issueOf(call);
    return call.page(issue.comments).items.map((comment) => view(call, issue, comment));
  });
  api.repository("POST", path, write, (call) => {
    const issue = issueOf(call);
    const { body } = call.body(Body);
    const now = store.clock.now();
    const appId = call.caller.app?.id ?? null;
    const comment = { id: store.nextId(), userId: call.user().id, appId, body, createdAt: now, updatedAt: now };
    issue.comments.push(comment);
    issue.updatedAt = now;
    call.save();
    tell(call, issue, comment, "created");
    return call.created(view(call, issue, comment));
  });
  api.repository("GET", "/issues/comments/:comment_id", read, (call) => {
    const { issue, comment } = find(call);
    return view(call, issue, comment);
  });
  api.repository("PATCH", "/issues/comments/:comment_id", write, (call) => {
    const { issue, comment } = find(call);
    mayChange(call, comment.userId);
    comment.body = call.body(Body).body;
    comment.updatedAt = store.clock.now();
    call.save();
    tell(call, issue, comment, "edited");
    return view(call, issue, comment);
  });
  api.repository("DELETE", "/issues/comments/:comment_id", write, (call) => {
    const { issue, comment } = find(call);
    mayChange(call, comment.userId);
    issue.comments = issue.comments.filter((one) => one !== comment);
    call.save();
    tell(call, issue, comment, "deleted");
    return call.noContent();
  });
}
