import type { Organization, Repository, User } from "../model.ts";
import type { PackageRole } from "../packages/model.ts";
import { settingsPage } from "../packages/views.ts";
import type { Store } from "../store.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { link, list, moment, section, table } from "./layout.ts";
import type { SeenPackage } from "./organization-page.ts";

/**
 * A package with its versions, and the form for its settings, which GitHub's API can't change either.
 * @param guarded whether the form must name the administrator's token
 */
export function packagePage(
  store: Store,
  owner: User | Organization,
  { one, versions }: SeenPackage,
  guarded: boolean,
): Html {
  const repositories = store.repositories().filter(({ ownerId }) => ownerId === owner.id);
  const named = (id: number | null): Repository | undefined => repositories.find((repository) => repository.id === id);
  const linked = named(one.repositoryId);
  const access = one.actionsAccess.map(
    ({ repositoryId, role }) => `${named(repositoryId)?.name ?? "a repository that is gone"}: ${role}`,
  );
  const users = one.users.map(({ id, role }) => `${store.loginOf(id)}: ${role}`);
  return html`${list([
    html`Visibility: <b>${one.visibility}</b>`,
    html`Repository: ${linked === undefined ? "not linked" : link(`/${owner.login}/${linked.name}`, linked.name)}`,
    `Access of that repository’s people: ${one.inheritsAccess ? "inherited" : "not inherited"}`,
    `Access of workflows: ${access.length === 0 ? "none" : access.join(", ")}`,
    `Access of people: ${users.length === 0 ? "owners alone" : users.join(", ")}`,
  ])}
  ${section(
    `Versions (${versions.length})`,
    table(
      ["Digest", "Tags", "Pushed"],
      versions.map(({ version, tags }) => [
        html`<code>${version.digest}</code>`,
        tags.length === 0 ? html`<span class="quiet">no tag</span>` : tags.join(", "),
        moment(version.createdAt),
      ]),
    ),
    versions.length === 0,
  )}
  ${section(
    "Settings",
    html`<form method="post" action="${settingsPage(owner, one.name)}">
      ${choice("visibility", "Visibility", ["private", "public"], one.visibility)}
      ${choice("repository", "Repository", ["", ...repositories.map(({ name }) => name)], linked?.name ?? "")}
      ${choice("inheritsAccess", "People of the repository have access", ["yes", "no"], one.inheritsAccess ? "yes" : "no")}
      <fieldset>
        <legend>Access of one repository’s workflows</legend>
        ${choice("accessRepository", "Repository", ["", ...repositories.map(({ name }) => name)], "")}
        ${choice("accessRole", "Access", roles, "write")}
      </fieldset>
      ${
        guarded &&
        html`<label>Administrator’s token <input type="password" name="token" autocomplete="off" required /></label>`
      }
      <button>Change</button>
    </form>`,
  )}`;
}

const roles = ["none", "read", "write", "admin"] satisfies readonly (PackageRole | "none")[];

const choice = (name: string, label: string, values: readonly string[], chosen: string): Content =>
  html`<label
    >${label}
    <select name="${name}">
      ${values.map((value) =>
        value === chosen
          ? html`<option value="${value}" selected>${value === "" ? "–" : value}</option>`
          : html`<option value="${value}">${value === "" ? "–" : value}</option>`,
      )}
    </select>
  </label>`;
