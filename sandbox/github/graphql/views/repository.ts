import { includesRole } from "../../access.ts";
import type { Repository } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { latestRelease } from "../../views/release.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { Problem } from "../problem.ts";
import { branchProtectionRuleView } from "./branch-protection.ts";
import { environmentView } from "./environment.ts";
import { objectView } from "./git-object.ts";
import { labelView } from "./label.ts";
import { pullRequestsOf, pullRequestView } from "./pull-request.ts";
import type { PullRequestsFilter } from "./pull-request.ts";
import { findRef, refsOf } from "./ref.ts";
import type { RefsFilter } from "./ref.ts";
import { releaseView, seenReleases } from "./release.ts";
import { rulesetView } from "./ruleset.ts";

/** GraphQL's `Repository`. */
export function repositoryView(graph: Graph, repository: Repository): View {
  const nameWithOwner = graph.fullName(repository);
  const role = graph.roleOf(repository);
  return {
    __typename: "Repository",
    id: nodeId("Repository", repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner,
    owner: () => graph.owner(repository.ownerId),
    description: repository.description,
    homepageUrl: repository.homepage,
    resourcePath: `/${nameWithOwner}`,
    url: graph.url(`/${nameWithOwner}`),
    createdAt: repository.createdAt,
    updatedAt: repository.updatedAt,
    pushedAt: repository.pushedAt,
    isArchived: repository.archived,
    isDisabled: false,
    isFork: repository.parentId !== null,
    parent() {
      const parent = repository.parentId === null ? undefined : graph.store.repositoryById(repository.parentId);
      return parent === undefined ? null : graph.repository(parent);
    },
    isInOrganization: graph.store.organizationById(repository.ownerId) !== undefined,
    isLocked: false,
    isMirror: false,
    isPrivate: repository.visibility !== "public",
    isTemplate: repository.isTemplate,
    visibility: repository.visibility.toUpperCase(),
    viewerPermission: role?.toUpperCase() ?? null,
    viewerCanAdminister: includesRole(role, "admin"),
    viewerCanUpdateTopics: includesRole(role, "maintain"),
    ...settings(repository),
    ...git(graph, repository),
    ...rules(graph, repository),
    ...pullRequests(graph, repository),
    ...releases(graph, repository),
    environment({ name }: { name: string }) {
      const found = repository.environments.find((one) => one.name.toLowerCase() === name.toLowerCase());
      return found === undefined ? null : environmentView(graph, repository, found);
    },
    environments({ names = null, ...page }: Page & { names?: readonly string[] | null }) {
      const wanted = repository.environments.filter(({ name }) => names === null || names.includes(name));
      return connection("environments", wanted, page, (one) => environmentView(graph, repository, one));
    },
    repositoryTopics: (page: Page) =>
      connection("repositoryTopics", repository.topics, page, (name) => ({
        topic: { name },
        resourcePath: `/topics/${name}`,
        url: graph.url(`/topics/${name}`),
      })),
  };
}

const settings = ({ features, merge, vulnerabilityAlerts, webCommitSignoffRequired }: Repository) => ({
  hasDiscussionsEnabled: features.discussions,
  hasIssuesEnabled: features.issues,
  hasProjectsEnabled: features.projects,
  hasWikiEnabled: features.wiki,
  hasVulnerabilityAlertsEnabled: vulnerabilityAlerts,
  allowUpdateBranch: merge.allowUpdateBranch,
  autoMergeAllowed: merge.allowAutoMerge,
  deleteBranchOnMerge: merge.deleteBranchOnMerge,
  mergeCommitAllowed: merge.allowMergeCommit,
  mergeCommitMessage: merge.mergeCommitMessage,
  mergeCommitTitle: merge.mergeCommitTitle,
  rebaseMergeAllowed: merge.allowRebaseMerge,
  squashMergeAllowed: merge.allowSquashMerge,
  squashMergeCommitMessage: merge.squashMergeCommitMessage,
  squashMergeCommitTitle: merge.squashMergeCommitTitle,
  webCommitSignoffRequired,
});

const git = (graph: Graph, repository: Repository) => ({
  isEmpty: async () => (await graph.store.git(repository).refs()).size === 0,
  defaultBranchRef: () => findRef(graph, repository, `refs/heads/${repository.defaultBranch}`),
  ref: ({ qualifiedName }: { qualifiedName: string }) => findRef(graph, repository, qualifiedName),
  refs: (filter: Page & RefsFilter) => refsOf(graph, repository, filter),
  /** By its full name, or by any expression that git knows, as `develop:.github/workflows/images.yml`. */
  async object({ expression, oid }: { expression?: string | null; oid?: string | null }) {
    const name = oid ?? expression;
    if (name == null)
      throw new Problem("UNPROCESSABLE", "Either `expression` or `oid` is needed to look up a git object.");
    return objectView(graph, repository, await graph.store.git(repository).object(name));
  },
});

const rules = (graph: Graph, repository: Repository) => ({
  rulesets({ targets = null, ...page }: Page & { targets?: readonly string[] | null }) {
    const wanted = repository.rulesets.filter(({ target }) => targets?.includes(target.toUpperCase()) ?? true);
    return connection("rulesets", wanted, page, (one) => rulesetView(graph, repository, one));
  },
  ruleset({ databaseId }: { databaseId: number }) {
    const found = repository.rulesets.find(({ id }) => id === databaseId);
    return found === undefined ? null : rulesetView(graph, repository, found);
  },
  branchProtectionRules(page: Page) {
    const seen = includesRole(graph.roleOf(repository), "write") ? repository.branchProtections : [];
    return connection("branchProtectionRules", seen, page, (one) => branchProtectionRuleView(graph, repository, one));
  },
});

const pullRequests = (graph: Graph, repository: Repository) => ({
  pullRequest({ number }: { number: number }) {
    const found = repository.issues.find((one) => one.number === number && one.pullRequest !== null);
    if (found === undefined)
      throw new Problem("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
    return pullRequestView(graph, repository, found);
  },
  pullRequests: (filter: Page & PullRequestsFilter) =>
    pullRequestsOf("pullRequests", graph, repository, repository.issues, filter),
  label({ name }: { name: string }) {
    const found = repository.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return found === undefined ? null : labelView(graph, repository, found);
  },
  labels({ query = null, ...page }: Page & { query?: string | null }) {
    const wanted = repository.labels.filter(({ name }) => query === null || name.includes(query));
    return connection("labels", wanted, page, (one) => labelView(graph, repository, one));
  },
});

const releases = (graph: Graph, repository: Repository) => ({
  latestRelease() {
    const latest = latestRelease(repository);
    return latest === undefined ? null : releaseView(graph, repository, latest);
  },
  release({ tagName }: { tagName: string }) {
    const found = seenReleases(graph, repository).find((one) => one.tagName === tagName);
    return found === undefined ? null : releaseView(graph, repository, found);
  },
  releases: (page: Page) =>
    connection("releases", seenReleases(graph, repository), page, (one) => releaseView(graph, repository, one)),
});
