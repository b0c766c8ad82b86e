import * as z from "zod";

import { includesRole, roleOf } from "../access.ts";
import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { notFound, unprocessable } from "../errors.ts";
import { addReview, addReviewComment, dismissReview, submitReview } from "../pulls/review.ts";
import type { PullContext } from "../pulls/state.ts";
import { tellPull } from "../pulls/tell.ts";
import { pullSimple, requestedTeams } from "../views/pull.ts";
import { reviewCommentView, reviewView } from "../views/review.ts";
import { userView } from "../views/issue.ts";
import { teamView } from "../views/team.ts";
import { pullOf } from "./pulls.ts";

const event = z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]);
const LineComment = z.object({
  path: z.string(),
  body: z.string().min(1),
  line: z.int().optional(),
  side: z.enum(["LEFT", "RIGHT"]).optional(),
});
const NewReview = z.object({
  body: z.string().default(""),
  event: event.optional(),
  commit_id: z.string().optional(),
  comments: z.array(LineComment).default([]),
});
const Requested = z.object({
  reviewers: z.array(z.string()).default([]),
  team_reviewers: z.array(z.string()).default([]),
});

const read = { permissions: ["pull_requests=read"] } as const;
const write = { permissions: ["pull_requests=write"] } as const;

/** Reviews, comments on lines, and who is asked for a review. */
export function reviewRoutes(api: Api): void {
  const { store } = api;
  const path = "/pulls/:pull_number";
  const reviewOf = (call: RepositoryCall, { pull }: PullContext) => {
    const review = pull.reviews.find(({ id }) => id === call.id("review_id"));
    if (review === undefined) throw notFound();
    return review;
  };
  api.repository("GET", `${path}/reviews`, read, (call) => {
    const context = pullOf(call);
    const shown = context.pull.reviews.filter(
      ({ state, userId }) => state !== "PENDING" || userId === call.caller.user?.id,
    );
    return call.page(shown).items.map((review) => reviewView(store, call.urls, call.repository, context, review));
  });
  api.repository("POST", `${path}/reviews`, write, (call) => {
    const context = pullOf(call);
    const { body, event: verdict, comments, commit_id: commit } = call.body(NewReview);
    const actor = actorOf(call.caller, call.user());
    const review = addReview(context, actor, verdict, body, comments, commit);
    return reviewView(store, call.urls, call.repository, context, review);
  });
  api.repository("GET", `${path}/reviews/:review_id`, read, (call) => {
    const context = pullOf(call);
    return reviewView(store, call.urls, call.repository, context, reviewOf(call, context));
  });
  api.repository("POST", `${path}/reviews/:review_id/events`, write, (call) => {
    const context = pullOf(call);
    const review = reviewOf(call, context);
    if (review.userId !== call.user().id) throw notFound();
    const { event: verdict, body } = call.body(z.object({ event, body: z.string().default(review.body) }));
    submitReview(context, review, verdict, body);
    return reviewView(store, call.urls, call.repository, context, review);
  });
  api.repository("PUT", `${path}/reviews/:review_id/dismissals`, { ...write, role: "write" }, (call) => {
    const context = pullOf(call);
    const review = reviewOf(call, context);
    call.body(z.object({ message: z.string() }));
    dismissReview(context, actorOf(call.caller, call.user()), review);
    return reviewView(store, call.urls, call.repository, context, review);
  });
  api.repository("GET", `${path}/comments`, read, (call) => {
    const context = pullOf(call);
    const { items } = call.page(context.pull.reviewComments);
    return items.map((comment) => reviewCommentView(store, call.urls, call.repository, context, comment));
  });
  api.repository("POST", `${path}/comments`, write, (call) => {
    const context = pullOf(call);
    const wanted = call.body(LineComment.partial({ path: true }).extend({ in_reply_to: z.int().optional() }));
    if (wanted.path === undefined && wanted.in_reply_to === undefined)
      throw unprocessable(`Invalid request.\n\n"path" wasn't supplied.`);
    const comment = addReviewComment(context, call.user().id, {
      path: wanted.path ?? "",
      body: wanted.body,
      line: wanted.line,
      side: wanted.side,
      inReplyTo: wanted.in_reply_to,
    });
    return call.created(reviewCommentView(store, call.urls, call.repository, context, comment));
  });
  requestedReviewerRoutes(api);
}

/** Who is asked for a review. */
function requestedReviewerRoutes(api: Api): void {
  const { store } = api;
  const path = "/pulls/:pull_number/requested_reviewers";
  const teamNamed = (call: RepositoryCall, slug: string) =>
    store.accounts.teams.find((one) => one.organizationId === call.repository.ownerId && one.slug === slug);
  api.repository("GET", path, read, (call) => {
    const { pull } = pullOf(call);
    return {
      users: pull.requestedReviewers.map((id) => userView(store, call.urls, id)),
      teams: requestedTeams(store, call.urls, pull),
    };
  });
  api.repository("POST", path, { ...write, role: "write" }, async (call) => {
    const context = pullOf(call);
    const { pull, issue } = context;
    const { reviewers, team_reviewers: slugs } = call.body(Requested);
    const users = reviewers.map((login) => {
      const user = store.user(login);
      if (user === undefined || !includesRole(roleOf(store, user, call.repository), "read"))
        throw unprocessable(
          "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.",
        );
      if (user.id === issue.userId) throw unprocessable("Review cannot be requested from pull request author.");
      return user.id;
    });
    const teams = slugs.map((slug) => {
      const team = teamNamed(call, slug);
      if (team === undefined) throw unprocessable(`Could not resolve to a team with the slug ${slug}.`);
      return team.id;
    });
    pull.requestedReviewers = [...new Set([...pull.requestedReviewers, ...users])];
    pull.requestedTeams = [...new Set([...pull.requestedTeams, ...teams])];
    call.save();
    for (const id of users)
      await tellPull(store, call.repository, context, call.user(), "review_requested", {
        requested_reviewer: userView(store, call.urls, id),
      });
    for (const team of store.accounts.teams.filter(({ id }) => teams.includes(id)))
      await tellPull(store, call.repository, context, call.user(), "review_requested", {
        requested_team: teamView(store, call.urls, team),
      });
    return call.created(pullSimple(store, call.urls, call.repository, context));
  });
  api.repository("DELETE", path, { ...write, role: "write" }, (call) => {
    const context = pullOf(call);
    const { reviewers, team_reviewers: slugs } = call.body(Requested);
    const users = reviewers.map((login) => store.user(login)?.id);
    const teams = slugs.map((slug) => teamNamed(call, slug)?.id);
    context.pull.requestedReviewers = context.pull.requestedReviewers.filter((id) => !users.includes(id));
    context.pull.requestedTeams = context.pull.requestedTeams.filter((id) => !teams.includes(id));
    call.save();
    return pullSimple(store, call.urls, call.repository, context);
  });
}
