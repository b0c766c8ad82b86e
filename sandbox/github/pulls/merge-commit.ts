import type { Commit, Signature } from "../git/commit.ts";
import type { GitRepository } from "../git/git-repository.ts";
import type { Issue, PullRequest, Repository, User } from "../model.ts";
import type { MergeMethod } from "../rules/attempt.ts";
import type { Store } from "../store.ts";
import { signatureOf, webFlow } from "../views/commit.ts";
import { mergedTree } from "./test-merge.ts";

/** What a merge is made of. */
export interface Merge {
  readonly store: Store;
  readonly repository: Repository;
  readonly issue: Issue;
  readonly pull: PullRequest;
  /** The tip of the base branch. */
  readonly base: string;
  /** Who merges. */
  readonly user: User;
  /** Default as the repository's settings say. */
  readonly title?: string | undefined;
  readonly message?: string | undefined;
}

/** Writes the commit that the base branch is to have after a merge; undefined where the two conflict. */
export function writeMerge(method: MergeMethod, merge: Merge): Promise<string | undefined> {
  return { merge: mergeCommit, squash: squashCommit, rebase: rebasedCommits }[method](merge);
}

/** The commits of a pull request, oldest first. */
export async function commitsOfPull(git: GitRepository, base: string, head: string): Promise<Commit[]> {
  const text = await git.text(["rev-list", "--reverse", "--topo-order", head, `^${base}`]);
  const commits = await Promise.all(text.split("\n").map((sha) => git.commit(sha)));
  return commits.filter((commit) => commit !== undefined);
}

const text = (title: string, message: string) => (message === "" ? title : `${title}\n\n${message}`);

async function mergeCommit({ store, repository, issue, pull, base, user, title, message }: Merge) {
  const git = store.git(repository);
  const tree = await mergedTree(git, base, pull.head.sha);
  if (tree === undefined) return undefined;
  const { mergeCommitTitle, mergeCommitMessage } = repository.merge;
  const source = `${store.loginOf(store.repositoryById(pull.head.repositoryId ?? 0)?.ownerId ?? 0)}/${pull.head.ref}`;
  const usualTitle =
    mergeCommitTitle === "PR_TITLE" ? numbered(issue) : `Merge pull request #${String(issue.number)} from ${source}`;
  const usualMessage = { PR_TITLE: issue.title, PR_BODY: issue.body ?? "", BLANK: "" }[mergeCommitMessage];
  const date = store.clock.now();
  return git.writeCommit({
    tree,
    parents: [base, pull.head.sha],
    author: signatureOf(user, date),
    committer: { ...webFlow, date },
    message: text(title ?? usualTitle, message ?? usualMessage),
  });
}

const numbered = ({ title, number }: Issue) => `${title} (#${String(number)})`;

async function squashCommit({ store, repository, issue, pull, base, user, title, message }: Merge) {
  const git = store.git(repository);
  const tree = await mergedTree(git, base, pull.head.sha);
  if (tree === undefined) return undefined;
  const commits = await commitsOfPull(git, base, pull.head.sha);
  const only = commits.length === 1 ? commits[0] : undefined;
  const { squashMergeCommitTitle, squashMergeCommitMessage } = repository.merge;
  const [onlyTitle = "", ...onlyRest] = (only?.message ?? "").split("\n");
  const usualTitle =
    only !== undefined && squashMergeCommitTitle === "COMMIT_OR_PR_TITLE"
      ? numbered({ ...issue, title: onlyTitle })
      : numbered(issue);
  const listed =
    only === undefined ? commits.map((one) => `* ${one.message}`).join("\n\n") : onlyRest.join("\n").trim();
  const usualMessage = { PR_BODY: issue.body ?? "", COMMIT_MESSAGES: listed, BLANK: "" }[squashMergeCommitMessage];
  const date = store.clock.now();
  const author = store.userById(issue.userId) ?? user;
  return git.writeCommit({
    tree,
    parents: [base],
    author: signatureOf(author, date),
    committer: { ...webFlow, date },
    message: text(title ?? usualTitle, message ?? usualMessage),
  });
}

/** Writes each commit again on top of the base, merges left out, as `git rebase` does. */
async function rebasedCommits({ store, repository, pull, base }: Merge): Promise<string | undefined> {
  const git = store.git(repository);
  const committer: Signature = { ...webFlow, date: store.clock.now() };
  let tip = base;
  for (const commit of await commitsOfPull(git, base, pull.head.sha)) {
    if (commit.parents.length > 1) continue;
    const tree = await replayedTree(git, tip, commit, committer);
    if (tree === undefined) return undefined;
    tip = await git.writeCommit({ tree, parents: [tip], author: commit.author, committer, message: commit.message });
  }
  return tip;
}

/** The tree of a commit's change applied to another commit. Three stand-in commits give `git merge-tree` the base that it shall use. */
async function replayedTree(git: GitRepository, tip: string, commit: Commit, someone: Signature) {
  const before = commit.parents[0] === undefined ? undefined : await git.commit(commit.parents[0]);
  const ours = await git.commit(tip);
  if (ours === undefined) return undefined;
  const write = (tree: string, parents: readonly string[]) =>
    git.writeCommit({ tree, parents, author: someone, committer: someone, message: "replay" });
  const base = await write(before?.tree ?? (await git.writeTree([])), []);
  return mergedTree(git, await write(ours.tree, [base]), await write(commit.tree, [base]));
}
