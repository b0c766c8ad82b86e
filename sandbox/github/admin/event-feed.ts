import * as z from "zod";

import type { GitHubEvent } from "../events.ts";
import type { GitRepository } from "../git/git-repository.ts";
import type { Repository } from "../model.ts";
import { mergedTree } from "../pulls/test-merge.ts";
import type { Store } from "../store.ts";
import { fullName } from "../urls.ts";
import { webFlow } from "../views/commit.ts";

/** An event with what a workflow's run on it needs to know. */
export interface Happening extends Pick<GitHubEvent, "id" | "name" | "action" | "payload" | "at"> {
  /** Counts from 1 since the start. */
  readonly sequence: number;
  /** `owner/name` */
  readonly repository: string;
  readonly sender: { readonly login: string; readonly type: string };
  /** What the run is of: `GITHUB_REF` and `GITHUB_SHA`. Without one, nothing can run, as for pull requests that conflict. */
  readonly subject: Subject | undefined;
}

/** What a run is of. */
interface Subject {
  readonly ref: string;
  readonly sha: string;
  /** Message of the commit that people wrote: of a pull request, its head's. */
  readonly message: string | undefined;
}

const Branch = z.looseObject({ ref: z.string(), sha: z.string() });
const PullPayload = z.looseObject({
  number: z.int(),
  pull_request: z.looseObject({
    head: Branch,
    base: Branch,
    merged: z.boolean(),
    merge_commit_sha: z.string().nullable(),
  }),
});
const RefPayload = z.looseObject({ ref: z.string() });
const PushPayload = RefPayload.extend({ after: z.string(), deleted: z.boolean() });
const ReleasePayload = z.looseObject({ release: z.looseObject({ tag_name: z.string() }) });

/** Events in their order, each told when the change that caused it is done, with the commit that workflows run on. */
export class EventFeed {
  readonly #store: Store;
  readonly #listeners = new Set<(happening: Happening) => void>();
  readonly #end: () => void;
  #tail: Promise<void> = Promise.resolve();
  #sequence = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#end = store.events.on((event) => {
      if (event.repository !== undefined) this.tell(event, event.repository);
    });
  }

  /** Ends the subscription to the store's events. */
  close(): void {
    this.#end();
  }

  /** Returns a function that ends the subscription. */
  on(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many events were told so far, all that have happened included. */
  async told(): Promise<number> {
    const sequence = this.#sequence;
    await this.#tail;
    return sequence;
  }

  /** Tells an event of a repository. */
  tell(
    { id, name, action, payload, sender, at }: Omit<GitHubEvent, "repository" | "organization">,
    repository: Repository,
  ): void {
    this.#sequence += 1;
    const sequence = this.#sequence;
    const about = { sequence, id, name, ...(action === undefined ? {} : { action }), payload, at };
    const found = this.#store.lock(repository, () => subjectOf(this.#store, repository, name, payload));
    this.#tail = this.#tail.then(async () => {
      const subject = await found.catch(() => undefined);
      const { login, type } = sender;
      for (const listener of this.#listeners)
        listener({ ...about, repository: fullName(this.#store, repository), sender: { login, type }, subject });
    });
  }
}

/** The ref and commit of an event (docs.github.com, "Events that trigger workflows", `GITHUB_SHA` and `GITHUB_REF`). */
async function subjectOf(
  store: Store,
  repository: Repository,
  name: string,
  payload: GitHubEvent["payload"],
): Promise<Subject | undefined> {
  const git = store.git(repository);
  const at = async (ref: string, sha: string | undefined, written = sha) =>
    sha === undefined ? undefined : { ref, sha, message: (await git.commit(written ?? sha))?.message };
  const branch = `refs/heads/${repository.defaultBranch}`;
  const commitOf = async (ref: string) => {
    const sha = await git.ref(ref);
    return sha === undefined ? undefined : git.resolve(sha);
  };
  switch (name) {
    case "push": {
      const { ref, after, deleted } = PushPayload.parse(payload);
      return deleted ? undefined : at(ref, await git.resolve(after));
    }
    case "pull_request": {
      const pull = PullPayload.parse(payload);
      return at(
        `refs/pull/${String(pull.number)}/merge`,
        await testMerge(store, git, pull),
        pull.pull_request.head.sha,
      );
    }
    case "release": {
      const ref = `refs/tags/${ReleasePayload.parse(payload).release.tag_name}`;
      return at(ref, await commitOf(ref));
    }
    case "workflow_dispatch": {
      const { ref } = RefPayload.parse(payload);
      return at(ref, await commitOf(ref));
    }
    default:
      return at(branch, await commitOf(branch));
  }
}

/** The test merge of a pull request's head as it was, even when something was pushed since; undefined where it conflicts. */
async function testMerge(
  store: Store,
  git: GitRepository,
  { number, pull_request: { head, base, merged, merge_commit_sha: made } }: z.infer<typeof PullPayload>,
): Promise<string | undefined> {
  if (merged) return made ?? undefined;
  const present = await git.ref(`refs/pull/${String(number)}/merge`);
  const tip = (await git.ref(`refs/heads/${base.ref}`)) ?? base.sha;
  const parents = present === undefined ? [] : ((await git.commit(present))?.parents ?? []);
  if (present !== undefined && parents[0] === tip && parents[1] === head.sha) return present;
  const tree = await mergedTree(git, tip, head.sha);
  if (tree === undefined) return undefined;
  const someone = { ...webFlow, date: store.clock.now() };
  const message = `Merge ${head.sha} into ${tip}`;
  return git.writeCommit({ tree, parents: [tip, head.sha], author: someone, committer: someone, message });
}
