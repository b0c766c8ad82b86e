import type { Actor } from "./actor.ts";
import { defaultLabels } from "./default-labels.ts";
import { Repository } from "./model.ts";
import { newScope } from "./sealed-boxes.ts";
import type { Store } from "./store.ts";
import { signatureOf } from "./views/commit.ts";

/** A file of a new branch: its text or bytes, or these as an executable. */
export type NewFile = string | Uint8Array | { readonly content: string | Uint8Array; readonly executable: boolean };

/** A branch of a new repository. */
export interface NewBranch {
  /** Path to content. On top of what the branch that it comes `from` has; none at all begins at the very same commit. */
  readonly files: Readonly<Record<string, NewFile>>;
  readonly message: string;
  /** An earlier branch of the same list. Default: a history of its own. */
  readonly from?: string | undefined;
}

/** What a new repository is made of. */
export interface NewRepository {
  readonly name: string;
  readonly ownerId: number;
  readonly visibility: Repository["visibility"];
  readonly description?: string;
  /** Default the first branch, or `main`. */
  readonly defaultBranch?: string;
  readonly branches?: Readonly<Record<string, NewBranch>>;
  /** Who makes it: the author of its commits. */
  readonly actor: Actor;
  readonly settings?: Partial<Pick<Repository, "archived" | "teams" | "collaborators" | "nextNumber">> & {
    readonly deleteBranchOnMerge?: boolean;
  };
}

/** Makes a repository with its branches, one commit each. */
export async function createRepository(store: Store, wanted: NewRepository): Promise<Repository> {
  const { name, ownerId, visibility, branches = {}, actor, settings = {} } = wanted;
  const now = store.clock.now();
  const repository = Repository.parse({
    id: store.nextId(),
    name,
    ownerId,
    visibility,
    description: wanted.description ?? null,
    defaultBranch: wanted.defaultBranch ?? Object.keys(branches)[0] ?? "main",
    actions: newScope(store.nextId()),
    dependabot: newScope(store.nextId()),
    labels: defaultLabels.map((label) => ({ id: store.nextId(), default: true, ...label })),
    archived: settings.archived,
    teams: settings.teams,
    collaborators: settings.collaborators,
    nextNumber: settings.nextNumber,
    createdAt: now,
    updatedAt: now,
  });
  repository.merge.deleteBranchOnMerge = settings.deleteBranchOnMerge ?? false;
  const git = store.git(repository);
  await git.create(repository.defaultBranch);
  const tips = new Map<string, string>();
  for (const [branch, { files, message, from }] of Object.entries(branches)) {
    const parent = from === undefined ? undefined : tips.get(from);
    if (from !== undefined && parent === undefined) throw new Error(`${name}: branch ${from} comes after ${branch}`);
    const same = parent !== undefined && Object.keys(files).length === 0;
    tips.set(branch, same ? parent : await commitFiles(store, repository, actor, { files, message, parent }));
  }
  await git.updateRefs([...tips].map(([branch, to]) => ({ ref: `refs/heads/${branch}`, from: null, to })));
  repository.pushedAt = tips.size > 0 ? now : null;
  // Known only now: a repository that was not made to its end is not there at all.
  store.add(repository);
  return repository;
}

async function commitFiles(
  store: Store,
  repository: Repository,
  { user }: Actor,
  { files, message, parent }: { files: NewBranch["files"]; message: string; parent: string | undefined },
): Promise<string> {
  const git = store.git(repository);
  const edits = await Promise.all(
    Object.entries(files).map(async ([path, file]) => {
      const { content, executable } =
        typeof file === "string" || file instanceof Uint8Array ? { content: file, executable: false } : file;
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      return { path, mode: executable ? "100755" : "100644", sha: await git.writeBlob(bytes) } as const;
    }),
  );
  const base = parent === undefined ? undefined : (await git.commit(parent))?.tree;
  const signature = signatureOf(user, store.clock.now());
  return git.writeCommit({
    tree: await git.editTree(base, edits),
    parents: parent === undefined ? [] : [parent],
    author: signature,
    committer: signature,
    message,
  });
}
