import * as z from "zod";

import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { changeRefs } from "../change-refs.ts";
import { notFound, unprocessable } from "../errors.ts";
import type { RefChange } from "../git/git-repository.ts";
import { isRefName } from "../git/ref-name.ts";
import { enforce } from "../rules/enforce.ts";
import { refView } from "../views/branch.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/u, "must be a full object name of 40 hex digits");
const read = { permissions: ["contents=read"] } as const;
const write = { role: "write", permissions: ["contents=write"] } as const;

/** Changes a ref, if rules allow it. */
async function change(call: RepositoryCall, wanted: RefChange): Promise<void> {
  const { store, repository } = call;
  const actor = actorOf(call.caller, call.user());
  await enforce({ store, repository, actor, ...wanted }, 422);
  await changeRefs(store, repository, actor, [wanted]);
}

/** Refs of the git data API. In paths they are without `refs/`. */
export function refRoutes(api: Api): void {
  const { store } = api;
  const view = async (call: RepositoryCall, ref: string, name: string) => {
    const object = await call.git.info(name);
    if (object === undefined) throw notFound();
    return refView(store, call.urls, call.repository, ref, object);
  };
  api.repository("GET", "/git/ref/*", read, async (call) => {
    const ref = `refs/${call.param("*")}`;
    const object = await call.git.ref(ref);
    if (object === undefined) throw notFound();
    return view(call, ref, object);
  });
  const matching = async (call: RepositoryCall) => {
    const prefix = `refs/${call.param("*")}`;
    const refs = [...(await call.git.refs())].filter(([ref]) => ref.startsWith(prefix));
    return Promise.all(call.page(refs).items.map(([ref, object]) => view(call, ref, object)));
  };
  api.repository("GET", "/git/matching-refs/*", read, matching);
  api.repository("GET", "/git/refs", read, matching);
  api.repository("POST", "/git/refs", write, async (call) => {
    const { ref, sha: to } = call.body(z.object({ ref: z.string(), sha }));
    if (!isRefName(ref) || ref.startsWith("refs/pull/")) throw unprocessable(`${ref} is not a valid ref name.`);
    const object = await call.git.info(to);
    if (object === undefined || (ref.startsWith("refs/heads/") && object.type !== "commit"))
      throw unprocessable("Object does not exist");
    if ((await call.git.ref(ref)) !== undefined) throw unprocessable("Reference already exists");
    await change(call, { ref, from: null, to });
    return call.created(refView(store, call.urls, call.repository, ref, object));
  });
  api.repository("PATCH", "/git/refs/*", write, async (call) => {
    const ref = `refs/${call.param("*")}`;
    const { sha: to, force } = call.body(z.object({ sha, force: z.boolean().default(false) }));
    const from = await call.git.ref(ref);
    if (from === undefined || ref.startsWith("refs/pull/")) throw unprocessable("Reference does not exist");
    const object = await call.git.info(to);
    if (object === undefined || (ref.startsWith("refs/heads/") && object.type !== "commit"))
      throw unprocessable("Object does not exist");
    if (!force && !(await call.git.isAncestor(from, to))) throw unprocessable("Update is not a fast forward");
    await change(call, { ref, from, to });
    return refView(store, call.urls, call.repository, ref, object);
  });
  api.repository("DELETE", "/git/refs/*", write, async (call) => {
    const ref = `refs/${call.param("*")}`;
    const from = await call.git.ref(ref);
    if (from === undefined || ref.startsWith("refs/pull/")) throw unprocessable("Reference does not exist");
    if (ref === `refs/heads/${call.repository.defaultBranch}`) throw unprocessable("Cannot delete the default branch");
    await change(call, { ref, from, to: null });
    return call.noContent();
  });
}
