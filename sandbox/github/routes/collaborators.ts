import * as z from "zod";

import { includesRole, isMember, roleOf } from "../access.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { notFound, validationFailed } from "../errors.ts";
import type { User } from "../model.ts";
import { simpleUser } from "../views/account.ts";
import { permissionsOf } from "../views/repository.ts";
import { roleNamed, teamView } from "../views/team.ts";

const read = { role: "write", permissions: ["metadata=read"] } as const;
const write = { role: "admin", permissions: ["administration=write"] } as const;

/** Who may work on a repository. Nobody here has to accept an invitation. */
export function collaboratorRoutes(api: Api): void {
  const { store } = api;
  const userOf = (call: RepositoryCall): User => {
    const user = store.user(call.param("username"));
    if (user === undefined) throw notFound();
    return user;
  };
  const named = (call: RepositoryCall, user: User) => {
    const role = roleOf(store, user, call.repository) ?? "read";
    return { ...simpleUser(call.urls, user), permissions: permissionsOf(role), role_name: role };
  };
  api.repository("GET", "/collaborators", read, (call) => {
    const { repository } = call;
    const organization = store.organizationById(repository.ownerId);
    const direct = new Set(repository.collaborators.map(({ id }) => id));
    const affiliation = call.query("affiliation") ?? "all";
    const users = store.accounts.users.filter((user) => {
      if (affiliation === "outside") return direct.has(user.id) && !isMember(organization, user.id);
      if (affiliation === "direct") return direct.has(user.id);
      const belongs = direct.has(user.id) || isMember(organization, user.id) || repository.ownerId === user.id;
      return belongs && roleOf(store, user, repository) !== undefined;
    });
    return call.page(users).items.map((user) => named(call, user));
  });
  api.repository("GET", "/collaborators/:username", read, (call) => {
    const user = userOf(call);
    const { repository } = call;
    const belongs =
      repository.collaborators.some(({ id }) => id === user.id) ||
      isMember(store.organizationById(repository.ownerId), user.id) ||
      repository.ownerId === user.id;
    if (!belongs || roleOf(store, user, repository) === undefined) throw notFound();
    return call.noContent();
  });
  api.repository("GET", "/collaborators/:username/permission", { permissions: ["metadata=read"] }, (call) => {
    const user = userOf(call);
    const role = roleOf(store, user, call.repository);
    const simple = includesRole(role, "admin")
      ? "admin"
      : includesRole(role, "write")
        ? "write"
        : role === undefined
          ? "none"
          : "read";
    return { permission: simple, role_name: role ?? "none", user: named(call, user) };
  });
  api.repository("PUT", "/collaborators/:username", write, (call) => {
    const user = userOf(call);
    const role = roleNamed(call.body(z.object({ permission: z.string().default("push") })).permission);
    if (role === undefined) throw validationFailed({ resource: "Repository", code: "invalid", field: "permission" });
    const present = call.repository.collaborators.find(({ id }) => id === user.id);
    if (present === undefined) call.repository.collaborators.push({ id: user.id, role });
    else present.role = role;
    call.save();
    return call.noContent();
  });
  api.repository("DELETE", "/collaborators/:username", write, (call) => {
    const { id } = userOf(call);
    call.repository.collaborators = call.repository.collaborators.filter((one) => one.id !== id);
    call.save();
    return call.noContent();
  });
  api.repository("GET", "/invitations", write, () => []);
  api.repository("GET", "/teams", { permissions: ["administration=read"] }, (call) => {
    const teams = call.repository.teams.flatMap(({ id, role }) => {
      const team = store.accounts.teams.find((one) => one.id === id);
      return team === undefined ? [] : [teamView(store, call.urls, team, role)];
    });
    return call.page(teams).items;
  });
}
