import type { CheckRun, Repository, Status } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { latestCheckRuns, latestStatuses } from "../../rules/required-checks.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { commitView } from "./commit.ts";

type State = "ERROR" | "FAILURE" | "PENDING" | "SUCCESS";

const passing = new Set(["success", "neutral", "skipped"]);

const runState = ({ status, conclusion }: CheckRun): State =>
  status !== "completed" ? "PENDING" : passing.has(conclusion ?? "") ? "SUCCESS" : "FAILURE";

const statusState = ({ state }: Status): State => stateNames[state];

const stateNames = { error: "ERROR", failure: "FAILURE", pending: "PENDING", success: "SUCCESS" } as const;

const worst = (states: readonly State[]): State =>
  (["FAILURE", "ERROR", "PENDING"] as const).find((state) => states.includes(state)) ?? "SUCCESS";

/** GraphQL's `StatusCheckRollup`: checks and statuses of a commit together; null where there are none. */
export function rollupView(graph: Graph, repository: Repository, sha: string): View | null {
  const runs = latestCheckRuns(repository, sha);
  const statuses = latestStatuses(repository, sha);
  if (runs.length + statuses.length === 0) return null;
  return {
    id: `SCR_${Buffer.from(`${repository.id}:${sha}`).toString("base64url")}`,
    state: worst([...runs.map(runState), ...statuses.map(statusState)]),
    commit: () => commitOf(graph, repository, sha),
    contexts: (page: Page) =>
      connection("contexts", [...runs, ...statuses], page, (one) =>
        "suiteId" in one ? checkRunView(graph, repository, one) : statusContextView(graph, repository, one),
      ),
  };
}

/** GraphQL's `Status`: a commit's statuses without its checks; null where there are none. */
export function statusView(graph: Graph, repository: Repository, sha: string): View | null {
  const statuses = latestStatuses(repository, sha);
  if (statuses.length === 0) return null;
  const view = (status: Status) => statusContextView(graph, repository, status);
  return {
    state: worst(statuses.map(statusState)),
    commit: () => commitOf(graph, repository, sha),
    contexts: () => statuses.map(view),
    context({ name }: { name: string }) {
      const found = statuses.find(({ context }) => context === name);
      return found === undefined ? null : view(found);
    },
  };
}

/** GraphQL's `CheckRun`. */
export const checkRunView = (graph: Graph, repository: Repository, run: CheckRun): View => ({
  __typename: "CheckRun",
  id: nodeId("CheckRun", repository.id, run.id),
  databaseId: run.id,
  name: run.name,
  status: run.status.toUpperCase(),
  conclusion: run.conclusion?.toUpperCase() ?? null,
  startedAt: run.startedAt,
  completedAt: run.completedAt,
  externalId: run.externalId,
  detailsUrl: run.detailsUrl,
  title: run.output.title,
  summary: run.output.summary,
  text: run.output.text,
  resourcePath: `/${graph.fullName(repository)}/runs/${run.id}`,
  url: graph.url(`/${graph.fullName(repository)}/runs/${run.id}`),
  permalink: graph.url(`/${graph.fullName(repository)}/runs/${run.id}`),
  repository: () => graph.repository(repository),
  checkSuite: () => ({
    id: nodeId("CheckSuite", repository.id, run.suiteId),
    databaseId: run.suiteId,
    app: () => graph.appById(run.appId),
    commit: () => commitOf(graph, repository, run.headSha),
    repository: () => graph.repository(repository),
  }),
});

const statusContextView = (graph: Graph, repository: Repository, status: Status): View => ({
  __typename: "StatusContext",
  id: nodeId("StatusContext", repository.id, status.id),
  context: status.context,
  state: statusState(status),
  description: status.description,
  targetUrl: status.targetUrl,
  createdAt: status.createdAt,
  creator: () => graph.userById(status.creatorId),
  commit: () => commitOf(graph, repository, status.sha),
});

async function commitOf(graph: Graph, repository: Repository, sha: string): Promise<View | null> {
  const commit = await graph.store.git(repository).commit(sha);
  return commit === undefined ? null : commitView(graph, repository, commit);
}
