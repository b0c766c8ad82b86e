import * as z from "zod";

import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { changeRefs } from "../change-refs.ts";
import { notFound, validationFailed } from "../errors.ts";
import { isRefName } from "../git/ref-name.ts";
import type { Release } from "../model.ts";
import { notify } from "../notify.ts";
import { refusalMessage, rulingOn } from "../rules/enforce.ts";
import { latestRelease, releaseView } from "../views/release.ts";

const Fields = z.object({
  tag_name: z.string().min(1),
  target_commitish: z.string().optional(),
  name: z.string().nullish(),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
  prerelease: z.boolean().optional(),
  make_latest: z.enum(["true", "false", "legacy"]).optional(),
});

const read = { permissions: ["contents=read"] } as const;
const write = { role: "write", permissions: ["contents=write"] } as const;

/** Releases. A published one has a tag, which is made where it is missing. */
export function releaseRoutes(api: Api): void {
  const { store } = api;
  const view = (call: RepositoryCall, release: Release) => releaseView(store, call.urls, call.repository, release);
  const visible = (call: RepositoryCall) => call.repository.releases.filter(({ draft }) => !draft || call.has("write"));
  const one = (call: RepositoryCall, release: Release | undefined) => {
    if (release === undefined) throw notFound();
    return view(call, release);
  };
  const byId = (call: RepositoryCall) => {
    const release = visible(call).find(({ id }) => id === call.id("release_id"));
    if (release === undefined) throw notFound();
    return release;
  };
  const tell = (call: RepositoryCall, release: Release, ...actions: string[]) => {
    for (const action of actions)
      notify(store, call.repository, call.user(), ["release", action], (urls) => ({
        release: releaseView(store, urls, call.repository, release),
      }));
  };
  const kind = ({ prerelease }: Release) => (prerelease ? "prereleased" : "released");

  api.repository("GET", "/releases", read, (call) =>
    call.page(visible(call).reverse()).items.map((release) => view(call, release)),
  );
  api.repository("GET", "/releases/latest", read, (call) => one(call, latestRelease(call.repository)));
  api.repository("GET", "/releases/tags/*", read, (call) =>
    one(
      call,
      call.repository.releases.find(({ tagName, draft }) => !draft && tagName === call.param("*")),
    ),
  );
  api.repository("GET", "/releases/:release_id", read, (call) => view(call, byId(call)));
  api.repository("POST", "/releases", write, async (call) => {
    const fields = call.body(Fields);
    const now = store.clock.now();
    const release: Release = {
      id: store.nextId(),
      tagName: fields.tag_name,
      targetCommitish: fields.target_commitish ?? call.repository.defaultBranch,
      name: fields.name ?? null,
      body: fields.body ?? null,
      draft: fields.draft ?? false,
      prerelease: fields.prerelease ?? false,
      makeLatest: fields.make_latest ?? "true",
      authorId: call.user().id,
      createdAt: now,
      publishedAt: null,
    };
    refuseTaken(call, release);
    if (!release.draft) await publish(call, release);
    call.repository.releases.push(release);
    call.save();
    tell(call, release, "created", ...(release.draft ? [] : ["published", kind(release)]));
    return call.created(view(call, release));
  });
  api.repository("PATCH", "/releases/:release_id", write, async (call) => {
    const release = byId(call);
    const fields = call.body(Fields.partial());
    const next: Release = {
      ...release,
      tagName: fields.tag_name ?? release.tagName,
      targetCommitish: fields.target_commitish ?? release.targetCommitish,
      name: fields.name === undefined ? release.name : fields.name,
      body: fields.body === undefined ? release.body : fields.body,
      draft: fields.draft ?? release.draft,
      prerelease: fields.prerelease ?? release.prerelease,
      makeLatest: fields.make_latest ?? release.makeLatest,
    };
    refuseTaken(call, next);
    const published = release.draft && !next.draft;
    if (!next.draft) await publish(call, next);
    const promoted = !release.draft && release.prerelease && !next.prerelease;
    Object.assign(release, next);
    call.save();
    tell(call, release, ...(published ? ["published", kind(release)] : promoted ? ["released"] : ["edited"]));
    return view(call, release);
  });
  api.repository("DELETE", "/releases/:release_id", write, (call) => {
    const release = byId(call);
    call.repository.releases = call.repository.releases.filter((other) => other !== release);
    call.save();
    tell(call, release, "deleted");
    return call.noContent();
  });
}

const invalid = (field: string) => validationFailed({ resource: "Release", code: "invalid", field });

function refuseTaken({ repository }: RepositoryCall, { id, tagName, draft }: Release): void {
  if (!isRefName(`refs/tags/${tagName}`)) throw invalid("tag_name");
  const taken = repository.releases.some((other) => other.id !== id && other.tagName === tagName && !other.draft);
  if (taken && !draft) throw validationFailed({ resource: "Release", code: "already_exists", field: "tag_name" });
}

/** Makes the tag of a release that is to be published, if rules allow it. */
async function publish(call: RepositoryCall, release: Release): Promise<void> {
  const { store, repository, git } = call;
  const ref = `refs/tags/${release.tagName}`;
  release.publishedAt ??= store.clock.now();
  if ((await git.ref(ref)) !== undefined) return;
  const to = await git.resolve(release.targetCommitish.replace(/^refs\/heads\//u, ""));
  if (to === undefined) throw invalid("target_commitish");
  const actor = actorOf(call.caller, call.user());
  const change = { ref, from: null, to };
  const { refusal } = await rulingOn({ store, repository, actor, ...change });
  if (refusal !== undefined)
    throw validationFailed({
      resource: "Release",
      code: "custom",
      field: "pre_receive",
      message: `pre_receive ${refusalMessage(refusal)}`,
    });
  await changeRefs(store, repository, actor, [change]);
}
