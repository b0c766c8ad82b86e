import { includesRole } from "../../access.ts";
import type { Release, Repository } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { latestRelease } from "../../views/release.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { commitView } from "./commit.ts";
import { findRef } from "./ref.ts";

/** The releases that the viewer sees, newest first: drafts show to those who can write. */
export const seenReleases = (graph: Graph, repository: Repository): readonly Release[] =>
  repository.releases
    .filter(({ draft }) => !draft || includesRole(graph.roleOf(repository), "write"))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));

/** GraphQL's `Release`. */
export function releaseView(graph: Graph, repository: Repository, release: Release): View {
  const resourcePath = `/${graph.fullName(repository)}/releases/tag/${encodeURIComponent(release.tagName)}`;
  return {
    __typename: "Release",
    id: nodeId("Release", repository.id, release.id),
    databaseId: release.id,
    name: release.name,
    tagName: release.tagName,
    description: release.body,
    isDraft: release.draft,
    isPrerelease: release.prerelease,
    isLatest: latestRelease(repository)?.id === release.id,
    createdAt: release.createdAt,
    publishedAt: release.publishedAt,
    updatedAt: release.publishedAt ?? release.createdAt,
    resourcePath,
    url: graph.url(resourcePath),
    author: () => graph.userById(release.authorId),
    repository: () => graph.repository(repository),
    tag: () => findRef(graph, repository, `refs/tags/${release.tagName}`),
    async tagCommit() {
      const git = graph.store.git(repository);
      const sha = await git.resolve(`refs/tags/${release.tagName}`);
      const commit = sha === undefined ? undefined : await git.commit(sha);
      return commit === undefined ? null : commitView(graph, repository, commit);
    },
  };
}
