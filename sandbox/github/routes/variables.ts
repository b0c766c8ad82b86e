import * as z from "zod";

import type { Requirement } from "../access.ts";
import type { Api } from "../api.ts";
import type { Call, RepositoryCall } from "../call.ts";
import { conflict, notFound } from "../errors.ts";
import type { Variable } from "../model.ts";
import { environmentOf } from "./environments.ts";
import { ownedBy } from "./accounts.ts";
import { checkName } from "./secrets.ts";

const New = z.object({ name: z.string(), value: z.string() });

const view = ({ name, value, createdAt, updatedAt }: Variable) => ({
  name,
  value,
  created_at: createdAt,
  updated_at: updatedAt,
});

/** GitHub gives 10 variables a page unless asked, and 30 at most. */
function listVariables(call: Call, variables: readonly Variable[]) {
  const { items, total } = call.page(
    [...variables].sort((a, b) => (a.name < b.name ? -1 : 1)),
    { usual: 10, most: 30 },
  );
  return { total_count: total, variables: items.map(view) };
}

function find(variables: readonly Variable[], name: string): Variable {
  const variable = variables.find((one) => one.name === name.toUpperCase());
  if (variable === undefined) throw notFound();
  return variable;
}

/** Variables of repositories and environments, and an organization's as far as reading goes. */
export function variableRoutes(api: Api): void {
  const scoped = (
    register: Api["repository"],
    path: string,
    permission: string,
    variablesOf: (call: RepositoryCall) => Variable[],
  ) => {
    const needs = (level: "read" | "write"): Requirement => ({
      role: level === "read" ? "write" : "admin",
      permissions: [`${permission}=${level}`],
    });
    register("GET", path, needs("read"), (call) => listVariables(call, variablesOf(call)));
    register("GET", `${path}/:name`, needs("read"), (call) => view(find(variablesOf(call), call.param("name"))));
    register("POST", path, needs("write"), (call) => {
      const { name, value } = call.body(New);
      const variables = variablesOf(call);
      checkName("Variable", name);
      if (variables.some((one) => one.name === name.toUpperCase()))
        throw conflict("Already exists - Variable already exists");
      const now = call.store.clock.now();
      variables.push({ name: name.toUpperCase(), value, createdAt: now, updatedAt: now });
      call.save();
      return call.created({});
    });
    register("PATCH", `${path}/:name`, needs("write"), (call) => {
      const { name, value } = call.body(New.partial());
      const variables = variablesOf(call);
      const variable = find(variables, call.param("name"));
      if (name !== undefined) {
        checkName("Variable", name);
        if (variables.some((one) => one !== variable && one.name === name.toUpperCase()))
          throw conflict("Already exists - Variable already exists");
        variable.name = name.toUpperCase();
      }
      if (value !== undefined) variable.value = value;
      variable.updatedAt = call.store.clock.now();
      call.save();
      return call.noContent();
    });
    register("DELETE", `${path}/:name`, needs("write"), (call) => {
      const variables = variablesOf(call);
      variables.splice(variables.indexOf(find(variables, call.param("name"))), 1);
      call.save();
      return call.noContent();
    });
  };
  scoped(
    (...route) => api.repository(...route),
    "/actions/variables",
    "actions_variables",
    (call) => call.repository.variables,
  );
  scoped(
    (...route) => api.repositoryAndById(...route),
    "/environments/:environment/variables",
    "environments",
    (call) => environmentOf(call).variables,
  );
  api.repository(
    "GET",
    "/actions/organization-variables",
    { role: "write", permissions: ["actions_variables=read"] },
    (call) => listVariables(call, call.store.organizationById(call.repository.ownerId)?.variables ?? []),
  );
  api.on("GET", "/orgs/:org/actions/variables", { scopes: ["admin:org"] }, (call) => {
    const list = listVariables(call, ownedBy(call).variables);
    return { ...list, variables: list.variables.map((variable) => ({ ...variable, visibility: "all" })) };
  });
}
