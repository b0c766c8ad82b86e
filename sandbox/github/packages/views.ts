import type { Organization, User } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { simpleUser } from "../views/account.ts";
import { repositoryView } from "../views/repository.ts";
import type { Package, PackageVersion } from "./model.ts";

/** Where an owner's packages are: `orgs/kbase`, or `users/olga`. */
const place = (owner: User | Organization) => `${"type" in owner ? "users" : "orgs"}/${owner.login}`;

/** The page where a person changes what the API can't. */
export const settingsPage = (owner: User | Organization, name: string) =>
  `/${place(owner)}/packages/container/${encodeURIComponent(name)}/settings`;

/** A package as the API shows it. */
export function packageView(
  store: Store,
  urls: Urls,
  owner: User | Organization,
  one: Package,
  versionCount: number,
): Schema<"package"> {
  const repository = one.repositoryId === null ? undefined : store.repositoryById(one.repositoryId);
  const name = encodeURIComponent(one.name);
  return {
    id: one.id,
    name: one.name,
    package_type: "container",
    owner: simpleUser(urls, owner),
    version_count: versionCount,
    visibility: one.visibility,
    url: `${urls.api}/${place(owner)}/packages/container/${name}`,
    html_url: `${urls.html}/${place(owner)}/packages/container/package/${name}`,
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    ...(repository === undefined ? {} : { repository: { ...repositoryView(store, urls, repository), license: null } }),
  };
}

/** A version of a package as the API shows it. */
export function versionView(
  urls: Urls,
  owner: User | Organization,
  one: Package,
  version: PackageVersion,
  tags: readonly string[],
): Schema<"package-version"> {
  const name = encodeURIComponent(one.name);
  const html = `${urls.html}/${place(owner)}/packages/container`;
  return {
    id: version.id,
    name: version.digest,
    url: `${urls.api}/${place(owner)}/packages/container/${name}/versions/${version.id}`,
    package_html_url: `${html}/package/${name}`,
    html_url: `${html}/${name}/${version.id}`,
    created_at: version.createdAt,
    updated_at: version.updatedAt,
    ...(version.deleted === null ? {} : { deleted_at: version.deleted.at }),
    metadata: { package_type: "container", container: { tags: [...tags] } },
  };
}
