import assert from "node:assert/strict";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { gitNodeId, nodeId } from "../../../../sandbox/github/node-id.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";
import type { GraphqlAnswer } from "../stand-in.ts";

const commitMutation = `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) {
  clientMutationId commit { oid messageHeadline messageBody author { name } committer { name } parents(first: 1) { nodes { oid } } }
  ref { name target { oid } } } }`;

const pull = `pullRequest { id number title isDraft state merged headRefName baseRefName }`;

describe("mutations of the GraphQL API", () => {
  let github: StandIn;
  let repository: Repository;
  let count = 0;
  before(async () => {
    github = await StandIn.start();
    github.user("writer");
    github.user("reader");
    github.user("other");
    github.user("unscoped", "admin", ["repo"]);
    github.installedApp("drover", { contents: "write", workflows: "write" });
    github.installedApp("no-workflows", { contents: "write" });
  });
  after(() => github.close());
  asGitHubDescribes(() => github.app);
  beforeEach(async () => {
    repository = await github.repository(`repository-${(count += 1)}`, {
      branches: {
        develop: { files: { "a.txt": "a", "run.sh": { content: "#!/bin/sh", executable: true } }, message: "First" },
        feature: { files: { "b.txt": "b" }, message: "Feature", from: "develop" },
        master: { files: { "c.txt": "c" }, message: "Master", from: "develop" },
      },
    });
    const writer = github.store.user("writer");
    repository.collaborators.push({ id: writer?.id ?? 0, role: "write" });
  });

  const git = () => github.store.git(repository);
  const tip = async (branch: string) => (await git().ref(`refs/heads/${branch}`)) ?? "";
  const text = async (branch: string, path: string) => (await git().object(`${branch}:${path}`))?.content.toString();
  const name = () => `kbase/${repository.name}`;
  const first = ({ errors = [] }: GraphqlAnswer) => [errors[0]?.type, errors[0]?.message];

  describe("createCommitOnBranch", () => {
    const commit = async (input: object, as = "olga") =>
      github.query(
        commitMutation,
        {
          input: {
            branch: { repositoryNameWithOwner: name(), branchName: "develop" },
            expectedHeadOid: await tip("develop"),
            message: { headline: "Change" },
            ...input,
          },
        },
        as,
      );
    const adding = (path: string, contents = btoa("new")) => ({ fileChanges: { additions: [{ path, contents }] } });

    it("makes one commit of several additions, changes and deletions", async () => {
      const before = await tip("develop");
      const { data, errors } = await commit({
        clientMutationId: "mine",
        message: { headline: "Change", body: "Because." },
        fileChanges: {
          additions: [
            { path: ".github/workflows/images.yml", contents: btoa("on: push\n") },
            { path: "run.sh", contents: btoa("#!/bin/bash") },
          ],
          deletions: [{ path: "a.txt" }],
        },
      });
      assert.equal(errors, undefined);
      const oid = await tip("develop");
      assert.deepEqual(data?.["createCommitOnBranch"], {
        clientMutationId: "mine",
        commit: {
          oid,
          messageHeadline: "Change",
          messageBody: "Because.",
          author: { name: "olga" },
          committer: { name: "GitHub" },
          parents: { nodes: [{ oid: before }] },
        },
        ref: { name: "develop", target: { oid } },
      });
      assert.deepEqual(
        (await git().tree(oid))?.map((entry) => `${entry.mode} ${entry.name}`),
        ["040000 .github", "100755 run.sh"],
      );
      assert.equal(await text("develop", ".github/workflows/images.yml"), "on: push\n");
    });

    it("takes the branch's global id as well", async () => {
      const id = gitNodeId("Ref", repository.id, "refs/heads/feature");
      const answer = await commit({ branch: { id }, expectedHeadOid: await tip("feature"), ...adding("x") });
      assert.equal(answer.errors, undefined);
      assert.equal(await text("feature", "x"), "new");
    });

    it("refuses when the branch has moved meanwhile, and changes nothing", async () => {
      const stale = await tip("develop");
      await commit(adding("x"));
      const moved = await tip("develop");
      const answer = await commit({ ...adding("y"), expectedHeadOid: stale });
      assert.deepEqual(first(answer), [
        "STALE_DATA",
        `Expected branch to point to "${stale}" but it did not. Pull and try again.`,
      ]);
      assert.equal(await tip("develop"), moved);
    });

    it("lets only one of several at the same time through", async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, (_, index) => commit(adding(`file-${index}`))));
      assert.deepEqual(answers.map(({ errors }) => errors?.[0]?.type).sort(), [
        "STALE_DATA",
        "STALE_DATA",
        "STALE_DATA",
        "STALE_DATA",
        undefined,
      ]);
    });

    const refused: readonly [what: string, input: () => object, as: string, type: string, message: RegExp][] = [
      [
        "a branch that there is not",
        () => ({ branch: { repositoryNameWithOwner: name(), branchName: "none" } }),
        "olga",
        "NOT_FOUND",
        /^No branch named "none"/u,
      ],
      [
        "a repository that there is not",
        () => ({ branch: { repositoryNameWithOwner: "kbase/none", branchName: "x" } }),
        "olga",
        "NOT_FOUND",
        /^Could not resolve to a Repository with the name 'kbase\/none'\.$/u,
      ],
      [
        "deleting what there is not",
        () => ({ fileChanges: { deletions: [{ path: "none" }] } }),
        "olga",
        "UNPROCESSABLE",
        /^A path was requested for deletion which does not exist as of commit oid/u,
      ],
      ["a path out of the repository", () => adding("../x"), "olga", "UNPROCESSABLE", /malformed/u],
      ["git's own folder", () => adding(".git/config"), "olga", "UNPROCESSABLE", /malformed/u],
      [
        "a reader",
        () => adding("x"),
        "reader",
        "FORBIDDEN",
        /^reader does not have the correct permissions to execute `CreateCommitOnBranch`$/u,
      ],
      [
        "a workflow file by an App that may not write workflows",
        () => adding(".github/workflows/x.yml"),
        "no-workflows",
        "FORBIDDEN",
        /^Resource not accessible by integration$/u,
      ],
      [
        "a workflow file by a token without that scope",
        () => adding(".github/workflows/x.yml"),
        "unscoped",
        "FORBIDDEN",
        /^Resource not accessible/u,
      ],
    ];
    for (const [what, input, as, type, message] of refused)
      it(`refuses ${what}`, async () => {
        const before = await tip("develop");
        const [answeredType, answeredMessage = ""] = first(await commit(input(), as));
        assert.equal(answeredType, type);
        assert.match(answeredMessage, message);
        assert.equal(await tip("develop"), before);
      });

    it("is held to rulesets like a push, and lets their bypass actor by", async () => {
      const app = github.store.accounts.apps.find(({ slug }) => slug === "drover");
      repository.rulesets.push({
        id: github.store.nextId(),
        name: "reviews",
        target: "branch",
        enforcement: "active",
        bypassActors: [{ actor_id: app?.id ?? 0, actor_type: "Integration", bypass_mode: "always" }],
        refName: { include: ["refs/heads/develop"], exclude: [] },
        rules: [
          {
            type: "pull_request",
            parameters: {
              dismiss_stale_reviews_on_push: false,
              require_code_owner_review: false,
              require_last_push_approval: false,
              required_approving_review_count: 1,
              required_review_thread_resolution: false,
            },
          },
        ],
        createdAt: "2026-01-01T00:00:00Z",
        updatedAt: "2026-01-01T00:00:00Z",
      });
      assert.deepEqual(first(await commit(adding("x"))), [
        "UNPROCESSABLE",
        "Repository rule violations found\n\nChanges must be made through a pull request.\n\n",
      ]);
      assert.equal((await commit(adding(".github/workflows/x.yml"), "drover")).errors, undefined);
    });
  });

  describe("of pull requests", () => {
    const run = (field: string, type: string, input: object, as = "olga") =>
      github.query(`mutation($input: ${type}!) { ${field}(input: $input) { ${pull} } }`, { input }, as);
    const open = async (input: object = {}, as = "olga") =>
      run(
        "createPullRequest",
        "CreatePullRequestInput",
        {
          repositoryId: nodeId("Repository", repository.id),
          baseRefName: "develop",
          headRefName: "feature",
          title: "Feature",
          ...input,
        },
        as,
      );
    const opened = async (input: object = {}, as = "olga") => {
      const { data, errors } = await open(input, as);
      assert.equal(errors, undefined);
      return (data?.["createPullRequest"] as { pullRequest: { id: string; number: number; isDraft: boolean } })
        .pullRequest;
    };
    const on = (field: string, pullRequestId: string, input: object = {}, as = "olga") =>
      run(field, `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`, { pullRequestId, ...input }, as);
    const seen = async (number: number) =>
      (await github.ask(`GET /repos/kbase/${repository.name}/pulls/${number}`)).body as Record<string, unknown>;

    it("open one, which REST shows too", async () => {
      const made = await opened({ draft: true, body: "Text" });
      assert.equal(made.isDraft, true);
      const { title, body, draft, state } = await seen(made.number);
      assert.deepEqual([title, body, draft, state], ["Feature", "Text", true, "open"]);
    });

    const refused: readonly [what: string, input: object, message: string][] = [
      ["without commits", { headRefName: "develop", baseRefName: "feature" }, "No commits between feature and develop"],
      ["from a branch that there is not", { headRefName: "none" }, "Head ref must be a branch"],
      ["into a branch that there is not", { baseRefName: "none" }, "Base ref must be a branch"],
    ];
    for (const [what, input, message] of refused)
      it(`refuse one ${what}`, async () => assert.deepEqual(first(await open(input)), ["UNPROCESSABLE", message]));

    it("refuse a second of the same branches", async () => {
      await opened();
      assert.deepEqual(first(await open()), ["UNPROCESSABLE", "A pull request already exists for kbase:feature."]);
    });

    it("make it a draft and ready again, and a draft can't be merged", async () => {
      const { id, number } = await opened();
      assert.equal((await on("convertPullRequestToDraft", id)).errors, undefined);
      assert.equal((await seen(number))["draft"], true);
      assert.deepEqual(first(await on("mergePullRequest", id)), ["UNPROCESSABLE", "Pull Request is still a draft"]);
      assert.equal((await on("markPullRequestReadyForReview", id)).errors, undefined);
      assert.equal((await seen(number))["draft"], false);
    });

    it("merge it, at the head that is meant", async () => {
      const { id } = await opened();
      const other = "0".repeat(40);
      assert.deepEqual(first(await on("mergePullRequest", id, { expectedHeadOid: other })), [
        "UNPROCESSABLE",
        "Head branch was modified. Review and try the merge again.",
      ]);
      const input = { mergeMethod: "SQUASH", commitHeadline: "All of it", expectedHeadOid: await tip("feature") };
      const { data, errors } = await on("mergePullRequest", id, input);
      assert.equal(errors, undefined);
      const merged = (data?.["mergePullRequest"] as { pullRequest: object }).pullRequest;
      assert.deepEqual(
        { ...merged, id: "", number: 0 },
        {
          id: "",
          number: 0,
          title: "Feature",
          isDraft: false,
          state: "MERGED",
          merged: true,
          headRefName: "feature",
          baseRefName: "develop",
        },
      );
      assert.equal((await git().commit(await tip("develop")))?.message, "All of it");
    });

    it("change its title, text, base and labels", async () => {
      const { id, number } = await opened();
      const labelIds = repository.labels
        .filter((label) => label.name === "bug")
        .map((label) => nodeId("Label", label.id));
      const { errors } = await on("updatePullRequest", id, { title: "New", body: "", baseRefName: "master", labelIds });
      assert.equal(errors, undefined);
      const now = await seen(number);
      assert.deepEqual(
        [
          now["title"],
          (now["base"] as { ref: string }).ref,
          (now["labels"] as { name: string }[]).map((one) => one.name),
        ],
        ["New", "master", ["bug"]],
      );
    });

    it("close it and open it again, once", async () => {
      const { id, number } = await opened();
      assert.equal((await on("closePullRequest", id)).errors, undefined);
      assert.equal((await seen(number))["state"], "closed");
      assert.deepEqual(first(await on("closePullRequest", id)), ["UNPROCESSABLE", "Could not close the pull request."]);
      assert.equal((await on("reopenPullRequest", id)).errors, undefined);
      assert.equal((await seen(number))["state"], "open");
    });

    it("are for its author and for writers", async () => {
      const { id } = await opened({}, "reader");
      assert.equal((await on("convertPullRequestToDraft", id, {}, "reader")).errors, undefined);
      assert.deepEqual(first(await on("mergePullRequest", id, {}, "reader")), [
        "FORBIDDEN",
        "reader does not have the correct permissions to execute `MergePullRequest`",
      ]);
      assert.equal(first(await on("closePullRequest", id, {}, "other"))[0], "FORBIDDEN");
      assert.equal((await on("closePullRequest", id, {}, "writer")).errors, undefined);
    });

    it("resolve a conversation", async () => {
      const { number } = await opened();
      const comment = await github.ask(`POST /repos/kbase/${repository.name}/pulls/${number}/comments`, {
        body: { body: "Why?", path: "b.txt", line: 1, commit_id: await tip("feature") },
      });
      assert.equal(comment.status, 201);
      const threads = `{ repository(owner: "kbase", name: "${repository.name}") { pullRequest(number: ${number}) {
        reviewThreads(first: 10) { nodes { id isResolved path comments(first: 5) { nodes { body } } } } } } }`;
      const nodes = async () => {
        const { data, errors } = await github.query(threads);
        assert.equal(errors, undefined);
        const found = data?.["repository"] as {
          pullRequest: { reviewThreads: { nodes: { id: string; isResolved: boolean }[] } };
        };
        return found.pullRequest.reviewThreads.nodes;
      };
      const [thread] = await nodes();
      assert.equal(thread?.isResolved, false);
      const query = `mutation($input: ResolveReviewThreadInput!) { resolveReviewThread(input: $input) { thread { isResolved } } }`;
      const answer = await github.query(query, { input: { threadId: thread.id } });
      assert.deepEqual(answer.data, { resolveReviewThread: { thread: { isResolved: true } } });
      assert.equal((await nodes())[0]?.isResolved, true);
    });

    it("are shown with what GitHub works out about a pull request", async () => {
      const { number } = await opened();
      repository.checkRuns = [];
      await github.ask(`POST /repos/kbase/${repository.name}/statuses/${await tip("feature")}`, {
        body: { state: "pending", context: "gate" },
      });
      const { data, errors } = await github.query(
        `{ repository(owner: "kbase", name: "${repository.name}") { pullRequest(number: ${number}) { mergeable mergeStateStatus
           changedFiles additions reviewDecision isCrossRepository headRef { name } commits(last: 1) { totalCount nodes { commit {
           messageHeadline statusCheckRollup { state contexts(first: 10) { nodes { ... on StatusContext { context state } } } } } } } } } }`,
      );
      assert.equal(errors, undefined);
      assert.deepEqual((data?.["repository"] as { pullRequest: object }).pullRequest, {
        mergeable: "MERGEABLE",
        mergeStateStatus: "UNSTABLE",
        changedFiles: 1,
        additions: 1,
        reviewDecision: null,
        isCrossRepository: false,
        headRef: { name: "feature" },
        commits: {
          totalCount: 1,
          nodes: [
            {
              commit: {
                messageHeadline: "Feature",
                statusCheckRollup: { state: "PENDING", contexts: { nodes: [{ context: "gate", state: "PENDING" }] } },
              },
            },
          ],
        },
      });
    });
  });
});
