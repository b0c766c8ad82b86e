import assert from "node:assert/strict";

import * as z from "zod";

import { actionsUrl } from "../../sandbox/actions/part.ts";
import { mustPulumi } from "../../sandbox/engine/pulumi.ts";
import { pythonTool } from "../../sandbox/tools/python-tools.ts";
import { patientJson } from "../../sandbox/world/patient-request.ts";
import { Cycle, logOf, resultsOf } from "../support/cycle.ts";
import type { Run } from "../support/cycle.ts";
import { checkoutFiles } from "../support/checkout-files.ts";
import { emulator, freeName, must, rulesetsOf } from "../support/github.ts";
import { appSecret, Infrastructure, namespaceOf, onboarded, stacks } from "../support/infrastructure.ts";
import { coldStart, kubectl, needWorkflows, sandbox } from "../support/sandbox.ts";

const Comments = z.array(z.looseObject({ id: z.int(), body: z.string(), user: z.looseObject({ login: z.string() }) }));
const Environment = z.looseObject({ id: z.int() });
const Waiting = z.looseObject({
  run: z.int(),
  waiting: z.array(z.string()),
  jobs: z.record(z.string(), z.looseObject({ result: z.string().optional() })),
});
const Issues = z.array(
  z.looseObject({
    number: z.int(),
    title: z.string(),
    body: z
      .string()
      .nullable()
      .transform((body) => body ?? ""),
    state: z.string(),
    pull_request: z.unknown().optional(),
  }),
);
const History = z.array(
  z.looseObject({ kind: z.string(), result: z.string(), startTime: z.string(), endTime: z.string() }),
);

/**
 * This project's own workflows in an infrastructure repository, from the event to what they wrote. Real: the workflow files, npm, the engine, the
 * program that was checked out, the cluster. Not real, besides the sandbox's stand-ins: npm has the machine's cache and no registry, the
 * engine finds its plugins installed, and the linters are in this project's cache, instead of being downloaded.
 */
describe("the workflows of an infrastructure repository", function () {
  this.timeout(900_000);
  let repository: Cycle;
  let infrastructure: Infrastructure;

  before(async function () {
    this.timeout(coldStart);
    await needWorkflows(this);
    const world = await sandbox();
    infrastructure = await Infrastructure.create(world);
    repository = new Cycle(world, infrastructure.repository);
    await repository.settled();
  });

  /** The runs that ended since the last time, by the names of their workflows. */
  async function runs(): Promise<Readonly<Record<string, Run>>> {
    const all = await repository.settled();
    const named = Object.fromEntries(all.map((run) => [/([\w-]+)\.yml$/u.exec(run.path)?.[1] ?? "", run]));
    assert.equal(Object.keys(named).length, all.length, "one run of a workflow was expected");
    return named;
  }

  /** The only run. */
  async function run(workflow: string): Promise<Run> {
    const { [workflow]: wanted, ...others } = await runs();
    assert.ok(wanted !== undefined && Object.keys(others).length === 0, `${workflow} alone was expected`);
    return wanted;
  }

  const comments = async (number: number) =>
    Comments.parse(await repository.api("GET", `/issues/${String(number)}/comments`));

  /** The image that an environment's Deployment has. */
  const image = (stack: string) =>
    kubectl("get", "deployment", "narrative", "-n", namespaceOf(stack), "-o", "jsonpath={..image}");

  async function updates(stack: string) {
    const history = await mustPulumi(infrastructure.layout, ["stack", "history", "--json", "--stack", stack]);
    return History.parse(JSON.parse(history));
  }

  it("deploy every stack after a push, in order and one at a time", async () => {
    await repository.commit("main", "README.md", "# Infrastructure\n", { who: "admin" });
    const deployed = await run("deploy");
    assert.deepEqual(
      resultsOf(deployed),
      Object.fromEntries(stacks.map((stack) => [stack, "success"])),
      logOf(deployed),
    );
    const times = await Promise.all(stacks.map(async (stack) => (await updates(stack))[0]));
    for (const [index, one] of times.entries()) {
      assert.equal(one?.result, "succeeded");
      const before = times[index - 1];
      assert.ok(before === undefined || Date.parse(one.startTime) >= Date.parse(before.endTime), stacks[index]);
    }
    assert.match(await image("prod"), /narrative-develop:latest@sha256:/u);
    assert.ok(!logOf(deployed).includes(appSecret));
  });

  /** Commits a change of a stack's file, and opens a pull request with it or adds it to that of the branch. */
  const changed = (stack: string, changes: Readonly<Record<string, unknown>>) => ({
    file: `Pulumi.${stack}.yaml`,
    content: Infrastructure.changed(infrastructure.text(stack), changes),
  });

  /** What a preview would change: `kubernetes:apps/v1:Deployment update`. */
  const planned = (text: string) =>
    [...text.matchAll(/^ *(?:[-+~]|\+-|-\+) (\S+): \((\w+)\)$/gmu)].map(
      ([, type, what]) => `${type ?? ""} ${what ?? ""}`,
    );

  it("preview the one stack that a pull request touches, in one comment that a push keeps up to date", async () => {
    const number = await repository.open("deploy", { base: "main", ...changed("appdev", { image: "pr-12" }) });
    const first = await run("preview");
    assert.deepEqual(resultsOf(first), { touched: "success", preview: "success", comment: "success" }, logOf(first));
    const [comment, ...others] = await comments(number);
    assert.deepEqual(others, []);
    assert.equal(comment?.user.login, "github-actions[bot]");
    assert.deepEqual(
      [...comment.body.matchAll(/Preview of (\w+)/gu)].map(([, stack]) => stack),
      ["appdev"],
    );
    assert.deepEqual(planned(comment.body), ["kubernetes:apps/v1:Deployment update"]);
    assert.match(comment.body, /narrative-develop:pr-12@sha256:/u);

    const { file, content } = changed("appdev", { image: "pr-13" });
    const head = await repository.commit("deploy", file, content);
    const second = await run("preview");
    const [updated, ...more] = await comments(number);
    assert.deepEqual([updated?.id, more], [comment.id, []]);
    assert.match(updated?.body ?? "", new RegExp(`^Of ${head}:$`, "mu"));
    assert.match(updated?.body ?? "", /narrative-develop:pr-13@sha256:/u);
    assert.doesNotMatch(updated?.body ?? "", /narrative-develop:pr-12@/u);
    for (const text of [comment.body, updated?.body, logOf(first), logOf(second)])
      assert.ok(text?.includes(appSecret) === false);
  });

  it("preview nothing for a fork, whose pull request could read the secrets", async () => {
    const number = await repository.openFromFork("from-a-fork", "main");
    const forked = await run("preview");
    assert.deepEqual(resultsOf(forked), { touched: "skipped", preview: "skipped", comment: "skipped" });
    assert.deepEqual(await comments(number), []);
  });

  it("preview every stack of a pull request that touches the program", async () => {
    const number = await repository.open("program", { base: "main", file: "components/note.md", content: "A note\n" });
    const { jobs } = await run("preview");
    assert.deepEqual(JSON.parse(jobs["touched"]?.outputs["stacks"] ?? ""), stacks);
    const [comment] = await comments(number);
    assert.deepEqual(
      [...(comment?.body.matchAll(/^Preview of (\w+)$/gmu) ?? [])].map(([, stack]) => stack),
      stacks,
    );
    assert.deepEqual(planned(comment?.body ?? ""), []);
  });

  it("say in the comment why a preview fails, and are red", async () => {
    const number = await repository.open("missing", { base: "main", ...changed("appdev", { image: "pr-999" }) });
    const failed = await run("preview");
    assert.equal(failed.conclusion, "failure");
    assert.deepEqual(resultsOf(failed), { touched: "success", preview: "failure", comment: "success" }, logOf(failed));
    const [comment] = await comments(number);
    assert.match(comment?.body ?? "", /^\*\*Failed:\*\* preview of appdev$/mu);
    assert.match(comment?.body ?? "", /pr-999 is not in the registry; kbase\/narrative-develop has pr-\d+, /u);
  });

  it("deploy what is merged, to prod once a reviewer approves it", async () => {
    const { id: devops } = z.looseObject({ id: z.int() }).parse(await must("GET /orgs/kbase/teams/devops"));
    const rules = { reviewers: [{ type: "Team", id: devops }], prevent_self_review: true };
    const { id: prod } = Environment.parse(await repository.api("PUT", "/environments/prod", rules, "admin"));
    const before = (await updates("prod")).length;

    const { number = 0 } = (await repository.pullOf("deploy", "main")) ?? {};
    await repository.merge(number);
    const waiting = z
      .array(Waiting)
      .parse(await patientJson(`${actionsUrl(await sandbox())}/settled`))
      .at(-1);
    assert.deepEqual([waiting?.waiting, waiting?.jobs["next"]?.result], [["prod"], "success"]);
    assert.match(await image("appdev"), /narrative-develop:pr-13@sha256:/u);
    assert.equal((await updates("prod")).length, before);
    const approval = { environment_ids: [prod], state: "approved", comment: "Seen in next" };
    await repository.api("POST", `/actions/runs/${String(waiting?.run)}/pending_deployments`, approval, "admin");
    const deployed = await run("deploy");
    assert.equal(deployed.conclusion, "success", logOf(deployed));
    assert.equal((await updates("prod")).length, before + 1);
    assert.match(await image("ci"), /narrative-develop:latest@sha256:/u);
  });

  it("deploy nothing after a stack that failed", async () => {
    const { file, content } = changed("ci", { image: "pr-999" });
    await repository.commit("main", file, content, { who: "admin" });
    const failed = await run("deploy");
    const expected = { github: "success", appdev: "success", ci: "failure", next: "skipped", prod: "skipped" };
    assert.deepEqual([failed.conclusion, resultsOf(failed)], ["failure", expected]);
    assert.match(await image("ci"), /narrative-develop:latest@sha256:/u);
  });

  it("keep one issue about what somebody changed by hand, until nothing differs", async () => {
    const scale = (replicas: number) =>
      kubectl("scale", "deployment", "narrative", "-n", namespaceOf("appdev"), `--replicas=${String(replicas)}`);
    const issues = async () => {
      const all = Issues.parse(await repository.api("GET", "/issues?state=all"));
      return all.filter(({ pull_request: pull }) => pull === undefined);
    };
    const stacksIn = (body: string | undefined) =>
      [...(body?.matchAll(/^\*\*(\w+)\*\*$/gmu) ?? [])].map(([, name]) => name);
    const back = { message: "As it was [skip ci]", who: "admin" } as const;
    await repository.commit("main", "Pulumi.ci.yaml", infrastructure.text("ci"), back);
    await scale(3);
    const [[, ruleset] = ["", 0]] = Object.entries(await rulesetsOf(onboarded));
    await must(`DELETE /repos/kbase/${onboarded}/rulesets/${String(ruleset)}`);
    await repository.schedule("23 5 * * *");
    const first = await run("drift");
    assert.equal(first.conclusion, "success", logOf(first));
    const [opened, ...others] = await issues();
    assert.deepEqual([opened?.state, stacksIn(opened?.body), others], ["open", ["github", "appdev"], []]);
    assert.match(opened?.body ?? "", /replicas: 3 => 1/u);
    assert.ok(opened?.body.includes(appSecret) === false);

    await scale(1);
    await repository.api("POST", "/actions/workflows/drift.yml/dispatches", { ref: "main" });
    await run("drift");
    const [updated, ...more] = await issues();
    assert.deepEqual(
      [updated?.number, updated?.state, stacksIn(updated?.body), more],
      [opened.number, "open", ["github"], []],
    );

    await mustPulumi(infrastructure.layout, ["up", "--yes", "--skip-preview", "--stack", "github"]);
    await repository.schedule("23 5 * * *");
    await run("drift");
    assert.deepEqual(
      (await issues()).map(({ number, state }) => [number, state]),
      [[opened.number, "closed"]],
    );
  });

  it("check types, lint and unit tests of a fork's pull request too", async () => {
    const { say, tool } = await sandbox();
    await Promise.all([tool("actionlint"), pythonTool("shellcheck", say), pythonTool("zizmor", say)]);
    const name = await freeName("checked");
    const branches = { main: { files: await checkoutFiles(), message: "Everything" } };
    const teams = { devops: "admin", developers: "write" };
    await emulator("POST /seed", { login: "kbase", users: [], repositories: [{ name, branches, teams }] });
    const checked = new Cycle(await sandbox(), name);
    await checked.settled();
    await checked.openFromFork("from-a-fork", "main");
    const all = await checked.settled();
    const ran = all.filter(({ conclusion }) => conclusion !== "skipped");
    assert.deepEqual(
      ran.map(({ path, jobs }) => [path, jobs["check"]?.result]),
      [[".github/workflows/check.yml", "success"]],
      ran.map(logOf).join("\n"),
    );
  });
});
