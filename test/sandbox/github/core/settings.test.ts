import assert from "node:assert/strict";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";
import { clientOf, refusalOf } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
const at = { owner: "kbase", repo: "narrative" };

describe("settings in the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    repository = await standIn.repository("narrative");
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  describe("a variable of the GitHub stand-in", () => {
    it("is made, read with its value and dates, changed, renamed and deleted", async () => {
      const { actions } = clientOf(standIn);
      await actions.createRepoVariable({ ...at, name: "stage", value: "one" });
      standIn.store.clock.advance(60);
      await actions.updateRepoVariable({ ...at, name: "STAGE", value: "two" });
      const { data } = await actions.getRepoVariable({ ...at, name: "stage" });
      assert.deepEqual(data, {
        name: "STAGE",
        value: "two",
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:01:00Z",
      });
      assert.deepEqual(await refusalOf(actions.createRepoVariable({ ...at, name: "Stage", value: "" })), {
        status: 409,
        message: "Already exists - Variable already exists",
      });
      assert.equal((await refusalOf(actions.createRepoVariable({ ...at, name: "GITHUB_X", value: "" }))).status, 422);
      await standIn.ask("PATCH /repos/kbase/narrative/actions/variables/STAGE", { body: { name: "OTHER" } });
      await actions.deleteRepoVariable({ ...at, name: "OTHER" });
      assert.equal((await refusalOf(actions.deleteRepoVariable({ ...at, name: "OTHER" }))).status, 404);
    });
    it("is listed ten a page, thirty at most", async () => {
      const { actions } = clientOf(standIn);
      for (let index = 0; index < 35; index++)
        await actions.createRepoVariable({ ...at, name: `V${String(index).padStart(2, "0")}`, value: "x" });
      const count = async (query: object) => {
        const { data } = await actions.listRepoVariables({ ...at, ...query });
        return [data.total_count, data.variables.length, data.variables[0]?.name];
      };
      assert.deepEqual(await count({}), [35, 10, "V00"]);
      assert.deepEqual(await count({ per_page: 30, page: 2 }), [35, 5, "V30"]);
    });
    it("of an environment is its own", async () => {
      const { actions, repos } = clientOf(standIn);
      await repos.createOrUpdateEnvironment({ ...at, environment_name: "ci" });
      const environment = { ...at, environment_name: "ci" };
      await actions.createEnvironmentVariable({ ...environment, name: "A", value: "1" });
      await actions.updateEnvironmentVariable({ ...environment, name: "A", value: "2" });
      assert.equal((await actions.getEnvironmentVariable({ ...environment, name: "A" })).data.value, "2");
      assert.equal((await refusalOf(actions.getRepoVariable({ ...at, name: "A" }))).status, 404);
    });
  });

  describe("an environment of the GitHub stand-in", () => {
    it("has reviewers, a wait timer and branches, and loses what the next request leaves out", async () => {
      const { repos } = clientOf(standIn);
      const olga = standIn.store.user("olga") ?? assert.fail();
      const team = standIn.team("devops", olga);
      const name = { ...at, environment_name: "prod" };
      const { data } = await repos.createOrUpdateEnvironment({
        ...name,
        wait_timer: 5,
        prevent_self_review: true,
        reviewers: [
          { type: "Team", id: team.id },
          { type: "User", id: olga.id },
        ],
        deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
      });
      const rules = data.protection_rules ?? [];
      assert.deepEqual(
        rules.map(({ type }) => type),
        ["wait_timer", "required_reviewers", "branch_policy"],
      );
      const reviewers = rules.flatMap((rule) => ("reviewers" in rule ? (rule.reviewers ?? []) : []));
      assert.deepEqual(
        reviewers.map(({ type, reviewer }) => [type, reviewer?.id]),
        [
          ["Team", team.id],
          ["User", olga.id],
        ],
      );
      const policy = await repos.createDeploymentBranchPolicy({ ...name, name: "release/*" });
      const one = { ...name, branch_policy_id: policy.data.id ?? 0 };
      await repos.updateDeploymentBranchPolicy({ ...one, name: "main" });
      assert.equal((await repos.getDeploymentBranchPolicy(one)).data.name, "main");
      await repos.deleteDeploymentBranchPolicy(one);
      assert.equal((await refusalOf(repos.getDeploymentBranchPolicy(one))).status, 404);
      const plain = await repos.createOrUpdateEnvironment(name);
      assert.deepEqual([plain.data.protection_rules, plain.data.deployment_branch_policy], [[], null]);
      assert.equal(plain.data.id, data.id);
      await repos.deleteAnEnvironment(name);
      assert.equal((await repos.getAllEnvironments(at)).data.total_count, 0);
    });
    it("refuses reviewers who can't read the repository, and policies that contradict themselves", async () => {
      const { repos } = clientOf(standIn);
      repository.visibility = "private";
      const { id } = standIn.user("stranger", null);
      const wanted = (more: object) =>
        refusalOf(repos.createOrUpdateEnvironment({ ...at, environment_name: "prod", ...more }));
      assert.equal((await wanted({ reviewers: [{ type: "User", id }] })).status, 422);
      const policy = { protected_branches: true, custom_branch_policies: true };
      assert.equal((await wanted({ deployment_branch_policy: policy })).status, 422);
      const without = repos.createDeploymentBranchPolicy({ ...at, environment_name: "prod", name: "x" });
      assert.equal((await refusalOf(without)).status, 404);
    });
  });

  describe("Actions' settings of the GitHub stand-in", () => {
    it("say which actions may run", async () => {
      const { actions } = clientOf(standIn);
      const { data: first } = await actions.getGithubActionsPermissionsRepository(at);
      assert.deepEqual([first.enabled, first.allowed_actions], [true, "all"]);
      const chosen = { github_owned_allowed: true, verified_allowed: false, patterns_allowed: ["docker/*"] };
      assert.equal((await refusalOf(actions.setAllowedActionsRepository({ ...at, ...chosen }))).status, 409);
      // Said in words by GitHub's pages, and not in the description.
      await standIn.app.inject({ method: "DELETE", url: "/_emulator/mismatches" });
      await actions.setGithubActionsPermissionsRepository({ ...at, enabled: true, allowed_actions: "selected" });
      await actions.setAllowedActionsRepository({ ...at, ...chosen });
      assert.deepEqual((await actions.getAllowedActionsRepository(at)).data, chosen);
    });
    it("say what the workflows' token may do", async () => {
      const { actions } = clientOf(standIn);
      const wanted = { default_workflow_permissions: "write", can_approve_pull_request_reviews: true } as const;
      await actions.setGithubActionsDefaultWorkflowPermissionsRepository({ ...at, ...wanted });
      assert.deepEqual((await actions.getGithubActionsDefaultWorkflowPermissionsRepository(at)).data, wanted);
    });
    it("say who may use the workflows of a repository that is not public", async () => {
      const { actions } = clientOf(standIn);
      const set = () => actions.setWorkflowAccessToRepository({ ...at, access_level: "organization" });
      assert.deepEqual(await refusalOf(set()), {
        status: 422,
        message: "Access policy only applies to internal and private repositories.",
      });
      repository.visibility = "private";
      await set();
      assert.equal((await actions.getWorkflowAccessToRepository(at)).data.access_level, "organization");
    });
  });

  describe("teams, collaborators and labels of the GitHub stand-in", () => {
    it("are found by slug and by ids, and given a role on a repository", async () => {
      const { teams } = clientOf(standIn);
      const team = standIn.team("devops", standIn.store.user("olga") ?? assert.fail());
      const { data } = await teams.getByName({ org: "kbase", team_slug: "devops" });
      assert.deepEqual([data.id, data.members_count, data.repos_count], [team.id, 1, 0]);
      const path = `/api/v3/organizations/${standIn.organization.id}/team/${team.id}/repos/kbase/narrative`;
      assert.equal((await standIn.ask(`GET ${path}`)).status, 404);
      assert.equal((await standIn.ask(`PUT ${path}`, { body: { permission: "maintain" } })).status, 204);
      assert.equal((await standIn.ask(`GET ${path}`)).status, 204);
      const headers = { accept: "application/vnd.github.v3.repository+json" };
      const { body } = await standIn.ask(`GET ${path}`, { headers });
      assert.deepEqual((body as { permissions: object }).permissions, {
        admin: false,
        maintain: true,
        push: true,
        triage: true,
        pull: true,
      });
      assert.equal((await standIn.ask(`DELETE ${path}`)).status, 204);
      assert.deepEqual(repository.teams, []);
    });
    it("name members alone to members alone", async () => {
      standIn.user("stranger", null);
      const list = (as: string) => clientOf(standIn, as).teams.list({ org: "kbase" });
      assert.equal((await refusalOf(list("stranger"))).status, 404);
      assert.equal((await list("olga")).status, 200);
      const members = await clientOf(standIn).orgs.listMembers({ org: "kbase" });
      assert.deepEqual(
        members.data.map(({ login }) => login),
        ["olga"],
      );
    });
    it("are made once under a name, changed and deleted", async () => {
      const { issues } = clientOf(standIn);
      const { data } = await issues.createLabel({ ...at, name: "Image", color: "00ff00" });
      assert.deepEqual([data.name, data.color, data.default], ["Image", "00ff00", false]);
      assert.equal((await refusalOf(issues.createLabel({ ...at, name: "image" }))).status, 422);
      await issues.updateLabel({ ...at, name: "image", new_name: "Container", description: "d" });
      assert.equal((await issues.getLabel({ ...at, name: "container" })).data.description, "d");
      await issues.deleteLabel({ ...at, name: "Container" });
      assert.equal((await refusalOf(issues.getLabel({ ...at, name: "Container" }))).status, 404);
    });
    it("are switches of Dependabot, of which one needs the other", async () => {
      const { repos } = clientOf(standIn);
      assert.equal((await refusalOf(repos.checkVulnerabilityAlerts(at))).status, 404);
      assert.equal((await refusalOf(repos.enableAutomatedSecurityFixes(at))).status, 422);
      await repos.enableVulnerabilityAlerts(at);
      await repos.enableAutomatedSecurityFixes(at);
      assert.equal((await repos.checkVulnerabilityAlerts(at)).status, 204);
      assert.deepEqual((await repos.checkAutomatedSecurityFixes(at)).data, { enabled: true, paused: false });
      await repos.disableVulnerabilityAlerts(at);
      assert.equal((await repos.checkAutomatedSecurityFixes(at)).data.enabled, false);
    });
  });
});
