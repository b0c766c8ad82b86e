import { nodeId } from "../node-id.ts";
import type { Release, Repository } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { userView } from "./issue.ts";

/** A release. It has no assets. */
export function releaseView(store: Store, urls: Urls, repository: Repository, release: Release): Schema<"release"> {
  const api = urls.repository(store, repository);
  const url = `${api}/releases/${String(release.id)}`;
  const { tagName: tag } = release;
  return {
    url,
    html_url: `${urls.page(store, repository)}/releases/tag/${tag}`,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    tarball_url: release.draft ? null : `${api}/tarball/${tag}`,
    zipball_url: release.draft ? null : `${api}/zipball/${tag}`,
    id: release.id,
    node_id: nodeId("Release", repository.id, release.id),
    tag_name: tag,
    target_commitish: release.targetCommitish,
    name: release.name,
    body: release.body,
    draft: release.draft,
    prerelease: release.prerelease,
    immutable: false,
    updated_at: release.publishedAt ?? release.createdAt,
    created_at: release.createdAt,
    published_at: release.publishedAt,
    author: userView(store, urls, release.authorId),
    assets: [],
  };
}

/** The release that GitHub calls the latest; undefined where none is published. */
export const latestRelease = ({ releases }: Repository): Release | undefined =>
  releases
    .filter(({ draft, prerelease, makeLatest }) => !draft && !prerelease && makeLatest !== "false")
    .sort((a, b) => ((a.publishedAt ?? "") < (b.publishedAt ?? "") ? -1 : 1))
    .at(-1);
