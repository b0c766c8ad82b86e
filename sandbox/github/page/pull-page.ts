import type { Deployment, Issue, Repository } from "../model.ts";
import type { Store } from "../store.ts";
import { preformatted } from "./files-page.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { link, list, moment, section, table } from "./layout.ts";
import { checkWords, pullState } from "./repository-page.ts";

/** One pull request. */
export async function pullPage(store: Store, repository: Repository, issue: Issue): Promise<Html | undefined> {
  const { pullRequest } = issue;
  if (pullRequest === null) return undefined;
  const { head, base, reviews } = pullRequest;
  const git = store.git(repository);
  const names = await git.text(["rev-list", "--max-count=100", head.sha, `^${base.sha}`]).catch(() => "");
  const commits = await Promise.all((names === "" ? [] : names.split("\n")).map((sha) => git.commit(sha)));
  const shas = new Set([head.sha, ...commits.map((commit) => commit?.sha)]);
  const deployments = repository.deployments.filter(({ sha }) => shas.has(sha)).reverse();
  const labels = repository.labels.filter(({ id }) => issue.labels.includes(id));
  return html`<p>
      <span class="tag">${pullState(issue)}</span> ${store.loginOf(issue.userId)} wants <code>${head.ref}</code> in
      <code>${base.ref}</code> ${labels.map(({ name }) => html`<span class="tag">${name}</span> `)}
    </p>
    ${issue.body !== null && issue.body !== "" && preformatted(issue.body)}
    ${section("Checks", checkWords(repository, head.sha))}
    ${section("Deployments", deploymentTable(store, deployments), deployments.length === 0)}
    ${section(
      "Reviews",
      list(reviews.map(({ userId, state }) => `${store.loginOf(userId)}: ${state.toLowerCase().replaceAll("_", " ")}`)),
      reviews.length === 0,
    )}
    ${section(
      "Comments",
      issue.comments.map(
        ({ userId, createdAt, body }) =>
          html`<p class="quiet">${store.loginOf(userId)}, ${moment(createdAt)}</p>
            ${preformatted(body)}`,
      ),
      issue.comments.length === 0,
    )}
    ${section(
      "Commits",
      table(
        ["Commit", "Message", "Author"],
        commits
          .filter((commit) => commit !== undefined)
          .map(({ sha, message, author }) => [
            html`<code>${sha.slice(0, 7)}</code>`,
            message.split("\n", 1),
            author.name,
          ]),
      ),
      commits.length === 0,
    )}`;
}

/** Deployments of a pull request's commits, the newest first. */
const deploymentTable = (store: Store, deployments: readonly Deployment[]) =>
  table(
    ["Environment", "State", "What", "Who", "When"],
    deployments.map(({ environment, description, creatorId, createdAt, statuses }) => {
      const { state = "pending" } = statuses.at(-1) ?? {};
      // A later status, as of a deployment that is inactive, has no address.
      const url = statuses.findLast(({ environmentUrl }) => /^https?:/u.test(environmentUrl))?.environmentUrl;
      return [
        url === undefined ? environment : link(url, environment),
        html`<span class="${state === "success" ? "good" : "quiet"}">${state === "success" ? "active" : state}</span>`,
        description,
        store.loginOf(creatorId),
        moment(createdAt),
      ];
    }),
  );

/** One commit: who, when, and how files differ from its first parent's. */
export async function commitPage(store: Store, repository: Repository, sha: string): Promise<Html | undefined> {
  const git = store.git(repository);
  const commit = await git.commit(sha);
  if (commit === undefined) return undefined;
  const files = await git.diff(commit.parents[0] ?? null, sha);
  return html`<p class="quiet">${commit.author.name}, ${moment(commit.author.date)}</p>
    ${preformatted(commit.message)}
    ${section(
      "Files",
      files.map(
        ({ path, status, patch }) =>
          html`<h3>${path} <span class="tag">${status}</span></h3>
            ${patch !== undefined && preformatted(patch)}`,
      ),
      files.length === 0,
    )}`;
}
