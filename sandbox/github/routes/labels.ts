import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { notFound, validationFailed } from "../errors.ts";
import type { Label } from "../model.ts";
import { notify } from "../notify.ts";
import { labelView } from "../views/label.ts";

const color = z.string().regex(/^#?[0-9a-f]{6}$/iu, "must be six hex digits");
const New = z.object({
  name: z.string().min(1).max(50),
  color: color.default("ededed"),
  description: z.string().max(100).nullish(),
});
const Change = z.object({
  new_name: z.string().min(1).max(50).optional(),
  color: color.optional(),
  description: z.string().max(100).nullish(),
});

const read = { permissions: ["issues=read", "pull_requests=read"] } as const;
const write = { role: "write", permissions: ["issues=write", "pull_requests=write"] } as const;

/** Labels of a repository. */
export function labelRoutes(api: Api): void {
  const { store } = api;
  const view = (call: RepositoryCall, label: Label) => labelView(store, call.urls, call.repository, label);
  const named = ({ repository }: RepositoryCall, name: string) =>
    repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
  const find = (call: RepositoryCall) => {
    const label = named(call, call.param("name"));
    if (label === undefined) throw notFound();
    return label;
  };
  const refuseTaken = (call: RepositoryCall, name: string, present?: Label) => {
    const taken = named(call, name);
    if (taken !== undefined && taken !== present)
      throw validationFailed({ resource: "Label", code: "already_exists", field: "name" });
  };
  const tell = (call: RepositoryCall, action: string, label: Label) =>
    notify(store, call.repository, call.user(), ["label", action], (urls) => ({
      label: labelView(store, urls, call.repository, label),
    }));

  api.repository("GET", "/labels", read, (call) =>
    call.page(call.repository.labels).items.map((label) => view(call, label)),
  );
  api.repository("GET", "/labels/:name", read, (call) => view(call, find(call)));
  api.repository("POST", "/labels", write, (call) => {
    const wanted = call.body(New);
    refuseTaken(call, wanted.name);
    const label: Label = {
      id: store.nextId(),
      name: wanted.name,
      color: wanted.color.replace("#", "").toLowerCase(),
      description: wanted.description ?? null,
      default: false,
    };
    call.repository.labels.push(label);
    call.save();
    tell(call, "created", label);
    return call.created(view(call, label));
  });
  api.repository("PATCH", "/labels/:name", write, (call) => {
    const label = find(call);
    const wanted = call.body(Change);
    if (wanted.new_name !== undefined) refuseTaken(call, wanted.new_name, label);
    label.name = wanted.new_name ?? label.name;
    label.color = (wanted.color ?? label.color).replace("#", "").toLowerCase();
    if (wanted.description !== undefined) label.description = wanted.description;
    call.save();
    tell(call, "edited", label);
    return view(call, label);
  });
  api.repository("DELETE", "/labels/:name", write, (call) => {
    const label = find(call);
    call.repository.labels = call.repository.labels.filter((one) => one !== label);
    for (const issue of call.repository.issues) issue.labels = issue.labels.filter((id) => id !== label.id);
    call.save();
    tell(call, "deleted", label);
    return call.noContent();
  });
}
