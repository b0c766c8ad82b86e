import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { notFound } from "../errors.ts";
import type { CheckSuite } from "../model.ts";
import { nodeId } from "../node-id.ts";
import { latestCheckRuns } from "../rules/required-checks.ts";
import { minimalPulls, suiteState } from "../views/checks.ts";
import { appView } from "../views/issue.ts";
import { repositoryView } from "../views/repository.ts";
import { commitOf } from "./statuses.ts";

const read = { permissions: ["checks=read"] } as const;

/** Check suites: all check runs of an App on a commit. */
export function checkSuiteRoutes(api: Api): void {
  api.repository("GET", "/commits/:ref/check-suites", read, async (call) => {
    const { sha } = await commitOf(call);
    const { items, total } = call.page(call.repository.checkSuites.filter(({ headSha }) => headSha === sha));
    return { total_count: total, check_suites: await Promise.all(items.map((suite) => suiteView(call, suite))) };
  });
  api.repository("GET", "/check-suites/:check_suite_id", read, (call) => {
    const suite = call.repository.checkSuites.find(({ id }) => id === call.id("check_suite_id"));
    if (suite === undefined) throw notFound();
    return suiteView(call, suite);
  });
}

async function suiteView(call: RepositoryCall, suite: CheckSuite) {
  const { store, repository, urls } = call;
  const url = `${call.url}/check-suites/${String(suite.id)}`;
  const commit = await call.git.commit(suite.headSha);
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", repository.id, suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteState(repository, suite),
    url,
    before: commit?.parents[0] ?? null,
    after: suite.headSha,
    pull_requests: minimalPulls(store, urls, repository, suite.headSha),
    app: appView(store, urls, suite.appId),
    repository: repositoryView(store, urls, repository),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    head_commit: {
      id: suite.headSha,
      tree_id: commit?.tree ?? "",
      message: commit?.message ?? "",
      timestamp: commit?.committer.date ?? suite.createdAt,
      author: { name: commit?.author.name ?? "", email: commit?.author.email ?? "" },
      committer: { name: commit?.committer.name ?? "", email: commit?.committer.email ?? "" },
    },
    latest_check_runs_count: latestCheckRuns(repository, suite.headSha).filter(({ suiteId }) => suiteId === suite.id)
      .length,
    check_runs_url: `${url}/check-runs`,
  };
}
