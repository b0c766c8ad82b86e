import type { Api } from "../api.ts";
import type { Call } from "../call.ts";
import { GitHubError } from "../errors.ts";
import type { Organization, User } from "../model.ts";
import { checkToken, mayPackage, packageRole } from "./access.ts";
import type { Package } from "./model.ts";
import type { Packages } from "./packages.ts";
import { packageView, versionView } from "./views.ts";

const types = new Set(["npm", "maven", "rubygems", "docker", "nuget", "container"]);

const noPackage = () => new GitHubError(404, "Package not found.");

/** Packages of organizations, of users, and of the caller. */
export const packageRoutes = (packages: Packages) => (api: Api) => {
  for (const [prefix, ownerOf] of places) familyOf(api, packages, prefix, ownerOf);
};

type OwnerOf = (call: Call) => Organization | User | undefined;

const places: readonly (readonly [prefix: string, ownerOf: OwnerOf])[] = [
  ["/orgs/:org", (call) => call.store.organization(call.param("org"))],
  ["/users/:username", (call) => call.store.user(call.param("username"))],
  ["/user", (call) => call.user()],
];

function familyOf(api: Api, packages: Packages, prefix: string, ownerOf: OwnerOf): void {
  const { store } = api;
  const root = `${prefix}/packages`;
  const path = `${root}/:package_type/:package_name`;
  const need = { scopes: ["read:packages"] };

  const owner = (call: Call) => {
    const found = ownerOf(call);
    if (found === undefined) throw new GitHubError(404, "Not Found");
    return found;
  };
  const roleOf = (call: Call, one: Package) => packageRole(store, call.caller, one);
  /** The package of a request that its caller may see. */
  const find = (call: Call, scopes: readonly string[], what: string) => {
    checkToken(call.caller, scopes, what, true);
    const by = owner(call);
    const one = isContainer(call.param("package_type")) ? packages.find(by.id, call.param("package_name")) : undefined;
    if (one === undefined || roleOf(call, one) === undefined) throw noPackage();
    return { by, one };
  };
  const checkAdmin = (call: Call, one: Package) => {
    if (mayPackage(roleOf(call, one), "admin")) return;
    throw new GitHubError(403, "You must have admin rights to the package.");
  };
  const version = (call: Call, one: Package) => {
    const found = packages.versions(one).find(({ version: { id } }) => id === call.id("package_version_id"));
    if (found === undefined) throw noPackage();
    return found;
  };
  const show = (call: Call, by: Organization | User, one: Package) =>
    packageView(store, call.urls, by, one, packages.versions(one).length);

  api.on("GET", root, need, (call) => {
    checkToken(call.caller, ["read:packages"], "list packages", false);
    const by = owner(call);
    const type = call.query("package_type") ?? "";
    if (!types.has(type)) throw new GitHubError(400, "Package type is missing or invalid.");
    const visibility = call.query("visibility");
    const seen = packages
      .list(by.id)
      .filter((one) => roleOf(call, one) !== undefined && (visibility ?? one.visibility) === one.visibility);
    return call.page(isContainer(type) ? seen : []).items.map((one) => show(call, by, one));
  });
  api.on("GET", path, need, (call) => {
    const { by, one } = find(call, ["read:packages"], "get a package");
    return show(call, by, one);
  });
  api.on("DELETE", path, need, async (call) => {
    const { one } = find(call, ["read:packages", "delete:packages"], "delete a package");
    checkAdmin(call, one);
    await packages.deletePackage(one);
    return call.noContent();
  });
  api.on("POST", `${path}/restore`, need, async (call) => {
    checkToken(call.caller, ["read:packages", "write:packages"], "restore a package", true);
    const by = owner(call);
    const name = call.param("package_name");
    const one = packages.find(by.id, name) === undefined ? packages.deleted(by.id, name) : undefined;
    if (one === undefined || roleOf(call, one) === undefined) throw noPackage();
    checkAdmin(call, one);
    await packages.restorePackage(one);
    return call.noContent();
  });
  api.on("GET", `${path}/versions`, need, (call) => {
    const { by, one } = find(call, ["read:packages"], "get a package's versions");
    const all =
      call.query("state") === "deleted"
        ? packages.deletedVersions(one).map((gone) => ({ version: gone, tags: gone.deleted?.tags ?? [] }))
        : packages.versions(one);
    return call.page(all).items.map((item) => versionView(call.urls, by, one, item.version, item.tags));
  });
  api.on("GET", `${path}/versions/:package_version_id`, need, (call) => {
    const { by, one } = find(call, ["read:packages"], "get a package version");
    const found = version(call, one);
    return versionView(call.urls, by, one, found.version, found.tags);
  });
  api.on("DELETE", `${path}/versions/:package_version_id`, need, async (call) => {
    const { one } = find(call, ["read:packages", "delete:packages"], "delete a package version");
    checkAdmin(call, one);
    const found = version(call, one);
    const others = packages.versions(one).filter((other) => other.version.id !== found.version.id);
    if (found.tags.length > 0 && !others.some(({ tags }) => tags.length > 0))
      throw new GitHubError(
        400,
        "You cannot delete the last tagged version of a package. You must delete the package instead.",
      );
    await packages.deleteVersion(one, found.version);
    return call.noContent();
  });
  api.on("POST", `${path}/versions/:package_version_id/restore`, need, async (call) => {
    const { one } = find(call, ["read:packages", "write:packages"], "restore a package version");
    checkAdmin(call, one);
    const found = packages.deletedVersions(one).find(({ id }) => id === call.id("package_version_id"));
    if (found === undefined) throw noPackage();
    await packages.restoreVersion(one, found);
    return call.noContent();
  });
}

const isContainer = (type: string) => type === "container" || type === "docker";
