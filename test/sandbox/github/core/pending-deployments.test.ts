import assert from "node:assert/strict";

import * as z from "zod";

import type { Team, User } from "../../../../sandbox/github/model.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";

const Waiting = z.looseObject({ state: z.literal("waiting"), id: z.int() });
const Pending = z.array(
  z.looseObject({
    environment: z.looseObject({ id: z.int(), name: z.string() }),
    current_user_can_approve: z.boolean(),
    reviewers: z.array(z.looseObject({ type: z.string() })),
  }),
);
const Made = z.looseObject({ id: z.int() });

describe("environments of the GitHub stand-in, asked for a run of a workflow", () => {
  let standIn: StandIn;
  let robin: User;
  let devops: Team;
  beforeEach(async () => {
    standIn = await StandIn.start();
    robin = standIn.user("robin");
    standIn.user("dana");
    devops = standIn.team("devops", robin);
    const { organization } = standIn;
    organization.defaultRepositoryPermission = "write";
    await standIn.repository("app");
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  const put = async (name: string, body: object) =>
    Made.parse((await standIn.ask(`PUT /repos/kbase/app/environments/${name}`, { body })).body).id;
  const reviewed = (more: object = {}) => put("prod", { reviewers: [{ type: "Team", id: devops.id }], ...more });
  const request = async (environment: string, ref = "refs/heads/main") =>
    (
      await standIn.ask("POST /_emulator/deployments", {
        body: { repository: "kbase/app", run: 7, environment, ref, sha: "a".repeat(40), actor: "dana" },
      })
    ).body;
  const route = "/repos/kbase/app/actions/runs/7/pending_deployments";
  const pending = async (as: string) => Pending.parse((await standIn.ask(`GET ${route}`, { as })).body);
  const decide = (id: number, state: string, as: string) =>
    standIn.ask(`POST ${route}`, { as, body: { environment_ids: [id], state, comment: "Because" } });

  it("let a job go on where there are no rules, and are made where there are none of the name", async () => {
    assert.deepEqual(await request("new"), { state: "free" });
    assert.equal((await standIn.ask("GET /repos/kbase/app/environments/new")).status, 200);
  });

  for (const state of ["approved", "rejected"] as const)
    it(`have a job wait for their reviewers, until one has ${state} it`, async () => {
      const environment = await reviewed();
      const { id } = Waiting.parse(await request("Prod"));
      const review = () => standIn.ask(`GET /_emulator/deployments/${String(id)}/review`);
      const asked = review();
      const [one, ...others] = await pending("robin");
      assert.deepEqual([one?.environment.name, one?.current_user_can_approve, others], ["prod", true, []]);
      assert.deepEqual(
        one?.reviewers.map(({ type }) => type),
        ["Team"],
      );
      const { status, body } = await decide(environment, state, "robin");
      assert.equal(status, 200);
      assert.equal(z.array(Made).parse(body)[0]?.id, id);
      for (const { body: said } of [await asked, await review()])
        assert.deepEqual(said, { state, reviewer: "robin", comment: "Because" });
      assert.deepEqual(await pending("robin"), []);
    });

  it("are decided about by their reviewers alone", async () => {
    const environment = await reviewed();
    await request("prod");
    assert.equal((await pending("dana"))[0]?.current_user_can_approve, false);
    assert.equal((await decide(environment, "approved", "dana")).status, 422);
    assert.equal((await decide(environment + 1, "approved", "robin")).status, 422);
    assert.equal((await pending("robin")).length, 1);
  });

  it("let nobody approve what he caused, where that is asked for", async () => {
    const dana = standIn.store.user("dana")?.id;
    const environment = await put("prod", { reviewers: [{ type: "User", id: dana }], prevent_self_review: true });
    await request("prod");
    assert.equal((await decide(environment, "approved", "dana")).status, 422);
    await put("prod", { reviewers: [{ type: "User", id: dana }] });
    assert.equal((await decide(environment, "approved", "dana")).status, 200);
  });

  it("forget a job of a cancelled run", async () => {
    await reviewed();
    const { id } = Waiting.parse(await request("prod"));
    await standIn.ask(`DELETE /_emulator/deployments/${String(id)}`);
    assert.deepEqual(await pending("robin"), []);
    assert.equal((await standIn.ask(`GET /_emulator/deployments/${String(id)}/review`)).status, 404);
  });

  const policies: readonly [ref: string, policy: object | undefined, allowed: boolean][] = [
    ["refs/heads/main", { name: "main" }, true],
    ["refs/heads/release/1", { name: "release/*" }, true],
    ["refs/heads/develop", { name: "main" }, false],
    ["refs/tags/main", { name: "main" }, false],
    ["refs/tags/1.4.2", { name: "1.*", type: "tag" }, true],
    ["refs/pull/1/merge", { name: "main" }, false],
    ["refs/heads/main", undefined, false],
  ];
  for (const [ref, policy, allowed] of policies)
    it(`${allowed ? "let" : "do not let"} ${ref} deploy where ${policy === undefined ? "only protected branches" : JSON.stringify(policy)} may`, async () => {
      const custom = policy !== undefined;
      await put("prod", { deployment_branch_policy: { protected_branches: !custom, custom_branch_policies: custom } });
      if (custom)
        await standIn.ask("POST /repos/kbase/app/environments/prod/deployment-branch-policies", { body: policy });
      const { state, reason } = z
        .looseObject({ state: z.string(), reason: z.string().optional() })
        .parse(await request("prod", ref));
      assert.equal(state, allowed ? "free" : "refused");
      if (!allowed) assert.match(reason ?? "", /is not allowed to deploy to prod due to environment protection rules/u);
    });
});
