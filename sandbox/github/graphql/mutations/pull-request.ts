import type { Requirement } from "../../access.ts";
import { actorOf } from "../../actor.ts";
import type { Actor } from "../../actor.ts";
import { parseNodeId } from "../../node-id.ts";
import { changePull, closePull, reopenPull, setDraft } from "../../pulls/change.ts";
import { mergePull } from "../../pulls/merge.ts";
import { openPull } from "../../pulls/open.ts";
import { setResolved } from "../../pulls/review.ts";
import type { PullContext } from "../../pulls/state.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { pullRequestOfNode, pullRequestOfThread, repositoryOfNode } from "../nodes.ts";
import { noNode, Problem } from "../problem.ts";
import { pullRequestView } from "../views/pull-request.ts";
import { threadsOf, threadView } from "../views/review.ts";
import type { Mutations } from "./mutations.ts";

interface OfPullRequest {
  readonly pullRequestId: string;
}

interface New {
  readonly repositoryId: string;
  readonly headRepositoryId?: string | null;
  readonly headRefName: string;
  readonly baseRefName: string;
  readonly title: string;
  readonly body?: string | null;
  readonly draft?: boolean | null;
  readonly maintainerCanModify?: boolean | null;
}

interface Change extends OfPullRequest {
  readonly title?: string | null;
  readonly body?: string | null;
  readonly baseRefName?: string | null;
  readonly state?: "OPEN" | "CLOSED" | null;
  readonly labelIds?: readonly string[] | null;
  readonly assigneeIds?: readonly string[] | null;
}

interface Merge extends OfPullRequest {
  readonly commitHeadline?: string | null;
  readonly commitBody?: string | null;
  readonly expectedHeadOid?: string | null;
  readonly mergeMethod?: "MERGE" | "SQUASH" | "REBASE" | null;
}

/** Authors may change what is theirs. */
const own: Requirement = { permissions: ["pull_requests=write"] };
const write: Requirement = { role: "write", permissions: ["pull_requests=write"] };
const merge: Requirement = { role: "write", permissions: ["contents=write"] };

/** Mutations of pull requests. */
export const pullRequestMutations: Mutations = {
  async createPullRequest(graph, input: New) {
    const repository = repositoryOfNode(graph, input.repositoryId);
    const source = input.headRepositoryId == null ? repository : repositoryOfNode(graph, input.headRepositoryId);
    const head =
      source === repository ? input.headRefName : `${graph.store.loginOf(source.ownerId)}:${input.headRefName}`;
    const { issue } = await graph.store.lock(repository, () => {
      graph.authorize(repository, own, "createPullRequest");
      return openPull(graph.store, repository, actorOf(graph.caller, graph.viewer), {
        title: input.title,
        body: input.body ?? null,
        head,
        base: input.baseRefName.replace(/^refs\/heads\//u, ""),
        draft: input.draft ?? false,
        maintainerCanModify: input.maintainerCanModify ?? true,
      });
    });
    return { pullRequest: pullRequestView(graph, repository, issue) };
  },
  updatePullRequest: (graph, input: Change) =>
    changed(graph, input, "updatePullRequest", async (context, actor) => {
      await changePull(context, actor, {
        title: input.title ?? undefined,
        body: input.body ?? undefined,
        base: input.baseRefName ?? undefined,
        state: input.state === "OPEN" ? "open" : input.state === "CLOSED" ? "closed" : undefined,
      });
      if (input.labelIds != null) context.issue.labels = input.labelIds.map((id) => labelId(context, id));
      if (input.assigneeIds != null) context.issue.assignees = input.assigneeIds.map((id) => userId(graph, id));
      graph.store.save(context.repository);
    }),
  closePullRequest: (graph, input: OfPullRequest) =>
    changed(graph, input, "closePullRequest", async (context, actor) => {
      if (context.issue.state === "closed") throw new Problem("UNPROCESSABLE", "Could not close the pull request.");
      await closePull(context, actor);
    }),
  reopenPullRequest: (graph, input: OfPullRequest) =>
    changed(graph, input, "reopenPullRequest", async (context, actor) => {
      if (context.issue.state === "open") throw new Problem("UNPROCESSABLE", "Could not open the pull request.");
      await reopenPull(context, actor);
    }),
  markPullRequestReadyForReview: (graph, input: OfPullRequest) =>
    changed(graph, input, "markPullRequestReadyForReview", (context, actor) => setDraft(context, actor, false)),
  convertPullRequestToDraft: (graph, input: OfPullRequest) =>
    changed(graph, input, "convertPullRequestToDraft", (context, actor) => setDraft(context, actor, true)),
  async mergePullRequest(graph, input: Merge) {
    const payload = await changed(
      graph,
      input,
      "mergePullRequest",
      async (context, actor) => {
        await mergePull(context, actor, {
          method: ({ MERGE: "merge", SQUASH: "squash", REBASE: "rebase" } as const)[input.mergeMethod ?? "MERGE"],
          sha: input.expectedHeadOid ?? undefined,
          title: input.commitHeadline ?? undefined,
          message: input.commitBody ?? undefined,
        });
      },
      merge,
    );
    return { ...payload, actor: graph.userById(graph.viewer.id) };
  },
  resolveReviewThread: (graph, { threadId }: { readonly threadId: string }) =>
    resolved(graph, threadId, true, "resolveReviewThread"),
  unresolveReviewThread: (graph, { threadId }: { readonly threadId: string }) =>
    resolved(graph, threadId, false, "unresolveReviewThread"),
};

/** Changes a pull request alone. @param requirement default that its author, or whoever may write, changes it */
async function changed(
  graph: Graph,
  { pullRequestId }: OfPullRequest,
  mutation: string,
  change: (context: PullContext, actor: Actor) => Promise<void>,
  requirement?: Requirement,
): Promise<View> {
  const { store, viewer } = graph;
  const { repository, issue, pullRequest: pull } = pullRequestOfNode(graph, pullRequestId);
  await store.lock(repository, async () => {
    graph.authorize(repository, requirement ?? (issue.userId === viewer.id ? own : write), mutation);
    await change({ store, repository, issue, pull }, actorOf(graph.caller, viewer));
  });
  return { pullRequest: pullRequestView(graph, repository, issue) };
}

async function resolved(graph: Graph, threadId: string, to: boolean, mutation: string): Promise<View> {
  const { store, viewer } = graph;
  const { repository, issue, pullRequest: pull, commentId } = pullRequestOfThread(graph, threadId);
  await store.lock(repository, () => {
    graph.authorize(repository, issue.userId === viewer.id ? own : write, mutation);
    setResolved({ store, repository, issue, pull }, commentId, to);
  });
  const thread = threadsOf(pull).find(({ first }) => first.id === commentId);
  return { thread: thread === undefined ? null : threadView(graph, repository, issue, thread) };
}

function labelId({ repository }: PullContext, id: string): number {
  const parsed = parseNodeId(id);
  const number = parsed?.kind === "Label" && "ids" in parsed ? parsed.ids.at(-1) : undefined;
  if (number === undefined || !repository.labels.some((label) => label.id === number)) throw noNode(id);
  return number;
}

function userId({ store }: Graph, id: string): number {
  const parsed = parseNodeId(id);
  const number = parsed?.kind === "User" && "ids" in parsed ? parsed.ids[0] : undefined;
  if (number === undefined || store.userById(number) === undefined) throw noNode(id);
  return number;
}
