import type { Commit } from "../git/commit.ts";
import { gitNodeId } from "../node-id.ts";
import type { Repository } from "../model.ts";
import { activeRulesets, isProtected, protectionOf } from "../rules/applicable.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { commitView } from "./commit.ts";

/** The required checks that a branch's protection asks for, in the short form that branches carry. */
function requiredChecks(repository: Repository, branch: string) {
  const classic = protectionOf(repository, branch);
  const checks = [
    ...(classic?.requiresStatusChecks === true
      ? classic.requiredStatusChecks.map(({ context, appId }) => ({ context, app_id: appId }))
      : []),
    ...activeRulesets(repository, `refs/heads/${branch}`).flatMap(({ rules }) =>
      rules.flatMap((rule) =>
        rule.type === "required_status_checks"
          ? rule.parameters.required_status_checks.map(({ context, integration_id: id }) => ({
              context,
              app_id: id ?? null,
            }))
          : [],
      ),
    ),
  ];
  return {
    enforcement_level: checks.length === 0 ? "off" : "non_admins",
    contexts: checks.map(({ context }) => context),
    checks,
  };
}

/** A branch as lists show it. */
export function shortBranch(store: Store, urls: Urls, repository: Repository, name: string, sha: string) {
  const url = urls.repository(store, repository);
  return {
    name,
    commit: { sha, url: `${url}/commits/${sha}` },
    protected: isProtected(repository, name),
    protection: {
      enabled: isProtected(repository, name),
      required_status_checks: requiredChecks(repository, name),
    },
    protection_url: `${url}/branches/${encodeURIComponent(name)}/protection`,
  } satisfies Schema<"short-branch">;
}

/** A branch with its commit. */
export function branchView(
  store: Store,
  urls: Urls,
  repository: Repository,
  name: string,
  commit: Commit,
): Schema<"branch-with-protection"> {
  const url = urls.repository(store, repository);
  const { protection, protection_url, protected: isGuarded } = shortBranch(store, urls, repository, name, commit.sha);
  return {
    name,
    commit: commitView(store, urls, repository, commit),
    _links: {
      self: `${url}/branches/${encodeURIComponent(name)}`,
      html: `${urls.page(store, repository)}/tree/${name}`,
    },
    protected: isGuarded,
    protection,
    protection_url,
  };
}

/** A ref as the git data API shows it. */
export function refView(
  store: Store,
  urls: Urls,
  repository: Repository,
  ref: string,
  object: { sha: string; type: string },
): Schema<"git-ref"> {
  const url = urls.repository(store, repository);
  const folder = object.type === "tag" ? "tags" : "commits";
  return {
    ref,
    node_id: gitNodeId("Ref", repository.id, ref),
    url: `${url}/git/${ref}`,
    object: { type: object.type, sha: object.sha, url: `${url}/git/${folder}/${object.sha}` },
  };
}
