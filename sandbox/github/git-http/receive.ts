import type { Actor } from "../actor.ts";
import { changeRefs } from "../change-refs.ts";
import { GitError } from "../git/run.ts";
import type { GitRepository, RefChange } from "../git/git-repository.ts";
import { isRefName } from "../git/ref-name.ts";
import type { Repository } from "../model.ts";
import { rulingOn } from "../rules/enforce.ts";
import type { Store } from "../store.ts";
import { fullName } from "../urls.ts";
import { objectCount } from "./push.ts";
import type { Push, PushResult } from "./push.ts";

/** As `receive.unpackLimit`: smaller packs become loose objects. */
const unpackLimit = 100;

/** Takes a push. To be called inside the repository's lock. */
export async function receive(store: Store, repository: Repository, actor: Actor, push: Push): Promise<PushResult> {
  const git = store.git(repository);
  try {
    await takeObjects(git, push);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const refs = new Map(push.changes.map(({ ref }) => [ref, "unpacker error"]));
    return { unpack: error.message.split("\n", 1)[0] ?? "failed", refs, messages: [] };
  }
  const refs = new Map<string, string | undefined>();
  const messages: string[] = [];
  for (const change of push.changes) {
    const reason = await refusal(store, repository, actor, change);
    refs.set(change.ref, reason ?? (await ruled(store, repository, actor, change, messages)));
  }
  const refused = [...refs.values()].some((reason) => reason !== undefined);
  if (refused && push.capabilities.has("atomic"))
    for (const [ref, reason] of refs) refs.set(ref, reason ?? "atomic push failure");
  const accepted = push.changes.filter(({ ref }) => refs.get(ref) === undefined);
  if (accepted.length > 0) await changeRefs(store, repository, actor, accepted);
  return { unpack: "ok", refs, messages };
}

/** Stores the objects of a push and makes sure that nothing is missing among them. */
async function takeObjects(git: GitRepository, { pack, changes }: Push): Promise<void> {
  const tips = changes.flatMap(({ to }) => to ?? []);
  if (pack.length > 0)
    await git.run(
      objectCount(pack) < unpackLimit ? ["unpack-objects", "-q", "--strict"] : ["index-pack", "--stdin", "--fix-thin"],
      { input: pack },
    );
  if (tips.length > 0)
    await git.run(["rev-list", "--objects", "--stdin", "--not", "--all", "--quiet"], { input: `${tips.join("\n")}\n` });
}

/** Why rules refuse a change; says it, and what the pusher was let by, in `messages`. */
async function ruled(
  store: Store,
  repository: Repository,
  actor: Actor,
  change: RefChange,
  messages: string[],
): Promise<string | undefined> {
  const { refusal: refused, bypassed } = await rulingOn({ store, repository, actor, ...change });
  const list = (lines: readonly string[]) => lines.flatMap((line) => [`- ${line.replaceAll("\n", "\n  ")}`, ""]);
  if (bypassed.length > 0) messages.push(`Bypassed rule violations for ${change.ref}:`, "", ...list(bypassed));
  if (refused === undefined) return undefined;
  if (refused.by === "protection") {
    messages.push(`error: GH006: Protected branch update failed for ${change.ref}.`, "", ...list(refused.messages));
    return "protected branch hook declined";
  }
  messages.push(
    `error: GH013: Repository rule violations found for ${change.ref}.`,
    `Review all repository rules at ${store.origin}/${fullName(store, repository)}/rules?ref=${encodeURIComponent(change.ref)}`,
    "",
    ...list(refused.messages),
  );
  return "push declined due to repository rule violations";
}

/** Why one ref can't be changed as a push asks for; undefined where it can. */
async function refusal(
  store: Store,
  repository: Repository,
  actor: Actor,
  { ref, from, to }: RefChange,
): Promise<string | undefined> {
  const git = store.git(repository);
  if (ref.startsWith("refs/pull/")) return "deny updating a hidden ref";
  if (!isRefName(ref)) return "funny refname";
  if (((await git.ref(ref)) ?? null) !== from) return "failed to update ref";
  if (to === null)
    return ref === `refs/heads/${repository.defaultBranch}`
      ? `refusing to delete the current branch: ${ref}`
      : undefined;
  const object = await git.info(to);
  if (object === undefined) return "bad pack";
  if (ref.startsWith("refs/heads/") && object.type !== "commit")
    return "cannot update a branch with a non-commit object";
  if (!actor.workflows && ref.startsWith("refs/heads/")) {
    const path = await changedWorkflow(git, from, to);
    if (path !== undefined)
      return `refusing to allow a Personal Access Token to create or update workflow \`${path}\` without \`workflow\` scope`;
  }
  return undefined;
}

/** A workflow file that a push changes. */
async function changedWorkflow(git: GitRepository, from: string | null, to: string): Promise<string | undefined> {
  const known = from === null ? [...(await git.refs()).values()] : [from];
  const args = ["log", "--format=", "--name-only", "-m", "--stdin", "--", ".github/workflows"];
  const paths = await git.text(args, { input: [to, ...known.map((sha) => `^${sha}`), ""].join("\n") });
  return paths.split("\n").find((path) => path !== "");
}
