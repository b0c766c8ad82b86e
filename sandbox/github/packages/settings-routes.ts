import type { FastifyInstance } from "fastify";
import * as z from "zod";

import { invalidRequest, notFound, unprocessable } from "../errors.ts";
import type { Store } from "../store.ts";
import { PackageRole } from "./model.ts";
import type { Package } from "./model.ts";
import type { Packages } from "./packages.ts";

/** What a person can change on a package's settings page, and nobody through GitHub's API. */
export const PackageChanges = z.strictObject({
  visibility: z.enum(["public", "private"]).optional(),
  /** The linked repository's name; null unlinks. */
  repository: z.string().nullable().optional(),
  inheritsAccess: z.boolean().optional(),
  /** "Manage Actions access": repository to role. Replaces what was there. */
  actionsAccess: z.record(z.string(), PackageRole).optional(),
  /** Login to role. Replaces what was there. */
  users: z.record(z.string(), PackageRole).optional(),
});
export type PackageChanges = z.infer<typeof PackageChanges>;

/**
 * Changes a package's settings.
 * @throws GitHubError 422 that names who or what there is not
 */
export function changePackage(store: Store, packages: Packages, one: Package, changes: PackageChanges): void {
  const owner = store.loginOf(one.ownerId);
  const repositoryId = (name: string) => {
    const repository = store.repository(owner, name);
    if (repository === undefined) throw unprocessable(`${owner} has no repository ${name}`);
    return repository.id;
  };
  const userId = (login: string) => {
    const user = store.user(login);
    if (user === undefined) throw unprocessable(`there is no user ${login}`);
    return user.id;
  };
  const { visibility, repository, inheritsAccess, actionsAccess, users } = changes;
  const next: Partial<Package> = {
    ...(visibility === undefined ? {} : { visibility }),
    ...(repository === undefined ? {} : { repositoryId: repository === null ? null : repositoryId(repository) }),
    ...(inheritsAccess === undefined ? {} : { inheritsAccess }),
    ...(actionsAccess === undefined
      ? {}
      : {
          actionsAccess: Object.entries(actionsAccess).map(([name, role]) => ({
            repositoryId: repositoryId(name),
            role,
          })),
        }),
    ...(users === undefined
      ? {}
      : { users: Object.entries(users).map(([login, role]) => ({ id: userId(login), role })) }),
  };
  Object.assign(one, next);
  packages.save();
}

/** A package's settings, by names. */
export const packageSettings = (store: Store, one: Package) => ({
  name: one.name,
  visibility: one.visibility,
  repository: one.repositoryId === null ? null : (store.repositoryById(one.repositoryId)?.name ?? null),
  inheritsAccess: one.inheritsAccess,
  actionsAccess: Object.fromEntries(
    one.actionsAccess.map(({ repositoryId, role }) => [store.repositoryById(repositoryId)?.name ?? "", role]),
  ),
  users: Object.fromEntries(one.users.map(({ id, role }) => [store.loginOf(id), role])),
});

const Params = z.object({ owner: z.string(), "*": z.string().optional() });

/**
 * The stand-in's own routes about packages, whose settings GitHub has only on pages:
 * `GET /_emulator/packages/OWNER`: all of an owner; `PATCH /_emulator/packages/OWNER/NAME` with `PackageChanges`.
 */
export function packageSettingsRoutes(app: FastifyInstance, store: Store, packages: Packages): void {
  app.get("/_emulator/packages/:owner", ({ params }) => {
    const owner = store.owner(Params.parse(params).owner);
    if (owner === undefined) throw notFound();
    return packages.list(owner.id).map((one) => packageSettings(store, one));
  });
  app.patch("/_emulator/packages/:owner/*", ({ params, body }) => {
    const { owner: login, "*": name = "" } = Params.parse(params);
    const owner = store.owner(login);
    const one = owner === undefined ? undefined : packages.find(owner.id, name);
    if (one === undefined) throw notFound();
    const changes = PackageChanges.safeParse(body);
    if (!changes.success) throw invalidRequest(changes.error);
    changePackage(store, packages, one, changes.data);
    return packageSettings(store, one);
  });
}
