import assert from "node:assert/strict";

import { asGitHubDescribes } from "../described.ts";
import type { Repository } from "../../../../sandbox/github/model.ts";
import { StandIn } from "../stand-in.ts";
import { clientOf, refusalOf } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
let sha: string;
let seen: string[];
const at = { owner: "kbase", repo: "narrative" };
const workflow = "on:\n  workflow_dispatch:\n  repository_dispatch:\n";

describe("releases in the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    const files = { ".github/workflows/retag.yml": workflow, ".github/workflows/test.yml": "on: push\n" };
    repository = await standIn.repository("narrative", { branches: { main: { files, message: "First" } } });
    sha = (await standIn.store.git(repository).ref("refs/heads/main")) ?? "";
    seen = [];
    standIn.store.events.on(({ name, action }) => seen.push(action === undefined ? name : `${name} ${action}`));
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  describe("a release of the GitHub stand-in", () => {
    it("has a tag once it is published", async () => {
      const { repos, git } = clientOf(standIn);
      const { data } = await repos.createRelease({ ...at, tag_name: "1.0.0", draft: true });
      assert.equal((await refusalOf(git.getRef({ ...at, ref: "tags/1.0.0" }))).status, 404);
      assert.equal((await refusalOf(repos.getLatestRelease(at))).status, 404);
      assert.equal((await refusalOf(repos.getReleaseByTag({ ...at, tag: "1.0.0" }))).status, 404);
      const published = await repos.updateRelease({ ...at, release_id: data.id, draft: false, name: "One" });
      assert.deepEqual([published.data.draft, published.data.published_at], [false, standIn.store.clock.now()]);
      assert.equal((await git.getRef({ ...at, ref: "tags/1.0.0" })).data.object.sha, sha);
      assert.equal((await repos.getReleaseByTag({ ...at, tag: "1.0.0" })).data.id, data.id);
      assert.deepEqual(seen, ["release created", "create", "push", "release published", "release released"]);
    });
    it("is the latest by its date, but for drafts, prereleases and those that shall not be", async () => {
      const { repos } = clientOf(standIn);
      for (const more of [{}, { prerelease: true }, { draft: true }, { make_latest: "false" as const }]) {
        await repos.createRelease({ ...at, tag_name: `1.0.${String(repository.releases.length)}`, ...more });
        standIn.store.clock.advance(60);
      }
      assert.equal((await repos.getLatestRelease(at)).data.tag_name, "1.0.0");
      await repos.createRelease({ ...at, tag_name: "2.0.0" });
      assert.equal((await repos.getLatestRelease(at)).data.tag_name, "2.0.0");
      assert.equal((await refusalOf(repos.createRelease({ ...at, tag_name: "2.0.0" }))).status, 422);
    });
    it("is refused where rules do not allow its tag", async () => {
      const now = standIn.store.clock.now();
      repository.rulesets.push({
        id: 1,
        name: "tags",
        target: "tag",
        enforcement: "active",
        bypassActors: [],
        refName: { include: ["~ALL"], exclude: [] },
        rules: [{ type: "creation" }],
        createdAt: now,
        updatedAt: now,
      });
      assert.equal((await refusalOf(clientOf(standIn).repos.createRelease({ ...at, tag_name: "1.0.0" }))).status, 422);
      assert.deepEqual(repository.releases, []);
    });
  });

  describe("checks and statuses of the GitHub stand-in", () => {
    it("are reported by Apps, go through their states, and make a suite", async () => {
      standIn.installedApp("ci", { checks: "write" });
      const { checks } = clientOf(standIn, "ci");
      const person = clientOf(standIn).checks.create({ ...at, name: "gate", head_sha: sha });
      assert.deepEqual(await refusalOf(person), { status: 403, message: "You must authenticate via a GitHub App." });
      const { data } = await checks.create({ ...at, name: "gate", head_sha: sha, status: "in_progress" });
      assert.deepEqual([data.status, data.conclusion, data.completed_at], ["in_progress", null, null]);
      const one = { ...at, check_run_id: data.id };
      assert.equal((await refusalOf(checks.update({ ...one, status: "completed" }))).status, 422);
      const done = await checks.update({ ...one, conclusion: "failure", output: { title: "T", summary: "S" } });
      assert.deepEqual([done.data.status, done.data.conclusion, done.data.output.title], ["completed", "failure", "T"]);
      await checks.create({ ...at, name: "gate", head_sha: sha, conclusion: "success" });
      const list = async (filter: "latest" | "all") =>
        (await checks.listForRef({ ...at, ref: "main", filter })).data.check_runs.map(({ conclusion }) => conclusion);
      assert.deepEqual(await list("latest"), ["success"]);
      assert.deepEqual(await list("all"), ["failure", "success"]);
      const suites = await checks.listSuitesForRef({ ...at, ref: "main" });
      assert.deepEqual(
        suites.data.check_suites.map(({ status, conclusion, head_branch }) => [status, conclusion, head_branch]),
        [["completed", "success", "main"]],
      );
      standIn.installedApp("other", { checks: "write" });
      const foreign = clientOf(standIn, "other").checks.update({ ...one, conclusion: "success" });
      assert.equal((await refusalOf(foreign)).status, 403);
    });
    it("come to one state together", async () => {
      const { repos } = clientOf(standIn);
      const combined = async () => (await repos.getCombinedStatusForRef({ ...at, ref: "main" })).data;
      assert.deepEqual([(await combined()).state, (await combined()).total_count], ["pending", 0]);
      const set = (context: string, state: "success" | "failure" | "pending") =>
        repos.createCommitStatus({ ...at, sha, context, state });
      await set("a", "success");
      assert.equal((await combined()).state, "success");
      await set("b", "pending");
      assert.equal((await combined()).state, "pending");
      await set("a", "failure");
      assert.equal((await combined()).state, "failure");
      await set("a", "success");
      await set("b", "success");
      assert.deepEqual([(await combined()).state, (await combined()).total_count], ["success", 2]);
      assert.equal((await repos.listCommitStatusesForRef({ ...at, ref: sha })).data.length, 5);
    });
  });

  describe("a deployment of the GitHub stand-in", () => {
    it("makes its environment, has statuses, and retires what was there before", async () => {
      const { repos } = clientOf(standIn);
      const deploy = async () => {
        const wanted = { ref: "main", environment: "appdev", auto_merge: false, payload: { image: "pr-1" } };
        const { data } = await repos.createDeployment({ ...at, ...wanted });
        assert.ok("id" in data);
        await repos.createDeploymentStatus({
          ...at,
          deployment_id: data.id,
          state: "success",
          environment_url: "http://x",
        });
        return data;
      };
      const first = await deploy();
      assert.deepEqual([first.sha, first.payload], [sha, { image: "pr-1" }]);
      await deploy();
      const states = await repos.listDeploymentStatuses({ ...at, deployment_id: first.id });
      assert.deepEqual(
        states.data.map(({ state }) => state),
        ["inactive", "success"],
      );
      assert.equal((await repos.getAllEnvironments(at)).data.environments?.[0]?.name, "appdev");
      assert.equal((await repos.listDeployments({ ...at, environment: "appdev" })).data.length, 2);
      assert.equal((await repos.listDeployments({ ...at, environment: "prod" })).data.length, 0);
    });
    it("is refused for a commit whose checks have not succeeded", async () => {
      const { repos } = clientOf(standIn);
      const wanted = { ...at, ref: "main", auto_merge: false };
      await repos.createCommitStatus({ ...at, sha, context: "gate", state: "failure" });
      assert.equal((await refusalOf(repos.createDeployment(wanted))).status, 409);
      assert.equal((await repos.createDeployment({ ...wanted, required_contexts: [] })).status, 201);
      assert.equal((await refusalOf(repos.createDeployment({ ...wanted, ref: "nowhere" }))).status, 422);
    });
  });

  describe("a dispatch to the GitHub stand-in", () => {
    it("is kept and told, for the repository and for a workflow that has the trigger", async () => {
      const { repos, actions } = clientOf(standIn);
      await repos.createDispatchEvent({ ...at, event_type: "retag", client_payload: { tag: "pr-1" } });
      const dispatch = (workflow_id: string, ref = "main") =>
        actions.createWorkflowDispatch({ ...at, workflow_id, ref, inputs: { tag: "pr-2" } });
      await dispatch("retag.yml");
      assert.deepEqual(await refusalOf(dispatch("test.yml")), {
        status: 422,
        message: "Workflow does not have 'workflow_dispatch' trigger",
      });
      assert.equal((await refusalOf(dispatch("none.yml"))).status, 404);
      assert.equal((await refusalOf(dispatch("retag.yml", "nowhere"))).status, 422);
      assert.deepEqual(
        repository.dispatches.map(({ event, subject, ref, data }) => [event, subject, ref, data]),
        [
          ["repository_dispatch", "retag", null, { tag: "pr-1" }],
          ["workflow_dispatch", ".github/workflows/retag.yml", "refs/heads/main", { tag: "pr-2" }],
        ],
      );
      assert.deepEqual(seen, ["repository_dispatch retag", "workflow_dispatch"]);
      standIn.user("rene");
      const reader = clientOf(standIn, "rene").repos.createDispatchEvent({ ...at, event_type: "retag" });
      assert.equal((await refusalOf(reader)).status, 403);
    });
  });
});
