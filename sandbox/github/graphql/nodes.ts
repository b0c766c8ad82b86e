import { includesRole } from "../access.ts";
import { parseNodeId } from "../node-id.ts";
import type { NodeKind } from "../node-id.ts";
import type { Issue, PullRequest, Repository } from "../model.ts";
import type { View } from "./execute.ts";
import type { Graph } from "./graph.ts";
import { noNode } from "./problem.ts";
import { branchProtectionRuleView } from "./views/branch-protection.ts";
import { checkRunView } from "./views/checks.ts";
import { environmentView } from "./views/environment.ts";
import { objectView } from "./views/git-object.ts";
import { labelView } from "./views/label.ts";
import { pullRequestView } from "./views/pull-request.ts";
import { findRef } from "./views/ref.ts";
import { releaseView } from "./views/release.ts";
import { commentView, reviewView, threadsOf, threadView } from "./views/review.ts";
import { rulesetView } from "./views/ruleset.ts";

/**
 * The object of a global id.
 * @throws Problem NOT_FOUND where there is none that the viewer may see
 */
export async function findNode(graph: Graph, id: string): Promise<View> {
  const parsed = parseNodeId(id);
  if (parsed === undefined) throw noNode(id);
  const found =
    "name" in parsed
      ? await gitNode(graph, parsed.kind, parsed.repositoryId, parsed.name)
      : (account(graph, parsed.kind, parsed.ids) ?? inRepository(graph, parsed.kind, parsed.ids));
  if (found == null) throw noNode(id);
  return found;
}

/**
 * The repository of a global id.
 * @throws Problem NOT_FOUND where it names none that the viewer may see
 */
export function repositoryOfNode(graph: Graph, id: string): Repository {
  const parsed = parseNodeId(id);
  const repository = parsed?.kind === "Repository" && "ids" in parsed ? visible(graph, parsed.ids[0]) : undefined;
  if (repository === undefined) throw noNode(id);
  return repository;
}

/**
 * The pull request of a global id, with its repository.
 * @throws Problem NOT_FOUND where it names none that the viewer may see
 */
export function pullRequestOfNode(
  graph: Graph,
  id: string,
): { readonly repository: Repository; readonly issue: Issue; readonly pullRequest: PullRequest } {
  const parsed = parseNodeId(id);
  if (parsed?.kind === "PullRequest" && "ids" in parsed) {
    const repository = visible(graph, parsed.ids[0]);
    const issue = repository?.issues.find(({ pullRequest }) => pullRequest?.id === parsed.ids[1]);
    if (repository !== undefined && issue?.pullRequest != null)
      return { repository, issue, pullRequest: issue.pullRequest };
  }
  throw noNode(id);
}

/**
 * The pull request of a review conversation's global id, with the id of the conversation's first comment.
 * @throws Problem NOT_FOUND where it names none that the viewer may see
 */
export function pullRequestOfThread(graph: Graph, id: string) {
  const parsed = parseNodeId(id);
  if (parsed?.kind === "PullRequestReviewThread" && "ids" in parsed) {
    const [repositoryId, commentId] = parsed.ids;
    const repository = visible(graph, repositoryId);
    for (const issue of repository?.issues ?? []) {
      const { pullRequest } = issue;
      const isIts = pullRequest !== null && threadsOf(pullRequest).some(({ first }) => first.id === commentId);
      if (repository !== undefined && commentId !== undefined && isIts)
        return { repository, issue, pullRequest, commentId };
    }
  }
  throw noNode(id);
}

/** Repositories that the viewer may not see name nothing. */
function visible(graph: Graph, id: number | undefined): Repository | undefined {
  const repository = id === undefined ? undefined : graph.store.repositoryById(id);
  return repository !== undefined && graph.sees(repository) ? repository : undefined;
}

function account(graph: Graph, kind: NodeKind, [id = 0]: readonly number[]): View | null | undefined {
  switch (kind) {
    case "User":
    case "Bot":
      return graph.userById(id);
    case "Organization":
      return graph.store.organizationById(id) === undefined ? null : graph.owner(id);
    case "Team":
      return graph.teamById(id);
    case "App":
      return graph.appById(id);
    case "Repository": {
      const repository = visible(graph, id);
      return repository === undefined ? null : graph.repository(repository);
    }
    default:
      return undefined;
  }
}

function inRepository(graph: Graph, kind: NodeKind, ids: readonly number[]): View | null | undefined {
  const id = ids.at(-1);
  // Of some kinds the id does not name the repository too.
  const lists = { RepositoryRuleset: "rulesets", Environment: "environments", Label: "labels" } as const;
  const list = kind in lists ? lists[kind as keyof typeof lists] : undefined;
  const repository =
    list === undefined
      ? visible(graph, ids[0])
      : graph.store.repositories().find((one) => one[list].some((item) => item.id === id) && graph.sees(one));
  if (repository === undefined) return undefined;
  const of = <Item extends { readonly id: number }>(
    items: readonly Item[],
    view: (graph: Graph, repository: Repository, item: Item) => View | null,
  ): View | null => {
    const found = items.find((one) => one.id === id);
    return found === undefined ? null : view(graph, repository, found);
  };
  switch (kind) {
    case "BranchProtectionRule":
      return includesRole(graph.roleOf(repository), "write")
        ? of(repository.branchProtections, branchProtectionRuleView)
        : null;
    case "RepositoryRuleset":
      return of(repository.rulesets, rulesetView);
    case "Environment":
      return of(repository.environments, environmentView);
    case "Label":
      return of(repository.labels, labelView);
    case "Release":
      return of(repository.releases, releaseView);
    case "CheckRun":
      return of(repository.checkRuns, checkRunView);
    default:
      return inIssue(graph, repository, kind, id);
  }
}

function inIssue(graph: Graph, repository: Repository, kind: NodeKind, id: number | undefined): View | null {
  for (const issue of repository.issues) {
    const { pullRequest } = issue;
    if (kind === "PullRequest" && pullRequest?.id === id) return pullRequestView(graph, repository, issue);
    const comment = kind === "IssueComment" ? issue.comments.find((one) => one.id === id) : undefined;
    if (comment !== undefined) return commentView(graph, repository, issue, comment);
    if (pullRequest === null) continue;
    const review = kind === "PullRequestReview" ? pullRequest.reviews.find((one) => one.id === id) : undefined;
    if (review !== undefined) return reviewView(graph, repository, issue, review);
    const thread =
      kind === "PullRequestReviewThread" ? threadsOf(pullRequest).find(({ first }) => first.id === id) : undefined;
    if (thread !== undefined) return threadView(graph, repository, issue, thread);
  }
  return null;
}

async function gitNode(graph: Graph, kind: NodeKind, repositoryId: number, name: string): Promise<View | null> {
  const repository = visible(graph, repositoryId);
  if (repository === undefined) return null;
  if (kind === "Ref") return name.startsWith("refs/") ? findRef(graph, repository, name) : null;
  return /^[0-9a-f]{40}$/u.test(name)
    ? objectView(graph, repository, await graph.store.git(repository).object(name))
    : null;
}
