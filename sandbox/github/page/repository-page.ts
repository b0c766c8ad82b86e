import type { GitHubEvent } from "../events.ts";
import type { Environment, Issue, Repository, SecretScope, Variable } from "../model.ts";
import { activeRulesets, protectionOf } from "../rules/applicable.ts";
import { latestCheckRuns, latestStatuses } from "../rules/required-checks.ts";
import type { Store } from "../store.ts";
import { encodePath } from "../urls.ts";
import { fileTable } from "./files-page.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { link, list, moment, section, table } from "./layout.ts";
import { eventSection, packageTable, tags } from "./organization-page.ts";
import type { SeenPackage } from "./organization-page.ts";
import { bypassWords, protectionWords, ruleWords, targetWords } from "./rule-words.ts";

/** One repository, with all that is set on it. Of secrets only names and dates show. */
export async function repositoryPage(
  store: Store,
  repository: Repository,
  packages: readonly SeenPackage[],
  events: readonly GitHubEvent[],
): Promise<Html> {
  const pulls = repository.issues.filter(({ pullRequest }) => pullRequest !== null).reverse();
  return html`<p>${repository.description} ${tags(repository)}</p>
    <p class="quiet">Clone: <code>git clone ${store.origin}/${path(store, repository)}.git</code></p>
    ${section("Files", await fileTable(store, repository, repository.defaultBranch, ""))}
    ${await branchSection(store, repository)} ${ruleSection(store, repository)}
    ${section("Actions secrets", secretTable(repository.actions), repository.actions.secrets.length === 0)}
    ${section("Dependabot secrets", secretTable(repository.dependabot), repository.dependabot.secrets.length === 0)}
    ${section("Variables", variableTable(repository.variables), repository.variables.length === 0)}
    ${section(
      "Environments",
      repository.environments.map((one) => environment(store, one)),
      repository.environments.length === 0,
    )}
    ${section("Pull requests", pullTable(store, repository, pulls), pulls.length === 0)}
    ${section("Packages", packageTable(store, packages), packages.length === 0)} ${actionsSection(repository)}
    ${section("Webhooks", hookTable(repository), repository.hooks.length === 0)} ${eventSection(store, events)}`;
}

const path = (store: Store, { ownerId, name }: Repository) => `${store.loginOf(ownerId)}/${name}`;

async function branchSection(store: Store, repository: Repository): Promise<Html> {
  const heads = "refs/heads/";
  const refs = [...(await store.git(repository).refs())].filter(([name]) => name.startsWith(heads));
  const rows = refs.map(([ref, sha]): readonly Content[] => {
    const name = ref.slice(heads.length);
    const rules = [
      ...activeRulesets(repository, ref).map((one) => one.name),
      ...(protectionOf(repository, name) === undefined ? [] : ["classic protection"]),
    ];
    return [
      html`${link(`/${path(store, repository)}/tree/${encodePath(name)}`, name)}
      ${name === repository.defaultBranch && html`<span class="tag">default</span>`}`,
      html`<code>${sha.slice(0, 7)}</code>`,
      rules.join(", "),
    ];
  });
  return section("Branches", table(["Branch", "Commit", "Rules"], rows), rows.length === 0);
}

function ruleSection(store: Store, repository: Repository): Html {
  const rulesets = repository.rulesets.map(
    (one) =>
      html`<h3>${one.name} ${one.enforcement !== "active" && html`<span class="tag">${one.enforcement}</span>`}</h3>
        <p class="quiet">${targetWords(one, repository)}</p>
        ${list(one.rules.map((rule) => ruleWords(store, rule)))}
        <p>
          Bypass:
          ${one.bypassActors.length === 0 ? "nobody" : one.bypassActors.map((actor) => bypassWords(store, actor)).join(", ")}
        </p>`,
  );
  const classic = repository.branchProtections.map(
    (one) =>
      html`<h3>Classic protection of ${one.pattern}</h3>
        ${list(protectionWords(store, one))}`,
  );
  return section("Rules", [...rulesets, ...classic], rulesets.length + classic.length === 0);
}

const secretTable = ({ secrets }: SecretScope) =>
  table(
    ["Name", "Made", "Changed"],
    secrets.map(({ name, createdAt, updatedAt }) => [name, moment(createdAt), moment(updatedAt)]),
  );

const variableTable = (variables: readonly Variable[]) =>
  table(
    ["Name", "Value", "Changed"],
    variables.map(({ name, value, updatedAt }) => [name, html`<code>${value}</code>`, moment(updatedAt)]),
  );

function environment(store: Store, one: Environment): Html {
  const reviewers = one.reviewers.map(({ type, id }) =>
    type === "Team" ? `team ${store.accounts.teams.find((team) => team.id === id)?.slug ?? ""}` : store.loginOf(id),
  );
  const branches =
    one.branchPolicy === null
      ? "all branches"
      : one.branchPolicy.protectedBranches
        ? "protected branches"
        : one.branchPolicies.map(({ name }) => name).join(", ");
  return html`<h3>${one.name}</h3>
    ${list([
      `May deploy: ${branches}`,
      `Reviewers: ${reviewers.length === 0 ? "none" : reviewers.join(", ")}`,
      `Wait: ${one.waitTimer} min`,
    ])}
    ${one.actions.secrets.length > 0 && secretTable(one.actions)}
    ${one.variables.length > 0 && variableTable(one.variables)}`;
}

/** The checks and statuses of a commit, in words. */
export function checkWords(repository: Repository, sha: string): Html {
  const checks = [
    ...latestCheckRuns(repository, sha).map(({ name, status, conclusion }) => [name, conclusion ?? status] as const),
    ...latestStatuses(repository, sha).map(({ context, state }) => [context, state] as const),
  ];
  const tone = (state: string) =>
    state === "success" ? "good" : /fail|error|timed|cancel/u.test(state) ? "bad" : "quiet";
  return checks.length === 0
    ? html`<span class="quiet">no checks</span>`
    : list(
        checks.map(([name, state]) => html`${name}: <span class="${tone(state)}">${state.replaceAll("_", " ")}</span>`),
      );
}

/** How a pull request stands. */
export const pullState = ({ state, pullRequest }: Issue): string =>
  pullRequest?.mergedAt != null
    ? "merged"
    : state === "closed"
      ? "closed"
      : pullRequest?.draft === true
        ? "draft"
        : "open";

const pullTable = (store: Store, repository: Repository, pulls: readonly Issue[]) =>
  table(
    ["Pull request", "State", "Branches", "Checks"],
    pulls.map((issue) => [
      link(`/${path(store, repository)}/pull/${issue.number}`, `#${issue.number} ${issue.title}`),
      html`<span class="tag">${pullState(issue)}</span>`,
      `${issue.pullRequest?.head.ref ?? ""} into ${issue.pullRequest?.base.ref ?? ""}`,
      checkWords(repository, issue.pullRequest?.head.sha ?? ""),
    ]),
  );

function actionsSection({ actionsSettings }: Repository): Html {
  const { enabled, allowedActions, defaultWorkflowPermissions, canApprovePullRequestReviews, accessLevel } =
    actionsSettings;
  return section(
    "Actions",
    list([
      enabled ? `Workflows run; allowed actions: ${allowedActions}` : "No workflow runs.",
      `The workflows’ token may by itself: ${defaultWorkflowPermissions}`,
      canApprovePullRequestReviews
        ? "Workflows may approve pull requests."
        : "Workflows may not approve pull requests.",
      `Its workflows can be called from: ${accessLevel === "none" ? "nowhere else" : accessLevel}`,
    ]),
  );
}

const hookTable = ({ hooks }: Repository) =>
  table(
    ["Address", "Events", "Last delivery"],
    hooks.map(({ config, events, active, lastResponse }) => [
      new URL(config.url).origin,
      `${events.join(", ")}${active ? "" : " (not active)"}`,
      lastResponse.message ?? lastResponse.status,
    ]),
  );
