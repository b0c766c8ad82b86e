import assert from "node:assert/strict";

import * as z from "zod";

import { actionsUrl } from "../../sandbox/actions/part.ts";
import { patientJson } from "../../sandbox/world/patient-request.ts";
import { Cycle, logOf, resultsOf } from "../support/cycle.ts";
import type { Run, Who } from "../support/cycle.ts";
import { freeName, must, newRepository, writeSecret } from "../support/github.ts";
import { coldStart, needWorkflows, sandbox, succeed } from "../support/sandbox.ts";

/** A job for an environment whose name another one gives, and one after it. */
const workflow = `
name: Gates
on: { workflow_dispatch: { inputs: { target: { type: string, required: true } } } }
permissions: {}
concurrency: { group: gates, cancel-in-progress: true }
jobs:
  choose:
    runs-on: ubuntu-24.04
    outputs: { target: "\${{ steps.choose.outputs.target }}" }
    steps:
      - { id: choose, run: 'echo "target=$TARGET" >> "$GITHUB_OUTPUT"', env: { TARGET: "\${{ inputs.target }}" } }
  deploy:
    needs: choose
    runs-on: ubuntu-24.04
    environment: \${{ needs.choose.outputs.target }}
    outputs: { said: "\${{ steps.say.outputs.said }}", secret: "\${{ steps.say.outputs.secret }}" }
    steps:
      - id: say
        env: { SECRET: "\${{ secrets.ONLY_THERE }}", OWN: "\${{ vars.OWN }}", COMMON: "\${{ vars.COMMON }}" }
        run: |
          printf 'said<<END\\n%s %s $%s\\n%s\\nEND\\n' "\${#SECRET}" "$OWN" '{{ x }}' "$COMMON" >> "$GITHUB_OUTPUT"
          echo "secret=$SECRET" >> "$GITHUB_OUTPUT"
  after:
    needs: deploy
    if: "!cancelled()"
    runs-on: ubuntu-24.04
    steps:
      - env: { SECRET: "\${{ secrets.ONLY_THERE }}", NEEDS: "\${{ toJSON(needs) }}" }
        run: printf 'needs=%s\\nwithout=%s\\n' "$(jq --compact-output . <<< "$NEEDS")" "\${#SECRET}" >> "$GITHUB_OUTPUT"
`;

const Runs = z.array(z.looseObject({ run: z.int(), repository: z.string(), waiting: z.array(z.string()) }));
const Pending = z.array(z.looseObject({ environment: z.looseObject({ id: z.int(), name: z.string() }) }));
const CheckRuns = z.looseObject({ check_runs: z.array(z.looseObject({ name: z.string(), status: z.string() })) });

describe("environments of GitHub in workflows", function () {
  this.timeout(120_000);
  let repository: Cycle;
  before(async function () {
    this.timeout(coldStart);
    await needWorkflows(this);
    const name = await freeName("gates");
    await newRepository(name);
    repository = new Cycle(await sandbox(), name);
    await repository.commit("develop", ".github/workflows/gates.yml", workflow, { who: "admin" });
    const { id: devops } = z.looseObject({ id: z.int() }).parse(await must("GET /orgs/kbase/teams/devops"));
    const reviewers = [{ type: "Team", id: devops }];
    await environment("free", {});
    await environment("reviewed", { reviewers });
    await environment("main-only", {
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    await repository.api("POST", "/environments/main-only/deployment-branch-policies", { name: "main" }, "admin");
    await repository.api("POST", "/actions/variables", { name: "COMMON", value: "everywhere" }, "admin");
    await repository.api("POST", "/actions/variables", { name: "OWN", value: "the-repository" }, "admin");
    await repository.settled();
  });

  async function environment(name: string, rules: object): Promise<void> {
    await repository.api("PUT", `/environments/${name}`, rules, "admin");
    await repository.api("POST", `/environments/${name}/variables`, { name: "OWN", value: name }, "admin");
    await writeSecret(`repos/${repository.repository}/environments/${name}`, "ONLY_THERE", "sesame");
  }

  const dispatch = (target: string) =>
    repository.api("POST", "/actions/workflows/gates.yml/dispatches", { ref: "develop", inputs: { target } });

  async function ended(): Promise<Run> {
    const [run, ...others] = await repository.settled();
    assert.ok(run !== undefined && others.length === 0);
    return run;
  }

  /** The number of the one run that waits, once nothing else goes on. */
  async function waiting(of = repository): Promise<number> {
    const all = Runs.parse(await patientJson(`${actionsUrl(await sandbox())}/settled`));
    const found = all.filter((run) => run.repository === of.repository && run.waiting.length > 0);
    assert.equal(found.length, 1);
    return found[0]?.run ?? 0;
  }

  const pending = async (run: number, of = repository) =>
    Pending.parse(await of.api("GET", `/actions/runs/${String(run)}/pending_deployments`));

  async function decide(run: number, state: "approved" | "rejected", who: Who, of = repository): Promise<Response> {
    const ids = (await pending(run, of)).map(({ environment: { id } }) => id);
    const body = { environment_ids: ids, state, comment: "Seen" };
    return of.answer("POST", `/actions/runs/${String(run)}/pending_deployments`, body, who);
  }

  it("give their secrets and variables to the jobs that are for them, and to no other", async () => {
    await dispatch("free");
    const run = await ended();
    assert.deepEqual(resultsOf(run), { choose: "success", deploy: "success", after: "success" }, logOf(run));
    assert.equal(run.jobs["after"]?.outputs["without"], "0");
    assert.deepEqual(JSON.parse(run.jobs["after"].outputs["needs"] ?? ""), {
      // An output that holds a secret is left out.
      deploy: { result: "success", outputs: { said: "6 free ${{ x }}\neverywhere" } },
    });
  });

  it("have a job wait until a reviewer approves it", async () => {
    await dispatch("reviewed");
    const run = await waiting();
    const commit = await repository.tip("develop");
    const { check_runs: checks } = CheckRuns.parse(
      await repository.api("GET", `/commits/${commit}/check-runs?filter=latest`),
    );
    assert.deepEqual(
      checks.filter(({ status }) => status !== "completed").map(({ name, status }) => [name, status]),
      [["deploy", "waiting"]],
    );
    assert.deepEqual(
      (await pending(run)).map(({ environment: { name } }) => name),
      ["reviewed"],
    );
    assert.equal((await decide(run, "approved", "developer")).status, 422);
    assert.equal((await decide(run, "approved", "admin")).status, 200);
    assert.deepEqual(resultsOf(await ended()), { choose: "success", deploy: "success", after: "success" });
  });

  it("fail a job that a reviewer rejects", async () => {
    await dispatch("reviewed");
    await decide(await waiting(), "rejected", "admin");
    const run = await ended();
    assert.deepEqual(resultsOf(run), { choose: "success", deploy: "failure", after: "success" });
    assert.match(run.reasons.join(), /kbase-admin rejected the deployment to reviewed: Seen/u);
    assert.equal(run.conclusion, "failure");
  });

  it("refuse a branch that may not deploy", async () => {
    await dispatch("main-only");
    const run = await ended();
    assert.equal(resultsOf(run)["deploy"], "failure");
    assert.match(run.reasons.join(), /Branch "develop" is not allowed to deploy to main-only/u);
  });

  it("keep nothing that waits of a run that is cancelled", async () => {
    await dispatch("reviewed");
    const cancelled = await waiting();
    await dispatch("free");
    const runs = await repository.settled();
    assert.deepEqual(
      runs.map(({ conclusion }) => conclusion),
      ["cancelled", "success"],
    );
    assert.equal(resultsOf(runs[0] ?? assert.fail())["deploy"], "cancelled");
    assert.deepEqual(await pending(cancelled), []);
  });

  it("hold a retag to an environment's tag until its reviewers approve, and keep it off other branches", async () => {
    await succeed("up", "--yes", "--skip-preview", "--stack", "github");
    const narrative = new Cycle(await sandbox());
    await narrative.settled();
    const before = await narrative.tags("narrative");
    const inputs = { action: "retag", image: "narrative", source: "pr-30", target: "prod", reason: "tested" };
    await narrative.dispatch("main", inputs);
    const run = await waiting(narrative);
    assert.deepEqual(await narrative.tags("narrative"), before);
    assert.equal((await decide(run, "approved", "admin", narrative)).status, 200);
    const [retagged, ...others] = await narrative.settled();
    assert.deepEqual([retagged?.conclusion, others], ["success", []], retagged && logOf(retagged));
    const after = await narrative.tags("narrative");
    assert.equal(after["prod"], after["pr-30"]);

    await narrative.dispatch("develop", { ...inputs, source: "latest" });
    const [refused] = await narrative.settled();
    assert.equal(refused?.conclusion, "failure");
    assert.match(refused.reasons.join(), /Branch "develop" is not allowed to deploy to prod/u);
    assert.deepEqual(await narrative.tags("narrative"), after);
  });
});
