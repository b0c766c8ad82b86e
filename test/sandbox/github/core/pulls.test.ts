import assert from "node:assert/strict";

import { asGitHubDescribes } from "../described.ts";
import { actionsAppId } from "../../../../sandbox/github/rules/validate.ts";
import { setDraft } from "../../../../sandbox/github/pulls/change.ts";
import { setResolved } from "../../../../sandbox/github/pulls/review.ts";
import type { Repository, Rule } from "../../../../sandbox/github/model.ts";
import { StandIn } from "../stand-in.ts";
import { clientOf, refusalOf } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
const at = { owner: "kbase", repo: "narrative" };

describe("pull requests in the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    repository = await standIn.repository("narrative", {
      branches: {
        develop: { files: { "README.md": "one\n" }, message: "First" },
        main: { from: "develop", files: {}, message: "" },
      },
    });
    const { id } = standIn.user("rob");
    repository.collaborators.push({ id, role: "write" });
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  const branchTip = (branch: string) => standIn.store.git(repository).ref(`refs/heads/${branch}`);

  async function write(branch: string, path: string, content = path, as = "olga") {
    const { repos } = clientOf(standIn, as);
    const sha = await repos.getContent({ ...at, path, ref: branch }).then(
      ({ data }) => ("sha" in data ? data.sha : undefined),
      () => undefined,
    );
    const file = { ...at, path, branch, message: `Write ${path}`, content: Buffer.from(content).toString("base64") };
    const { data } = await repos.createOrUpdateFileContents({ ...file, ...(sha === undefined ? {} : { sha }) });
    return data.commit.sha ?? "";
  }

  /** A pull request of a new branch with one file, into develop. */
  async function open(branch: string, path = `${branch}.txt`, more: object = {}) {
    const { git, pulls } = clientOf(standIn);
    await git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: (await branchTip("develop")) ?? "" });
    await write(branch, path);
    const { data } = await pulls.create({ ...at, title: `Pull ${branch}`, head: branch, base: "develop", ...more });
    return data;
  }

  const contextOf = (number: number) => {
    const issue = repository.issues.find((one) => one.number === number);
    assert.ok(issue?.pullRequest);
    return { store: standIn.store, repository, issue, pull: issue.pullRequest };
  };

  function ruleset(branch: string, rules: Rule[], bypass: Repository["rulesets"][number]["bypassActors"] = []) {
    const now = standIn.store.clock.now();
    repository.rulesets.push({
      id: standIn.store.nextId(),
      name: `of ${branch} ${rules.map(({ type }) => type).join(" ")}`,
      target: "branch",
      enforcement: "active",
      bypassActors: bypass,
      refName: { include: [`refs/heads/${branch}`], exclude: [] },
      rules,
      createdAt: now,
      updatedAt: now,
    });
  }

  const reviewed = (more: Partial<Extract<Rule, { type: "pull_request" }>["parameters"]> = {}): Rule => ({
    type: "pull_request",
    parameters: {
      required_approving_review_count: 1,
      dismiss_stale_reviews_on_push: true,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
      ...more,
    },
  });

  const merge = (pull_number: number, more: object = {}) =>
    clientOf(standIn).pulls.merge({ ...at, pull_number, ...more });
  const approve = (pull_number: number, as = "rob") =>
    clientOf(standIn, as).pulls.createReview({ ...at, pull_number, event: "APPROVE" });
  const state = async (pull_number: number) => (await clientOf(standIn).pulls.get({ ...at, pull_number })).data;

  describe("opening a pull request", () => {
    it("is refused between branches that do not differ or are not there", async () => {
      const { pulls } = clientOf(standIn);
      const create = async (head: string, base: string) => {
        const { status, body } = await standIn.ask("POST /api/v3/repos/kbase/narrative/pulls", {
          body: { title: "Release", head, base },
        });
        return [status, (body as { errors: { message?: string; field?: string }[] }).errors[0]] as const;
      };
      const none = "No commits between main and develop";
      assert.deepEqual(await create("develop", "main"), [
        422,
        { resource: "PullRequest", code: "custom", message: none },
      ]);
      assert.deepEqual(await create("nowhere", "main"), [
        422,
        { resource: "PullRequest", field: "head", code: "invalid" },
      ]);
      assert.equal((await create("develop", "nowhere"))[1]?.field, "base");
      await write("develop", "new.txt");
      await pulls.create({ ...at, title: "Release", head: "develop", base: "main", draft: true });
      assert.equal((await create("develop", "main"))[1]?.message, "A pull request already exists for kbase:develop.");
    });
    it("gives it a number, refs of its own, and everything that clients ask for", async () => {
      const seen: string[] = [];
      standIn.store.events.on(({ name, action }) => seen.push(`${name} ${action ?? ""}`.trim()));
      const data = await open("feature", "a.txt", { draft: true, body: "why" });
      assert.deepEqual(
        [data.number, data.state, data.draft, data.merged, data.commits, data.changed_files, data.additions],
        [1, "open", true, false, 1, 1, 1],
      );
      assert.deepEqual(
        [data.head.label, data.base.ref, data.mergeable, data.mergeable_state],
        ["kbase:feature", "develop", true, "draft"],
      );
      const git = standIn.store.git(repository);
      assert.equal(await git.ref("refs/pull/1/head"), data.head.sha);
      const merged = await git.commit((await git.ref("refs/pull/1/merge")) ?? "");
      assert.deepEqual(merged?.parents, [data.base.sha, data.head.sha]);
      assert.deepEqual(seen.slice(-2), ["push", "pull_request opened"]);
    });
    it("is not for GitHub Actions unless the repository lets it", async () => {
      const app = standIn.installedApp("github-actions", { contents: "write", pull_requests: "write" });
      app.id = actionsAppId;
      const token = standIn.store.accounts.tokens.at(-1);
      assert.ok(token);
      token.appId = actionsAppId;
      await write("develop", "new.txt");
      const create = () =>
        clientOf(standIn, "github-actions").pulls.create({ ...at, title: "R", head: "develop", base: "main" });
      assert.deepEqual(await refusalOf(create()), {
        status: 403,
        message: "GitHub Actions is not permitted to create or approve pull requests.",
      });
      repository.actionsSettings.canApprovePullRequestReviews = true;
      assert.equal((await create()).data.user.login, "github-actions[bot]");
    });
    it("is listed by state, base and head", async () => {
      await open("one");
      await open("two");
      const { pulls } = clientOf(standIn);
      await pulls.update({ ...at, pull_number: 1, state: "closed" });
      const list = async (query: object) => (await pulls.list({ ...at, ...query })).data.map(({ number }) => number);
      assert.deepEqual(await list({}), [2]);
      assert.deepEqual(await list({ state: "all" }), [2, 1]);
      assert.deepEqual(await list({ state: "all", head: "kbase:one" }), [1]);
      assert.deepEqual(await list({ base: "main" }), []);
    });
  });

  describe("merging a pull request", () => {
    it("of a draft is refused until it is ready", async () => {
      await open("feature", "a.txt", { draft: true });
      assert.deepEqual(await refusalOf(merge(1)), { status: 405, message: "Pull Request is still a draft" });
      const user = standIn.store.user("olga") ?? assert.fail();
      await standIn.store.lock(repository, () => setDraft(contextOf(1), { user, workflows: true }, false));
      assert.equal((await merge(1)).data.merged, true);
      assert.equal((await refusalOf(merge(1))).status, 405);
    });
    it("makes a merge commit, one commit, or the same commits again", async () => {
      const git = standIn.store.git(repository);
      const subjects = async (count: number) =>
        (await git.text(["log", "--format=%s|%an|%cn", `-${count}`, "develop"])).split("\n");
      await open("one");
      const { data } = await merge(1);
      assert.equal(data.sha, await branchTip("develop"));
      assert.equal((await git.commit(data.sha))?.parents.length, 2);
      assert.equal((await subjects(1))[0], "Merge pull request #1 from kbase/one|olga|GitHub");
      await open("two");
      await write("two", "two-more.txt");
      await merge(2, { merge_method: "squash" });
      assert.deepEqual(await subjects(1), ["Pull two (#2)|olga|GitHub"]);
      await open("three");
      await write("three", "three-more.txt");
      await write("develop", "meanwhile.txt");
      await merge(3, { merge_method: "rebase" });
      assert.deepEqual(await subjects(3), [
        "Write three-more.txt|olga|GitHub",
        "Write three.txt|olga|GitHub",
        "Write meanwhile.txt|olga|GitHub",
      ]);
      assert.equal(await git.text(["fsck", "--strict", "--no-dangling"]), "");
      const merged = await state(3);
      assert.deepEqual(
        [merged.merged, merged.merged_by?.login, merged.mergeable_state, merged.commits],
        [true, "olga", "unknown", 2],
      );
    });
    it("is refused for another head than is meant, by a method that is switched off, and where it conflicts", async () => {
      await open("feature", "README.md");
      assert.deepEqual(await refusalOf(merge(1, { sha: "0".repeat(40) })), {
        status: 409,
        message: "Head branch was modified. Review and try the merge again.",
      });
      repository.merge.allowSquashMerge = false;
      assert.deepEqual(await refusalOf(merge(1, { merge_method: "squash" })), {
        status: 405,
        message: "Squash merges are not allowed on this repository.",
      });
      await write("develop", "README.md", "other\n");
      assert.equal((await state(1)).mergeable_state, "dirty");
      assert.deepEqual(await refusalOf(merge(1)), { status: 405, message: "Pull Request is not mergeable" });
    });
    it("closes it where the commits get into the base by another way", async () => {
      await open("feature");
      const { git } = clientOf(standIn);
      await git.updateRef({ ...at, ref: "heads/develop", sha: (await branchTip("feature")) ?? "" });
      const pull = await state(1);
      assert.deepEqual([pull.merged, pull.merge_commit_sha], [true, await branchTip("feature")]);
    });
    it("closes it unmerged when its branch is deleted", async () => {
      await open("feature");
      await clientOf(standIn).git.deleteRef({ ...at, ref: "heads/feature" });
      const pull = await state(1);
      assert.deepEqual([pull.state, pull.merged], ["closed", false]);
      const reopen = clientOf(standIn).pulls.update({ ...at, pull_number: 1, state: "open" });
      assert.equal((await refusalOf(reopen)).status, 422);
    });
  });

  describe("deletion of a merged branch", () => {
    beforeEach(async () => {
      repository.merge.deleteBranchOnMerge = true;
      // With develop as the default branch GitHub would keep it anyway.
      await clientOf(standIn).repos.update({ ...at, default_branch: "main" });
    });
    const release = async () => {
      await write("develop", "new.txt");
      await clientOf(standIn).pulls.create({ ...at, title: "Release", head: "develop", base: "main" });
    };
    it("takes develop away with the release pull request", async () => {
      await release();
      await merge(1);
      assert.equal(await branchTip("develop"), undefined);
    });
    it("is prevented by a deletion rule that nobody bypasses", async () => {
      ruleset("develop", [{ type: "deletion" }]);
      await release();
      assert.equal((await merge(1)).data.merged, true);
      assert.notEqual(await branchTip("develop"), undefined);
    });
    it("is not prevented by a deletion rule that the merging person bypasses", async () => {
      ruleset(
        "develop",
        [{ type: "deletion" }],
        [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "always" }],
      );
      await release();
      await merge(1);
      assert.equal(await branchTip("develop"), undefined);
    });
    it("moves pull requests into it to what it was merged into", async () => {
      const { git, pulls } = clientOf(standIn);
      await release();
      await git.createRef({ ...at, ref: "refs/heads/late", sha: (await branchTip("develop")) ?? "" });
      await write("late", "late.txt");
      await pulls.create({ ...at, title: "Late", head: "late", base: "develop" });
      await merge(1);
      const late = await state(2);
      assert.deepEqual([late.state, late.base.ref], ["open", "main"]);
    });
  });

  describe("rules about merging", () => {
    it("want approvals that count: of others who may write, of the present head", async () => {
      ruleset("develop", [reviewed()]);
      await open("feature");
      const problem = /At least 1 approving review is required by reviewers with write access\./;
      assert.match((await refusalOf(merge(1))).message, problem);
      assert.equal((await state(1)).mergeable_state, "blocked");
      assert.equal((await refusalOf(approve(1, "olga"))).status, 422);
      standIn.user("passer-by");
      await approve(1, "passer-by");
      assert.match((await refusalOf(merge(1))).message, problem);
      await approve(1);
      assert.equal((await state(1)).mergeable_state, "clean");
      await write("feature", "later.txt");
      assert.match((await refusalOf(merge(1))).message, problem);
      await approve(1);
      await clientOf(standIn, "rob").pulls.createReview({
        ...at,
        pull_number: 1,
        event: "REQUEST_CHANGES",
        body: "no",
      });
      assert.match((await refusalOf(merge(1))).message, /Changes have been requested/);
      await approve(1);
      assert.equal((await merge(1)).data.merged, true);
    });
    it("want approval of code owners, and of somebody who did not push last", async () => {
      const ada = standIn.user("ada");
      const team = standIn.team("devops", ada);
      repository.teams.push({ id: team.id, role: "write" });
      await write("develop", ".github/CODEOWNERS", "*.md @kbase/devops\n");
      ruleset("develop", [reviewed({ require_code_owner_review: true, require_last_push_approval: true })], []);
      await open("feature", "docs.md");
      await approve(1);
      assert.match((await refusalOf(merge(1))).message, /Waiting on code owner review from kbase\/devops\./);
      await write("feature", "more.txt", "x", "ada");
      await approve(1, "ada");
      assert.match((await refusalOf(merge(1))).message, /someone other than the last pusher/);
      await approve(1);
      assert.equal((await merge(1)).data.merged, true);
    });
    it("want conversations to be resolved", async () => {
      ruleset("develop", [reviewed({ required_approving_review_count: 0, required_review_thread_resolution: true })]);
      await open("feature");
      const comments = [{ path: "feature.txt", line: 1, body: "why?" }];
      await clientOf(standIn, "rob").pulls.createReview({
        ...at,
        pull_number: 1,
        event: "COMMENT",
        body: "one thing",
        comments,
      });
      assert.match((await refusalOf(merge(1))).message, /A conversation must be resolved/);
      const [comment] = (await clientOf(standIn).pulls.listReviewComments({ ...at, pull_number: 1 })).data;
      setResolved(contextOf(1), Number(comment?.id), true);
      assert.equal((await merge(1)).data.merged, true);
    });
    it("want checks of the App that they name, and no other's", async () => {
      const gate = standIn.installedApp("gate", { checks: "write", statuses: "write" });
      standIn.installedApp("impostor", { checks: "write", statuses: "write" });
      const required = [{ context: "gate", integration_id: gate.id }];
      ruleset("develop", [
        {
          type: "required_status_checks",
          parameters: { strict_required_status_checks_policy: false, required_status_checks: required },
        },
      ]);
      const { head } = await open("feature");
      const report = (as: string, conclusion: "success" | "failure" | "skipped") =>
        clientOf(standIn, as).checks.create({ ...at, name: "gate", head_sha: head.sha, conclusion });
      await report("impostor", "success");
      await clientOf(standIn).repos.createCommitStatus({ ...at, sha: head.sha, context: "gate", state: "success" });
      assert.match((await refusalOf(merge(1))).message, /Required status check "gate" is expected\./);
      await report("gate", "failure");
      assert.match((await refusalOf(merge(1))).message, /Required status check "gate" is failing\./);
      await report("gate", "skipped");
      assert.equal((await merge(1)).data.merged, true, "a skipped check counts as a success");
    });
    it("want a head that is up to date, where they are strict", async () => {
      const required = [{ context: "gate" }];
      const parameters = { strict_required_status_checks_policy: true, required_status_checks: required };
      const { head } = await open("feature");
      await write("develop", "meanwhile.txt");
      ruleset("develop", [{ type: "required_status_checks", parameters }]);
      const { repos, pulls } = clientOf(standIn);
      await repos.createCommitStatus({ ...at, sha: head.sha, context: "gate", state: "success" });
      assert.equal((await state(1)).mergeable_state, "behind");
      assert.match((await refusalOf(merge(1))).message, /out-of-date/);
      await pulls.updateBranch({ ...at, pull_number: 1 });
      const sha = (await branchTip("feature")) ?? "";
      await repos.createCommitStatus({ ...at, sha, context: "gate", state: "success" });
      assert.equal((await merge(1)).data.merged, true);
    });
    it("allow the methods that they name, and no merge commits where history is linear", async () => {
      ruleset("develop", [
        reviewed({ required_approving_review_count: 0, allowed_merge_methods: ["squash", "merge"] }),
        { type: "required_linear_history" },
      ]);
      await open("feature");
      assert.match((await refusalOf(merge(1, { merge_method: "rebase" }))).message, /allows only these merge methods/);
      assert.match((await refusalOf(merge(1))).message, /must not contain merge commits/);
      assert.equal((await merge(1, { merge_method: "squash" })).data.merged, true);
    });
    it("let bypass actors for pull requests merge", async () => {
      ruleset("develop", [reviewed()], [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "pull_request" }]);
      await open("feature");
      const rob = clientOf(standIn, "rob").pulls.merge({ ...at, pull_number: 1 });
      assert.match((await refusalOf(rob)).message, /approving review/);
      assert.equal((await merge(1)).data.merged, true);
    });
  });

  describe("a pull request as an issue", () => {
    it("has labels and comments", async () => {
      await open("feature");
      const { issues } = clientOf(standIn);
      const actions: (string | undefined)[] = [];
      standIn.store.events.on(({ action }) => actions.push(action));
      await issues.addLabels({ ...at, issue_number: 1, labels: ["bug", "deploy"] });
      await issues.removeLabel({ ...at, issue_number: 1, name: "bug" });
      assert.deepEqual(
        (await state(1)).labels.map(({ name }) => name),
        ["deploy"],
      );
      const { data } = await issues.createComment({ ...at, issue_number: 1, body: "done" });
      await issues.updateComment({ ...at, comment_id: data.id, body: "done!" });
      assert.deepEqual(
        (await issues.listComments({ ...at, issue_number: 1 })).data.map(({ body }) => body),
        ["done!"],
      );
      assert.deepEqual(actions, ["labeled", "labeled", "unlabeled", "created", "edited"]);
      assert.equal((await refusalOf(issues.removeLabel({ ...at, issue_number: 1, name: "bug" }))).status, 404);
    });
    it("tells what a push to it changed", async () => {
      const before = (await open("feature")).head.sha;
      const seen: unknown[] = [];
      standIn.store.events.on(({ name, action, payload }) =>
        name === "pull_request" ? seen.push([action, payload["before"], payload["after"]]) : undefined,
      );
      const after = await write("feature", "more.txt");
      assert.deepEqual(seen, [["synchronize", before, after]]);
    });
  });

  describe("a pull request from a fork", () => {
    it("follows the fork's branch, and is merged without deleting it", async () => {
      standIn.user("stranger", null);
      const stranger = clientOf(standIn, "stranger");
      await stranger.repos.createFork(at);
      const fork = { owner: "stranger", repo: "narrative" };
      const file = { ...fork, path: "new.txt", branch: "develop", message: "New", content: "eA==" };
      await stranger.repos.createOrUpdateFileContents(file);
      const { data } = await stranger.pulls.create({
        ...at,
        title: "From outside",
        head: "stranger:develop",
        base: "develop",
      });
      assert.deepEqual([data.head.label, data.head.repo.full_name], ["stranger:develop", "stranger/narrative"]);
      const pushed = await stranger.repos.createOrUpdateFileContents({ ...file, path: "more.txt" });
      assert.equal((await state(1)).head.sha, pushed.data.commit.sha);
      assert.equal(await standIn.store.git(repository).ref("refs/pull/1/head"), pushed.data.commit.sha);
      repository.merge.deleteBranchOnMerge = true;
      const refused = stranger.pulls.merge({ ...at, pull_number: 1 });
      assert.equal((await refusalOf(refused)).status, 403);
      assert.equal((await merge(1)).data.merged, true);
      assert.equal(
        (await stranger.repos.getBranch({ ...fork, branch: "develop" })).data.commit.sha,
        pushed.data.commit.sha,
      );
    });
  });
});
