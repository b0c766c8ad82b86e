import assert from "node:assert/strict";

import { actionsAppId } from "../../../../sandbox/github/rules/validate.ts";
import type { Repository } from "../../../../sandbox/github/model.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";
import { clientOf, refusalOf } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
const at = { owner: "kbase", repo: "narrative" };

describe("rulesets in the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    repository = await standIn.repository("narrative", {
      branches: { develop: { files: { a: "a" }, message: "First" }, main: { from: "develop", files: {}, message: "" } },
    });
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  const path = "/api/v3/repos/kbase/narrative/rulesets";
  const wanted = (more: object = {}) => ({
    name: "long-lived",
    target: "branch",
    enforcement: "active",
    conditions: { ref_name: { include: ["refs/heads/develop", "~DEFAULT_BRANCH"], exclude: [] } },
    rules: [{ type: "deletion" }, { type: "non_fast_forward" }],
    ...more,
  });
  async function create(more: object = {}) {
    const { status, body } = await standIn.ask(`POST ${path}`, { body: wanted(more) });
    return { ...(body as { id: number; message?: string; errors?: string[] }), status };
  }

  describe("a ruleset of the GitHub stand-in", () => {
    it("is answered as it was written, with the values that GitHub takes for what was left out", async () => {
      const app = standIn.installedApp("gate", { checks: "write" });
      const review = {
        required_approving_review_count: 1,
        dismiss_stale_reviews_on_push: true,
        require_code_owner_review: true,
        require_last_push_approval: false,
        required_review_thread_resolution: true,
      };
      const checks = [{ context: "gate", integration_id: app.id }, { context: "unit_test" }];
      const { id } = await create({
        bypass_actors: [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "pull_request" }],
        rules: [
          { type: "update" },
          { type: "pull_request", parameters: review },
          {
            type: "required_status_checks",
            parameters: { strict_required_status_checks_policy: true, required_status_checks: checks },
          },
        ],
      });
      const { data } = await clientOf(standIn).repos.getRepoRuleset({ ...at, ruleset_id: id, includes_parents: false });
      const { name, target, enforcement, conditions, bypass_actors, rules, source, source_type } = data;
      assert.deepEqual(
        { name, target, enforcement, conditions, bypass_actors, rules, source, source_type },
        {
          name: "long-lived",
          target: "branch",
          enforcement: "active",
          conditions: { ref_name: { include: ["refs/heads/develop", "~DEFAULT_BRANCH"], exclude: [] } },
          bypass_actors: [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "pull_request" }],
          rules: [
            { type: "update", parameters: { update_allows_fetch_and_merge: false } },
            { type: "pull_request", parameters: { ...review, allowed_merge_methods: ["merge", "squash", "rebase"] } },
            {
              type: "required_status_checks",
              parameters: {
                strict_required_status_checks_policy: true,
                do_not_enforce_on_create: false,
                required_status_checks: checks,
              },
            },
          ],
          source: "kbase/narrative",
          source_type: "Repository",
        },
      );
      assert.equal(data.current_user_can_bypass, "pull_requests_only");
    });
    it("has a name of its own", async () => {
      await create();
      const { status, errors } = await create({ name: "Long-Lived" });
      assert.deepEqual([status, errors], [422, ["Name must be unique"]]);
    });
    it("shows its bypass actors only to who may change it", async () => {
      const { id } = await create({
        bypass_actors: [{ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }],
      });
      standIn.user("rene");
      const seen = async (as: string) =>
        (await clientOf(standIn, as).repos.getRepoRuleset({ ...at, ruleset_id: id })).data.bypass_actors;
      assert.deepEqual(await seen("olga"), [{ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }]);
      assert.equal(await seen("rene"), undefined);
    });
    it("takes only bypass actors that GitHub would take", async () => {
      const app = standIn.installedApp("robot", {});
      const team = standIn.team("devops");
      const of = async (actor_type: string, actor_id: number | null) => {
        const bypass_actors = [{ actor_type, actor_id, bypass_mode: "always" }];
        const { status } = await create({ name: `${actor_type} ${String(actor_id)}`, bypass_actors });
        return status;
      };
      assert.equal(await of("Team", team.id), 201);
      assert.equal(await of("Integration", app.id), 201);
      assert.equal(await of("RepositoryRole", 2), 201);
      assert.equal(await of("DeployKey", null), 201);
      for (const [type, id] of [
        ["Team", 1],
        ["Integration", 1],
        ["Integration", actionsAppId],
        ["RepositoryRole", 77],
      ] as const)
        assert.equal(await of(type, id), 422, `${type} ${String(id)}`);
    });
    it("is refused with patterns that name no refs, rules that it can't have, and plans that do not have it", async () => {
      const include = (...patterns: string[]) => ({ conditions: { ref_name: { include: patterns, exclude: [] } } });
      assert.deepEqual((await create(include("develop"))).errors, ["Invalid target patterns: 'develop'"]);
      assert.equal((await create({ target: "tag", ...include("refs/heads/x") })).status, 422);
      const review = {
        required_approving_review_count: 0,
        dismiss_stale_reviews_on_push: false,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_review_thread_resolution: false,
      };
      const tag = { target: "tag", ...include("refs/tags/v*"), rules: [{ type: "pull_request", parameters: review }] };
      assert.equal((await create(tag)).status, 422);
      assert.equal((await create({ rules: [{ type: "deletion" }, { type: "deletion" }] })).status, 422);
      const unknown = [{ context: "gate", integration_id: 12 }];
      const parameters = { strict_required_status_checks_policy: false, required_status_checks: unknown };
      assert.equal((await create({ rules: [{ type: "required_status_checks", parameters }] })).status, 422);
      standIn.organization.plan = "team";
      assert.equal((await create({ enforcement: "evaluate" })).status, 422);
      standIn.organization.plan = "free";
      repository.visibility = "private";
      assert.equal(
        (await create()).message,
        "Upgrade to GitHub Pro or make this repository public to enable this feature.",
      );
    });
    it("is changed by what a request names, and deleted", async () => {
      const { id } = await create({
        bypass_actors: [{ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }],
      });
      const { repos } = clientOf(standIn);
      const { data } = await repos.updateRepoRuleset({ ...at, ruleset_id: id, enforcement: "disabled" });
      assert.deepEqual([data.enforcement, data.name, data.bypass_actors?.length], ["disabled", "long-lived", 1]);
      const none = await repos.updateRepoRuleset({ ...at, ruleset_id: id, bypass_actors: [] });
      assert.deepEqual(none.data.bypass_actors, []);
      assert.deepEqual(
        (await repos.getRepoRulesets(at)).data.map((one) => one.id),
        [id],
      );
      await repos.deleteRepoRuleset({ ...at, ruleset_id: id });
      assert.equal((await refusalOf(repos.getRepoRuleset({ ...at, ruleset_id: id }))).status, 404);
    });
    it("is told of as rules of the branches that it is about", async () => {
      await create();
      await create({ name: "off", enforcement: "disabled", rules: [{ type: "update" }] });
      const rules = async (branch: string) =>
        (await clientOf(standIn).repos.getBranchRules({ ...at, branch })).data.map(({ type }) => type);
      assert.deepEqual(await rules("develop"), ["deletion", "non_fast_forward"]);
      assert.deepEqual(await rules("main"), []);
      repository.defaultBranch = "main";
      assert.deepEqual(await rules("main"), ["deletion", "non_fast_forward"]);
      const branches = (await clientOf(standIn).repos.listBranches(at)).data;
      assert.deepEqual(
        branches.map(({ name, protected: guarded }) => [name, guarded]),
        [
          ["develop", true],
          ["main", true],
        ],
      );
    });
  });

  describe("a ruleset against the API", () => {
    const file = (branch: string, as = "olga") =>
      clientOf(standIn, as).repos.createOrUpdateFileContents({
        ...at,
        path: "new",
        message: "x",
        content: "eA==",
        branch,
      });

    it("refuses a file with 409, and lets an App that it names write it", async () => {
      const app = standIn.installedApp("drover", { contents: "write" });
      standIn.installedApp("other", { contents: "write" });
      const bypass = [{ actor_id: app.id, actor_type: "Integration", bypass_mode: "always" }];
      await create({ rules: [{ type: "update" }], bypass_actors: bypass });
      assert.deepEqual(await refusalOf(file("develop")), {
        status: 409,
        message: "Repository rule violations found\n\nCannot update this protected ref.\n\n",
      });
      assert.equal((await refusalOf(file("develop", "other"))).status, 409);
      assert.equal((await file("develop", "drover")).status, 201);
    });
    it("refuses deletion, creation and force of refs with 422", async () => {
      const { git } = clientOf(standIn);
      const sha = (await git.getRef({ ...at, ref: "heads/main" })).data.object.sha;
      repository.defaultBranch = "main";
      await create();
      const message = "Repository rule violations found\n\nCannot delete this branch\n\n";
      assert.deepEqual(await refusalOf(git.deleteRef({ ...at, ref: "heads/develop" })), { status: 422, message });
      await file("develop");
      const forced = git.updateRef({ ...at, ref: "heads/develop", sha, force: true });
      assert.match((await refusalOf(forced)).message, /Cannot force-push to this branch/);
      const restrict = {
        name: "new",
        rules: [{ type: "creation" }],
        conditions: { ref_name: { include: ["refs/heads/release/**/*"], exclude: [] } },
      };
      await create(restrict);
      const made = git.createRef({ ...at, ref: "refs/heads/release/1/x", sha });
      assert.match((await refusalOf(made)).message, /Cannot create ref due to creations being restricted/);
      assert.equal((await git.createRef({ ...at, ref: "refs/heads/feature", sha })).status, 201);
    });
    it("of tags keeps versions where they are", async () => {
      const { git } = clientOf(standIn);
      const sha = (await git.getRef({ ...at, ref: "heads/main" })).data.object.sha;
      const include = ["refs/tags/[0-9]*"];
      await create({
        target: "tag",
        conditions: { ref_name: { include, exclude: [] } },
        rules: [{ type: "update" }, { type: "deletion" }],
      });
      await git.createRef({ ...at, ref: "refs/tags/1.0.0", sha });
      const next = (await file("develop")).data.commit.sha ?? "";
      const moved = git.updateRef({ ...at, ref: "tags/1.0.0", sha: next, force: true });
      assert.equal((await refusalOf(moved)).status, 422);
      assert.equal((await refusalOf(git.deleteRef({ ...at, ref: "tags/1.0.0" }))).status, 422);
      await git.createRef({ ...at, ref: "refs/tags/nightly", sha });
      assert.equal((await git.updateRef({ ...at, ref: "tags/nightly", sha: next })).status, 200);
    });
    it("asks a direct write for the checks that a merge would need", async () => {
      const parameters = { strict_required_status_checks_policy: false, required_status_checks: [{ context: "gate" }] };
      await create({ rules: [{ type: "required_status_checks", parameters }] });
      assert.match((await refusalOf(file("develop"))).message, /Required status check "gate" is expected\./);
    });
  });

  describe("classic branch protection", () => {
    it("keeps everybody but admins from writing, and admins too where it says so", async () => {
      const { id } = standIn.user("dana");
      repository.collaborators.push({ id, role: "write" });
      const { BranchProtection } = await import("../../../../sandbox/github/model.ts");
      const protection = BranchProtection.parse({ id: 1, pattern: "dev*", requiresApprovingReviews: true });
      repository.branchProtections.push(protection);
      const write = (as: string, path: string) =>
        clientOf(standIn, as).repos.createOrUpdateFileContents({
          ...at,
          path,
          message: "x",
          content: "eA==",
          branch: "develop",
        });
      assert.deepEqual(await refusalOf(write("dana", "a1")), {
        status: 409,
        message: "Could not change file: Changes must be made through a pull request.",
      });
      assert.equal((await write("olga", "a2")).status, 201);
      protection.isAdminEnforced = true;
      assert.equal((await refusalOf(write("olga", "a3"))).status, 409);
      protection.bypassPullRequestAllowances.users.push(id);
      assert.equal((await write("dana", "a4")).status, 201);
    });
  });
});
