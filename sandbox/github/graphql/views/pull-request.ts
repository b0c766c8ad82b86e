import { includesRole } from "../../access.ts";
import { actorOf } from "../../actor.ts";
import type { Issue, PullRequest, Repository } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { commitsOfPull } from "../../pulls/merge-commit.ts";
import { detailsOf, startOf } from "../../pulls/state.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { Problem } from "../problem.ts";
import { rollupView } from "./checks.ts";
import { commitView } from "./commit.ts";
import { labelView } from "./label.ts";
import { findRef } from "./ref.ts";
import { commentView, reviewDecision, reviewView, threadsOf, threadView } from "./review.ts";

/** What a connection of pull requests can be narrowed and ordered by. */
export interface PullRequestsFilter {
  readonly states?: readonly string[] | null;
  readonly baseRefName?: string | null;
  readonly headRefName?: string | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: { readonly field: string; readonly direction: "ASC" | "DESC" } | null;
}

const stateOf = ({ state }: Issue, { mergedAt }: PullRequest) =>
  mergedAt !== null ? "MERGED" : state === "open" ? "OPEN" : "CLOSED";

/** The pull requests among some issues, oldest first. @param name the connection's field, for errors */
export function pullRequestsOf(
  name: string,
  graph: Graph,
  repository: Repository,
  issues: readonly Issue[],
  filter: Page & PullRequestsFilter,
): View {
  const { states, baseRefName, headRefName, labels, orderBy } = filter;
  const wanted = issues.filter((issue) => {
    const { pullRequest } = issue;
    return (
      pullRequest !== null &&
      (states?.includes(stateOf(issue, pullRequest)) ?? true) &&
      (baseRefName ?? pullRequest.base.ref) === pullRequest.base.ref &&
      (headRefName ?? pullRequest.head.ref) === pullRequest.head.ref &&
      (labels == null || repository.labels.some((one) => labels.includes(one.name) && issue.labels.includes(one.id)))
    );
  });
  if (orderBy != null) {
    if (orderBy.field === "UPDATED_AT") wanted.sort((a, b) => a.updatedAt.localeCompare(b.updatedAt));
    else if (orderBy.field !== "CREATED_AT")
      throw new Problem("NOT_IN_STAND_IN", `Drover's stand-in for GitHub does not order by ${orderBy.field}`);
    if (orderBy.direction === "DESC") wanted.reverse();
  }
  return connection(name, wanted, filter, (issue) => pullRequestView(graph, repository, issue));
}

/** GraphQL's `PullRequest`; null for an issue that is none. */
export function pullRequestView(graph: Graph, repository: Repository, issue: Issue): View | null {
  const { pullRequest } = issue;
  if (pullRequest === null) return null;
  const resourcePath = `/${graph.fullName(repository)}/pull/${issue.number}`;
  return {
    __typename: "PullRequest",
    id: nodeId("PullRequest", repository.id, pullRequest.id),
    fullDatabaseId: String(pullRequest.id),
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    bodyText: issue.body ?? "",
    state: stateOf(issue, pullRequest),
    isDraft: pullRequest.draft,
    closed: issue.state === "closed",
    closedAt: issue.closedAt,
    createdAt: issue.createdAt,
    updatedAt: issue.updatedAt,
    publishedAt: issue.createdAt,
    locked: issue.locked,
    merged: pullRequest.mergedAt !== null,
    mergedAt: pullRequest.mergedAt,
    maintainerCanModify: pullRequest.maintainerCanModify,
    resourcePath,
    url: graph.url(resourcePath),
    permalink: graph.url(resourcePath),
    author: () => graph.userById(issue.userId),
    mergedBy: () => (pullRequest.mergedById === null ? null : graph.userById(pullRequest.mergedById)),
    viewerCanUpdate: issue.userId === graph.viewer.id || includesRole(graph.roleOf(repository), "triage"),
    viewerDidAuthor: issue.userId === graph.viewer.id,
    repository: () => graph.repository(repository),
    statusCheckRollup: () => rollupView(graph, repository, pullRequest.head.sha),
    ...ends(graph, repository, pullRequest),
    ...commits(graph, repository, issue, pullRequest),
    ...conversation(graph, repository, issue, pullRequest),
  };
}

function ends(graph: Graph, repository: Repository, { head, base }: PullRequest) {
  const headRepository = head.repositoryId === null ? undefined : graph.store.repositoryById(head.repositoryId);
  return {
    baseRefName: base.ref,
    baseRefOid: base.sha,
    baseRepository: () => graph.repository(repository),
    baseRef: () => findRef(graph, repository, `refs/heads/${base.ref}`),
    headRefName: head.ref,
    headRefOid: head.sha,
    headRepository: () => (headRepository === undefined ? null : graph.repository(headRepository)),
    headRepositoryOwner: () => (headRepository === undefined ? null : graph.owner(headRepository.ownerId)),
    headRef: () => (headRepository === undefined ? null : findRef(graph, headRepository, `refs/heads/${head.ref}`)),
    isCrossRepository: head.repositoryId !== repository.id,
  };
}

function commits(graph: Graph, repository: Repository, issue: Issue, pullRequest: PullRequest) {
  const { head, mergedAt, mergeCommitSha } = pullRequest;
  const { store } = graph;
  const git = store.git(repository);
  const details = () => detailsOf({ store, repository, issue, pull: pullRequest }, actorOf(graph.caller, graph.viewer));
  const commitOf = async (sha: string | null) => {
    const commit = sha === null ? undefined : await git.commit(sha);
    return commit === undefined ? null : commitView(graph, repository, commit);
  };
  return {
    mergeCommit: () => (mergedAt === null ? null : commitOf(mergeCommitSha)),
    potentialMergeCommit: () => (mergedAt === null && issue.state === "open" ? commitOf(mergeCommitSha) : null),
    /** Oldest first, as GitHub lists them. */
    async commits(page: Page) {
      const all = await commitsOfPull(git, await startOf(git, pullRequest), head.sha);
      return connection("commits", all, page, (commit) => ({
        commit: commitView(graph, repository, commit),
        pullRequest: () => pullRequestView(graph, repository, issue),
      }));
    },
    additions: async () => (await details()).additions,
    deletions: async () => (await details()).deletions,
    changedFiles: async () => (await details()).changedFiles,
    async mergeable() {
      const { mergeable } = await details();
      return mergeable === null ? "UNKNOWN" : mergeable ? "MERGEABLE" : "CONFLICTING";
    },
    mergeStateStatus: async () => (await details()).mergeableState.toUpperCase(),
  };
}

const conversation = (graph: Graph, repository: Repository, issue: Issue, pullRequest: PullRequest) => ({
  labels: (page: Page) =>
    connection(
      "labels",
      repository.labels.filter(({ id }) => issue.labels.includes(id)),
      page,
      (label) => labelView(graph, repository, label),
    ),
  assignees: (page: Page) => connection("assignees", issue.assignees, page, (id) => graph.userById(id)),
  comments: (page: Page) =>
    connection("comments", issue.comments, page, (comment) => commentView(graph, repository, issue, comment)),
  reviews({ states = null, ...page }: Page & { states?: readonly string[] | null }) {
    const wanted = pullRequest.reviews.filter(({ state }) => states?.includes(state) ?? true);
    return connection("reviews", wanted, page, (review) => reviewView(graph, repository, issue, review));
  },
  reviewDecision: () => reviewDecision(graph.store, repository, issue, pullRequest),
  reviewRequests: (page: Page) =>
    connection(
      "reviewRequests",
      [
        ...pullRequest.requestedReviewers.map((id) => ({ kind: "user", id }) as const),
        ...pullRequest.requestedTeams.map((id) => ({ kind: "team", id }) as const),
      ],
      page,
      ({ kind, id }) => ({ requestedReviewer: () => (kind === "team" ? graph.teamById(id) : graph.userById(id)) }),
    ),
  reviewThreads: (page: Page) =>
    connection("reviewThreads", threadsOf(pullRequest), page, (thread) => threadView(graph, repository, issue, thread)),
});
