import type { Commit, Signature } from "../git/commit.ts";
import type { FileChange } from "../git/diff.ts";
import { gitNodeId } from "../node-id.ts";
import type { Repository, User } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import { encodePath } from "../urls.ts";
import type { Urls } from "../urls.ts";
import { simpleUserOrNull } from "./account.ts";

/** Who GitHub's own commits are by. */
export const webFlow = { name: "GitHub", email: "noreply@github.com" } as const;

/** The address that commits of a user carry who keeps their own private. */
export const emailOf = ({ id, login, email }: User): string =>
  email ?? `${String(id)}+${login}@users.noreply.github.com`;

/** A user as the author of a commit. */
export const signatureOf = (user: User, date: string): Signature => ({
  name: user.name ?? user.login,
  email: emailOf(user),
  date,
});

/** The user whose address a commit carries. */
export const userOfEmail = (store: Store, email: string): User | undefined =>
  store.accounts.users.find((user) => emailOf(user).toLowerCase() === email.toLowerCase());

/** Nothing that the stand-in makes is signed, and it verifies no signature. */
export const verification = ({ signature }: Pick<Commit, "signature">) => ({
  verified: false,
  reason: signature === undefined ? "unsigned" : "unknown_key",
  signature: signature ?? null,
  payload: null,
  verified_at: null,
});

/** A commit in the repository's list, or, with `files`, as its own page shows it. */
export function commitView(
  store: Store,
  urls: Urls,
  repository: Repository,
  commit: Commit,
  files?: readonly FileChange[],
): Schema<"commit"> {
  const url = urls.repository(store, repository);
  const html = urls.page(store, repository);
  const additions = (files ?? []).reduce((sum, file) => sum + file.additions, 0);
  const deletions = (files ?? []).reduce((sum, file) => sum + file.deletions, 0);
  return {
    sha: commit.sha,
    node_id: gitNodeId("Commit", repository.id, commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: verification(commit),
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: simpleUserOrNull(urls, userOfEmail(store, commit.author.email)),
    committer: simpleUserOrNull(urls, userOfEmail(store, commit.committer.email)),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
    ...(files === undefined
      ? {}
      : {
          stats: { total: additions + deletions, additions, deletions },
          files: files.map((file) => diffEntry(url, html, commit.sha, file)),
        }),
  };
}

/** A commit as git's own data. */
export function gitCommitView(store: Store, urls: Urls, repository: Repository, commit: Commit): Schema<"git-commit"> {
  const url = urls.repository(store, repository);
  const html = urls.page(store, repository);
  return {
    sha: commit.sha,
    node_id: gitNodeId("Commit", repository.id, commit.sha),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/git/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
    verification: verification(commit),
  };
}

/** One file of a commit, comparison or pull request. */
export const diffEntry = (url: string, html: string, sha: string, file: FileChange): Schema<"diff-entry"> => ({
  sha: file.sha,
  filename: file.path,
  status: file.status,
  additions: file.additions,
  deletions: file.deletions,
  changes: file.additions + file.deletions,
  blob_url: `${html}/blob/${sha}/${encodePath(file.path)}`,
  raw_url: `${html}/raw/${sha}/${encodePath(file.path)}`,
  contents_url: `${url}/contents/${encodePath(file.path)}?ref=${sha}`,
  ...(file.patch === undefined ? {} : { patch: file.patch }),
  ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
});
