import assert from "node:assert/strict";

import type { GitHubEvent } from "../../../../sandbox/github/events.ts";
import type { Repository } from "../../../../sandbox/github/model.ts";
import { DescriptionCheck } from "../../../../sandbox/github/openapi/check.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";

const at = "/repos/kbase/auth2";

/** GitHub's description has one payload for all events of this kind, named by an example. */
const described = ({ name, action }: GitHubEvent) =>
  name === "repository_dispatch"
    ? "repository-dispatch-sample.collected"
    : [name, ...(action === undefined ? [] : [action])].join("-").replaceAll("_", "-");

describe("what the GitHub stand-in tells webhooks", () => {
  let github: StandIn;
  let repository: Repository;
  let events: GitHubEvent[] = [];
  let head = "";
  before(async () => {
    github = await StandIn.start();
    const writer = github.user("writer");
    github.installedApp("ci", { checks: "write" });
    repository = await github.repository("auth2", {
      branches: {
        develop: { files: { "a.txt": "a" }, message: "First" },
        feature: { files: { "b.txt": "b" }, message: "Feature", from: "develop" },
      },
    });
    repository.collaborators.push({ id: writer.id, role: "write" });
    head = (await github.store.git(repository).ref("refs/heads/feature")) ?? "";
    github.store.events.on((event) => events.push(event));
  });
  after(() => github.close());
  beforeEach(() => void (events = []));
  asGitHubDescribes(() => github.app);

  const ask = async (request: string, body?: object, as = "olga") => {
    const [method = "", path = ""] = request.split(" ");
    const answer = await github.ask(`${method} ${at}${path}`, { as, ...(body === undefined ? {} : { body }) });
    assert.ok(answer.status < 400, `${request}: ${JSON.stringify(answer.body)}`);
    return answer.body as { id: number; number: number; node_id: string };
  };
  const mutate = async (field: string, input: object) => {
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
    const answer = await github.query(`mutation($input: ${type}!) { ${field}(input: $input) { clientMutationId } }`, {
      input,
    });
    assert.equal(answer.errors, undefined);
  };
  const open = () => ask("POST /pulls", { title: "Feature", head: "feature", base: "develop", draft: true });
  let check: DescriptionCheck;
  before(() => void (check = new DescriptionCheck()));

  const stories: readonly [what: string, story: () => Promise<unknown>, events: readonly string[]][] = [
    ["a commit", () => ask("PUT /contents/c.txt", { message: "c", content: "", branch: "develop" }), ["push"]],
    ["a branch", () => ask("POST /git/refs", { ref: "refs/heads/new", sha: head }), ["create", "push"]],
    ["a branch's end", () => ask("DELETE /git/refs/heads/new"), ["push", "delete"]],
    [
      "a ruleset",
      async () => {
        const conditions = { ref_name: { include: ["refs/heads/none"], exclude: [] } };
        const { id } = await ask("POST /rulesets", {
          name: "x",
          enforcement: "active",
          rules: [{ type: "deletion" }],
          conditions,
        });
        await ask(`PUT /rulesets/${id}`, { name: "y" });
        await ask(`DELETE /rulesets/${id}`);
      },
      ["repository-ruleset-created", "repository-ruleset-edited", "repository-ruleset-deleted"],
    ],
    [
      "a pull request's life",
      async () => {
        const { number, node_id: id } = await open();
        await mutate("markPullRequestReadyForReview", { pullRequestId: id });
        await mutate("convertPullRequestToDraft", { pullRequestId: id });
        await mutate("updatePullRequest", { pullRequestId: id, title: "New" });
        await ask("PUT /contents/d.txt", { message: "d", content: "", branch: "feature" });
        await ask(`POST /issues/${number}/labels`, { labels: ["bug"] });
        await ask(`DELETE /issues/${number}/labels/bug`);
        await ask(`POST /issues/${number}/comments`, { body: "Comment" });
        await ask(`POST /pulls/${number}/requested_reviewers`, { reviewers: ["writer"] });
        await ask(`POST /pulls/${number}/reviews`, { event: "APPROVE" }, "writer");
        await mutate("closePullRequest", { pullRequestId: id });
        await mutate("reopenPullRequest", { pullRequestId: id });
        await mutate("closePullRequest", { pullRequestId: id });
      },
      [
        "pull-request-opened",
        "pull-request-ready-for-review",
        "pull-request-converted-to-draft",
        "pull-request-edited",
        "push",
        "pull-request-synchronize",
        "pull-request-labeled",
        "pull-request-unlabeled",
        "issue-comment-created",
        "pull-request-review-requested",
        "pull-request-review-submitted",
        "pull-request-closed",
        "pull-request-reopened",
        "pull-request-closed",
      ],
    ],
    [
      "a merge",
      async () => {
        const { node_id: id } = await open();
        await mutate("markPullRequestReadyForReview", { pullRequestId: id });
        await mutate("mergePullRequest", { pullRequestId: id });
      },
      ["pull-request-opened", "pull-request-ready-for-review", "push", "pull-request-closed"],
    ],
    [
      "a check",
      async () => {
        const { id } = await ask("POST /check-runs", { name: "gate", head_sha: head, status: "in_progress" }, "ci");
        await ask(`PATCH /check-runs/${id}`, { status: "completed", conclusion: "success" }, "ci");
      },
      ["check-run-created", "check-run-completed"],
    ],
    ["a status", () => ask(`POST /statuses/${head}`, { state: "success", context: "x" }), ["status"]],
    [
      "a deployment",
      async () => {
        const { id } = await ask("POST /deployments", { ref: "develop", environment: "ci", required_contexts: [] });
        const addresses = { environment_url: "http://127.0.0.1/", log_url: "http://127.0.0.1/log" };
        await ask(`POST /deployments/${id}/statuses`, { state: "success", ...addresses });
      },
      ["deployment-created", "deployment-status-created"],
    ],
    [
      "a request to workflows",
      () => ask("POST /dispatches", { event_type: "retag", client_payload: { tag: "pr-7" } }),
      ["repository-dispatch-sample.collected"],
    ],
    [
      "a change of the repository",
      async () => {
        await ask("PATCH ", { description: "New" });
        await ask("PATCH ", { archived: true });
      },
      ["repository-edited", "repository-archived", "repository-edited"],
    ],
  ];
  for (const [what, story, expected] of stories)
    it(`of ${what} is as GitHub describes it`, async () => {
      await story();
      assert.deepEqual(events.map(described), expected);
      for (const event of events) {
        // The description is of an example, as an App gets it.
        const example = { action: "sample.collected", installation: { id: 1, node_id: "I" } };
        const payload = event.name === "repository_dispatch" ? { ...event.payload, ...example } : event.payload;
        assert.deepEqual([described(event), check.webhook(described(event), payload)], [described(event), undefined]);
      }
    });
});
