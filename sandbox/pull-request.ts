import { Octokit } from "@octokit/rest";

import { organization } from "./engine/stacks.ts";
import { githubUrl } from "./github/part.ts";
import type { World } from "./world/part.ts";

/** A pull request in the sandbox's GitHub. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  /** Its page. */
  readonly url: string;
  /** Its newest commit. */
  readonly head: string;
}

/** A change that a developer proposes. */
export interface Change {
  readonly repository: string;
  /** The branch that it is made on, off `base`. */
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  /** A new file and its text. */
  readonly file: readonly [path: string, text: string];
}

/**
 * Opens a pull request as a developer does: a branch, a commit, the request. One that is open for the branch already is returned instead.
 *
 * @throws Error in GitHub's own words when it refuses
 */
export async function openPullRequest(world: Pick<World, "settings">, change: Change): Promise<PullRequest> {
  const { branch, base, title } = change;
  const octokit = asDeveloper(world);
  const at = { owner: organization, repo: change.repository };
  const { data: open } = await octokit.rest.pulls.list({ ...at, head: `${organization}:${branch}`, state: "open" });
  if (open[0] !== undefined) return described(open[0]);
  const { data: tip } = await octokit.rest.git.getRef({ ...at, ref: `heads/${base}` });
  await octokit.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: tip.object.sha });
  const [path, text] = change.file;
  const content = Buffer.from(text).toString("base64");
  await octokit.rest.repos.createOrUpdateFileContents({ ...at, path, branch, content, message: title });
  const { data: made } = await octokit.rest.pulls.create({ ...at, head: branch, base, title });
  return described(made);
}

/** Closes a pull request and opens it again, which starts its workflow anew. */
export async function reopen(world: Pick<World, "settings">, repository: string, { number }: PullRequest) {
  const octokit = asDeveloper(world);
  for (const state of ["closed", "open"] as const)
    await octokit.rest.pulls.update({ owner: organization, repo: repository, pull_number: number, state });
}

/** How a check of a pull request's newest commit has ended; undefined where it has not. */
export async function conclusionOf(
  world: Pick<World, "settings">,
  repository: string,
  { head }: PullRequest,
  check: string,
): Promise<string | undefined> {
  const at = { owner: organization, repo: repository, ref: head, check_name: check };
  const { data } = await asDeveloper(world).rest.checks.listForRef(at);
  return data.check_runs[0]?.conclusion ?? undefined;
}

const asDeveloper = (world: Pick<World, "settings">) =>
  new Octokit({ baseUrl: `${githubUrl(world)}/api/v3`, auth: world.settings.githubTokens.developer });

const described = (pull: { number: number; title: string; html_url: string; head: { sha: string } }): PullRequest => ({
  number: pull.number,
  title: pull.title,
  url: pull.html_url,
  head: pull.head.sha,
});
