import { parse as parseYaml } from "yaml";
import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { notFound, unprocessable } from "../errors.ts";
import type { Dispatch } from "../model.ts";
import { notify } from "../notify.ts";

const RepositoryDispatch = z.object({
  event_type: z.string().min(1).max(100),
  client_payload: z
    .record(z.string(), z.unknown())
    .refine((payload) => Object.keys(payload).length <= 10, "No more than 10 properties are allowed")
    .default({}),
});

const WorkflowDispatch = z.object({
  ref: z.string(),
  inputs: z.record(z.string(), z.unknown()).default({}),
});

const Triggers = z
  .object({ on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]) })
  .transform(({ on }) => (typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on)));

/** What people and other systems start workflows with: kept, and told as events. */
export function dispatchRoutes(api: Api): void {
  const { store } = api;
  const keep = (call: RepositoryCall, dispatch: Omit<Dispatch, "id" | "userId" | "createdAt">) => {
    const whole = { id: store.nextId(), userId: call.user().id, createdAt: store.clock.now(), ...dispatch };
    call.repository.dispatches.push(whole);
    call.save();
  };
  api.repository("POST", "/dispatches", { role: "write", permissions: ["contents=write"] }, (call) => {
    const { event_type: type, client_payload: payload } = call.body(RepositoryDispatch);
    keep(call, { event: "repository_dispatch", subject: type, ref: null, data: payload });
    notify(store, call.repository, call.user(), ["repository_dispatch", type], () => ({
      branch: call.repository.defaultBranch,
      client_payload: payload,
    }));
    return call.noContent();
  });
  const write = { role: "write", permissions: ["actions=write"] } as const;
  api.repository("POST", "/actions/workflows/:workflow_id/dispatches", write, async (call) => {
    const { ref, inputs } = call.body(WorkflowDispatch);
    const name = call.param("workflow_id");
    const path = name.startsWith(".github/") ? name : `.github/workflows/${name}`;
    // The workflow must be on the default branch; what runs is the one of the ref.
    const known = await call.git.ref(`refs/heads/${call.repository.defaultBranch}`);
    if (known === undefined || (await call.git.entry(known, path)) === undefined) throw notFound();
    const sha = await call.git.resolve(ref.replace(/^refs\/(heads|tags)\//u, ""));
    if (sha === undefined) throw unprocessable(`No ref found for: ${ref}`);
    const file = await call.git.object(`${sha}:${path}`);
    const triggers = file === undefined ? undefined : Triggers.safeParse(read(file.content.toString("utf8")));
    if (triggers?.data?.includes("workflow_dispatch") !== true)
      throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
    const refs = await call.git.refs();
    const full = ref.startsWith("refs/")
      ? ref
      : refs.has(`refs/heads/${ref}`)
        ? `refs/heads/${ref}`
        : `refs/tags/${ref}`;
    keep(call, { event: "workflow_dispatch", subject: path, ref: full, data: inputs });
    notify(store, call.repository, call.user(), "workflow_dispatch", () => ({ ref: full, workflow: path, inputs }));
    return call.noContent();
  });
}

function read(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return undefined;
  }
}
