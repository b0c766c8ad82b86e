import { includesRole, roleOf, teamsOf } from "../access.ts";
import type { Issue, PullRequest, Repository, Review, User } from "../model.ts";
import type { Store } from "../store.ts";
import { emailOf } from "../views/commit.ts";
import { codeOwnersPaths, ownersOf, parseCodeOwners } from "./code-owners.ts";

/** What a branch asks of the reviews of a pull request. */
export interface ReviewDemands {
  readonly approvals: number;
  readonly codeOwners: boolean;
  /** Somebody else than who pushed last must have approved. */
  readonly lastPush: boolean;
  readonly resolvedConversations: boolean;
}

/** The last word of each reviewer: comments are none. */
export function verdicts({ reviews }: PullRequest): Review[] {
  const last = new Map<number, Review>();
  for (const review of reviews)
    if (review.state !== "COMMENTED" && review.state !== "PENDING") last.set(review.userId, review);
  return [...last.values()];
}

/** Those who have approved and whose approval counts: they may write, and are not the author. */
export const approvers = (store: Store, repository: Repository, issue: Issue, pull: PullRequest): User[] =>
  verdicts(pull)
    .filter(({ state, userId }) => state === "APPROVED" && userId !== issue.userId)
    .flatMap(({ userId }) => store.userById(userId) ?? [])
    .filter((user) => includesRole(roleOf(store, user, repository), "write"));

/** Why reviews do not let a pull request be merged, in GitHub's words; none where they do. */
export async function reviewProblems(
  store: Store,
  repository: Repository,
  issue: Issue,
  pull: PullRequest,
  { approvals, codeOwners, lastPush, resolvedConversations }: ReviewDemands,
): Promise<string[]> {
  const given = approvers(store, repository, issue, pull);
  const problems: string[] = [];
  if (given.length < approvals) {
    const reviews = approvals === 1 ? "review is" : "reviews are";
    problems.push(`At least ${String(approvals)} approving ${reviews} required by reviewers with write access.`);
  }
  const refuser = verdicts(pull).find(({ state }) => state === "CHANGES_REQUESTED");
  const by = refuser === undefined ? undefined : store.userById(refuser.userId);
  if (approvals > 0 && by !== undefined && includesRole(roleOf(store, by, repository), "write"))
    problems.push("Changes have been requested by reviewers with write access.");
  if (codeOwners) problems.push(...(await missingOwners(store, repository, pull, given)));
  if (lastPush && !given.some(({ id }) => id !== pull.lastPusherId))
    problems.push("New changes require approval from someone other than the last pusher.");
  if (resolvedConversations && pull.reviewComments.some(({ inReplyTo, resolved }) => inReplyTo === null && !resolved))
    problems.push("A conversation must be resolved before this pull request can be merged.");
  return problems;
}

/** The owners of changed files of whom nobody has approved. */
async function missingOwners(store: Store, repository: Repository, pull: PullRequest, given: readonly User[]) {
  const git = store.git(repository);
  const base = await git.ref(`refs/heads/${pull.base.ref}`);
  const file = base === undefined ? undefined : await readFirst(git.object.bind(git), base);
  if (base === undefined || file === undefined) return [];
  const lines = parseCodeOwners(file);
  const start = (await git.mergeBase(base, pull.head.sha)) ?? base;
  const groups = new Set<string>();
  for (const { path, previousPath } of await git.diff(start, pull.head.sha))
    for (const name of [path, ...(previousPath === undefined ? [] : [previousPath])]) {
      const owners = ownersOf(lines, name);
      if (owners.length > 0 && !given.some((user) => owners.some((owner) => isOwner(store, owner, user))))
        groups.add(owners.map((owner) => owner.replace(/^@/u, "")).join(" and/or "));
    }
  return [...groups].map((owners) => `Waiting on code owner review from ${owners}.`);
}

async function readFirst(read: (name: string) => Promise<{ content: Buffer } | undefined>, commit: string) {
  for (const path of codeOwnersPaths) {
    const file = await read(`${commit}:${path}`);
    if (file !== undefined) return file.content.toString("utf8");
  }
  return undefined;
}

function isOwner(store: Store, owner: string, user: User): boolean {
  const [organization = "", slug] = owner.replace(/^@/u, "").split("/");
  if (slug === undefined)
    return owner.startsWith("@") ? user.login.toLowerCase() === organization.toLowerCase() : emailOf(user) === owner;
  const id = store.organization(organization)?.id;
  const team = store.accounts.teams.find((one) => one.organizationId === id && one.slug === slug);
  return team !== undefined && teamsOf(store, user.id).has(team.id);
}
