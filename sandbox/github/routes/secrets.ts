import * as z from "zod";

import type { Requirement } from "../access.ts";
import type { Api } from "../api.ts";
import type { Call, RepositoryCall } from "../call.ts";
import { notFound, unprocessable, validationFailed } from "../errors.ts";
import type { Secret, SecretScope } from "../model.ts";
import { open } from "../sealed-boxes.ts";
import { environmentOf } from "./environments.ts";
import { ownedBy } from "./accounts.ts";

/** Bytes that a secret may have, and how many a scope may hold (docs.github.com, "Using secrets in GitHub Actions"). */
const limits = { bytes: 48 * 1024, secrets: 100 } as const;

const Sealed = z.object({ encrypted_value: z.base64(), key_id: z.string() });

/** Refuses names that GitHub refuses, for secrets and variables alike. */
export function checkName(kind: "Secret" | "Variable", name: string): void {
  if (/^GITHUB_/iu.test(name)) throw unprocessable(`${kind} names must not start with the GITHUB_ prefix.`);
  if (!/^[a-z_]\w*$/iu.test(name))
    throw unprocessable(
      `${kind} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). ` +
        `Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).`,
    );
}

/** What GitHub shows of a secret: never its value. */
const view = ({ name, createdAt, updatedAt }: Secret) => ({ name, created_at: createdAt, updated_at: updatedAt });

/** A scope's secrets, by name. */
export const listSecrets = (call: Call, scope: SecretScope) => {
  const { items, total } = call.page([...scope.secrets].sort((a, b) => (a.name < b.name ? -1 : 1)));
  return { total_count: total, secrets: items.map(view) };
};

const publicKey = ({ key }: SecretScope) => ({ key_id: key.id, key: key.publicKey });

const find = (scope: SecretScope, name: string): Secret => {
  const secret = scope.secrets.find((one) => one.name === name.toUpperCase());
  if (secret === undefined) throw notFound();
  return secret;
};

/** Stores a sealed secret; the answer says whether it is new. */
function put(call: Call, scope: SecretScope): boolean {
  const { encrypted_value: sealed, key_id: keyId } = call.body(Sealed);
  const name = call.param("name").toUpperCase();
  checkName("Secret", name);
  if (keyId !== scope.key.id) throw validationFailed({ resource: "Secret", code: "invalid", field: "key_id" });
  const value = open(scope.key, sealed);
  if (value === undefined) throw validationFailed({ resource: "Secret", code: "invalid", field: "encrypted_value" });
  if (Buffer.byteLength(value) > limits.bytes)
    throw unprocessable(`Secret value is too large: the limit is ${limits.bytes} bytes.`);
  const now = call.store.clock.now();
  const present = scope.secrets.find((one) => one.name === name);
  if (present !== undefined) {
    Object.assign(present, { sealed, keyId, updatedAt: now });
    return false;
  }
  if (scope.secrets.length >= limits.secrets)
    throw unprocessable(`There can be at most ${limits.secrets} secrets here.`);
  scope.secrets.push({ name, sealed, keyId, createdAt: now, updatedAt: now });
  return true;
}

/** Secrets of repositories (for Actions and for Dependabot), of environments, and the names of an organization's. */
export function secretRoutes(api: Api): void {
  const needs = (permission: string, level: "read" | "write"): Requirement => ({
    role: permission === "environments" ? "write" : "admin",
    permissions: [`${permission}=${level}`],
  });
  const scoped = (
    register: Api["repository"],
    path: string,
    permission: string,
    scopeOf: (call: RepositoryCall) => SecretScope,
  ) => {
    register("GET", path, needs(permission, "read"), (call) => listSecrets(call, scopeOf(call)));
    register("GET", `${path}/public-key`, needs(permission, "read"), (call) => publicKey(scopeOf(call)));
    register("GET", `${path}/:name`, needs(permission, "read"), (call) =>
      view(find(scopeOf(call), call.param("name"))),
    );
    register("PUT", `${path}/:name`, { ...needs(permission, "write"), role: "admin" }, (call) => {
      const isNew = put(call, scopeOf(call));
      call.save();
      return isNew ? call.created({}) : call.noContent();
    });
    register("DELETE", `${path}/:name`, { ...needs(permission, "write"), role: "admin" }, (call) => {
      const scope = scopeOf(call);
      scope.secrets.splice(scope.secrets.indexOf(find(scope, call.param("name"))), 1);
      call.save();
      return call.noContent();
    });
  };
  const repository: Api["repository"] = (...route) => api.repository(...route);
  const either: Api["repository"] = (...route) => api.repositoryAndById(...route);
  scoped(repository, "/actions/secrets", "secrets", (call) => call.repository.actions);
  scoped(repository, "/dependabot/secrets", "dependabot_secrets", (call) => call.repository.dependabot);
  scoped(either, "/environments/:environment/secrets", "environments", (call) => environmentOf(call).actions);
  repository("GET", "/actions/organization-secrets", needs("secrets", "read"), (call) => {
    const organization = call.store.organizationById(call.repository.ownerId);
    return organization === undefined ? { total_count: 0, secrets: [] } : listSecrets(call, organization.actions);
  });
  const organization = (path: string, scopeOf: (call: Call) => SecretScope) => {
    api.on("GET", path, { scopes: ["admin:org"] }, (call) => {
      const scope = scopeOf(call);
      const list = listSecrets(call, scope);
      return { ...list, secrets: list.secrets.map((secret) => ({ ...secret, visibility: "all" })) };
    });
    api.on("GET", `${path}/public-key`, { scopes: ["admin:org"] }, (call) => publicKey(scopeOf(call)));
    api.on("GET", `${path}/:name`, { scopes: ["admin:org"] }, (call) => ({
      ...view(find(scopeOf(call), call.param("name"))),
      visibility: "all",
    }));
  };
  organization("/orgs/:org/actions/secrets", (call) => ownedBy(call).actions);
  organization("/orgs/:org/dependabot/secrets", (call) => ownedBy(call).dependabot);
}
