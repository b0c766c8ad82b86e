import assert from "node:assert/strict";

import * as z from "zod";

import { mustPulumi } from "../../sandbox/engine/pulumi.ts";
import {
  emulator,
  fileOf,
  headOf,
  must,
  newRepository,
  rest,
  rulesetsOf,
  secretsOf,
  workflowCommits,
  writeSecret,
} from "../support/github.ts";
import { coldStart, configure, configured, counts, previewed, pulumi, sandbox, succeed } from "../support/sandbox.ts";

const stack = "github";
const message = "Image workflow, managed by Drover";
const up = (...args: string[]) => succeed("up", "--yes", "--skip-preview", "--stack", stack, ...args);
const List = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));
const list = async () => List.parse(await configured(stack, "repositories"));
const nameOf = (entry: z.infer<typeof List>[number]) => (typeof entry === "string" ? entry : entry.name);
const Outputs = z.looseObject({
  repositories: z.record(z.string(), z.looseObject({ id: z.number(), workflow: z.array(z.string()) })),
  todo: z.array(z.string()),
});
const outputs = async () => Outputs.parse(JSON.parse(await succeed("stack", "output", "--json", "--stack", stack)));

/** Heads of all branches of the repositories that are not named. */
async function heads(...but: string[]): Promise<Record<string, string>> {
  const { repositories } = await outputs();
  const branches = Object.entries(repositories).flatMap(([name, { workflow }]) =>
    but.includes(name) ? [] : workflow.map((branch) => [name, branch] as const),
  );
  const all = await Promise.all(
    branches.map(async ([name, branch]) => [`${name} ${branch}`, await headOf(name, branch)]),
  );
  return Object.fromEntries(all) as Record<string, string>;
}

describe("onboarding repositories", () => {
  before(async function () {
    this.timeout(coldStart);
    await sandbox();
    assert.deepEqual(await rulesetsOf("auth2"), {});
    await up();
  });

  it("writes the workflow file with exactly one commit on each branch that needs it", async () => {
    for (const [repository, branches] of Object.entries({
      narrative: ["develop", "main"],
      auth2: ["develop", "master"],
      JobRunner: ["main"],
      "kbase-ui": ["main3"],
      tablescanner: ["develop"],
    }))
      for (const branch of branches) {
        assert.deepEqual(await workflowCommits(repository, branch), [message], `${repository} ${branch}`);
        assert.match(
          (await fileOf(repository, branch)) ?? "",
          new RegExp(`^# Managed by Drover: the entry "${repository}"`),
        );
      }
    assert.equal(await fileOf("auth2", "inbox"), undefined);
  });

  it("protects the long-lived branches and the versions", async () => {
    assert.deepEqual(Object.keys(await rulesetsOf("narrative")).sort(), [
      "Drover: long-lived branches",
      "Drover: pull requests",
      "Drover: versions",
    ]);
  });

  it("brings secrets to where they open to the right value, and shows them nowhere", async () => {
    const value = (await succeed("config", "get", "--path", "secrets.SLACK_WEBHOOK", "--stack", stack)).trim();
    assert.deepEqual((await secretsOf("narrative")).actions, { SLACK_WEBHOOK: value });
    for (const text of [
      await succeed("stack", "export", "--stack", stack),
      await succeed("stack", "output", "--json", "--stack", stack),
    ])
      assert.ok(!text.includes(value));
  });

  it("says what a person has to do", async () => {
    const { todo } = await outputs();
    assert.ok(todo.some((line) => /^auth2: remove .*pr_build\.yml.* \(develop, master\)/.test(line)));
    assert.ok(todo.some((line) => /^auth2: package auth2-develop is private: open .*Change visibility/.test(line)));
  });

  it("changes nothing when nothing changed, in few requests", async () => {
    assert.deepEqual(await previewed(stack), []);
    await emulator("POST /counters/mark");
    const { unchanged, ...others } = counts(await up());
    assert.deepEqual(others, {});
    const { total } = z.looseObject({ total: z.number() }).parse(await emulator("GET /counters"));
    const repositories = (await list()).length;
    assert.ok(total <= 8 * repositories + 8, `${String(total)} requests for ${String(repositories)} repositories`);
    assert.ok((unchanged ?? 0) > 40);
  });

  it("onboards one more with one line, in one commit a branch, and touches nothing else", async () => {
    const before = await heads();
    await configure(stack, {
      repositories: [
        ...(await list()),
        { name: "execution_engine2", branches: { develop: "develop", release: "main" } },
      ],
    });
    const planned = await previewed(stack);
    assert.ok(planned.length > 5);
    for (const step of planned) assert.match(step, /^create .* execution_engine2(\/|$)/);
    await up();
    assert.deepEqual(await workflowCommits("execution_engine2", "develop"), [message]);
    assert.deepEqual(await workflowCommits("execution_engine2", "main"), [message]);
    assert.equal(await fileOf("execution_engine2", "master"), undefined);
    assert.deepEqual(await heads("execution_engine2"), before);
    assert.deepEqual(await previewed(stack), []);
  });

  it("changes one ruleset when an entry asks for more approvals", async () => {
    const before = await heads();
    const stricter = { name: "auth2", protection: { approvals: 2, bypass: ["team:devops"] } };
    await configure(stack, { repositories: (await list()).map((entry) => (entry === "auth2" ? stricter : entry)) });
    assert.deepEqual(await previewed(stack), [
      "update github:index/repositoryRuleset:RepositoryRuleset auth2/pull-requests",
    ]);
    assert.equal(counts(await up())["updated"], 1);
    assert.deepEqual(await heads(), before);
  });

  it("changes one file a branch when an entry asks for another image, although the branches are protected by now", async () => {
    const entries = (await list()).map((entry) =>
      nameOf(entry) === "tablescanner"
        ? { name: "tablescanner", branches: { develop: "develop" }, image: "scanner" }
        : entry,
    );
    await configure(stack, { repositories: entries });
    assert.deepEqual(await previewed(stack), [
      "update github:index/repositoryFile:RepositoryFile tablescanner/develop",
    ]);
    await up();
    assert.deepEqual(await workflowCommits("tablescanner", "develop"), [message, message]);
    assert.match((await fileOf("tablescanner", "develop")) ?? "", /"name":"scanner"/);
  });

  it("rotates a secret in one update", async () => {
    const { layout } = await sandbox();
    await mustPulumi(
      layout,
      ["config", "set", "--secret", "--path", "secrets.SLACK_WEBHOOK", "--stack", stack],
      "rotated-value",
    );
    assert.deepEqual(await previewed(stack), [
      "update github:index/actionsSecret:ActionsSecret narrative/actions/SLACK_WEBHOOK",
    ]);
    assert.equal(counts(await up())["updated"], 1);
    assert.equal((await secretsOf("narrative")).actions["SLACK_WEBHOOK"], "rotated-value");
    assert.deepEqual(await previewed(stack), []);
  });

  it("notices a secret that somebody else wrote, writes it again, and then leaves it alone", async () => {
    // Another second, as GitHub's dates have no smaller parts.
    await emulator("PUT /clock", { advance: 5 });
    await writeSecret("repos/kbase/narrative/actions", "SLACK_WEBHOOK", "by-hand");
    assert.equal((await secretsOf("narrative")).actions["SLACK_WEBHOOK"], "by-hand");
    await emulator("PUT /clock", { advance: 5 });
    const planned = await previewed(stack);
    assert.ok(
      planned.some((step) => /^replace .*ActionsSecret narrative\/actions\/SLACK_WEBHOOK$/.test(step)),
      planned.join(),
    );
    for (const step of planned) assert.match(step, / narrative\/actions\/SLACK_WEBHOOK$/);
    await up();
    assert.equal((await secretsOf("narrative")).actions["SLACK_WEBHOOK"], "rotated-value");
    assert.deepEqual(await previewed(stack), []);
  });

  it("takes over an environment's settings, and refuses to lose the environment", async () => {
    const environment = z
      .looseObject({ protection_rules: z.array(z.looseObject({ type: z.string() })) })
      .parse(await must("GET /repos/kbase/narrative/environments/prod"));
    assert.deepEqual(environment.protection_rules.map(({ type }) => type).sort(), [
      "branch_policy",
      "required_reviewers",
    ]);
    const entries = await list();
    const without = entries.map((entry) =>
      typeof entry !== "string" && entry.name === "narrative" ? { ...entry, environments: {} } : entry,
    );
    await configure(stack, { repositories: without });
    const { exitCode, stdout, stderr } = await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /protected/);
    assert.equal((await rest("GET /repos/kbase/narrative/environments/prod")).status, 200);
    await configure(stack, { repositories: entries });
    await up();
    assert.deepEqual(await previewed(stack), []);
  });

  it("asks to write a repository's new name when it was renamed on GitHub, and then moves with it", async () => {
    await newRepository("old-name");
    const entries = await list();
    const entry = { branches: { develop: "develop", release: "main" }, variables: { LEVEL: "info" } };
    await configure(stack, { repositories: [...entries, { name: "old-name", ...entry }] });
    await up();
    await must("PATCH /repos/kbase/old-name", { name: "new-name" });
    const { exitCode, stdout, stderr } = await pulumi("preview", "--stack", stack);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /\(old-name\) was renamed to new-name on GitHub: write the new name/);
    await configure(stack, { repositories: [...entries, { name: "new-name", ...entry }] });
    for (const step of await previewed(stack)) assert.match(step, /^update .* old-name(\/|$)/);
    await up();
    assert.equal(Object.keys(await rulesetsOf("new-name")).length, 3);
    assert.match((await fileOf("new-name", "main")) ?? "", /the entry "new-name"/);
    assert.deepEqual(await workflowCommits("new-name", "main"), [message, message]);
    assert.deepEqual(await previewed(stack), []);
    await configure(stack, { repositories: entries });
    await up();
  });

  it("takes its own objects away with an entry, and never the repository", async () => {
    const before = await heads("execution_engine2");
    await configure(stack, { repositories: (await list()).filter((entry) => nameOf(entry) !== "execution_engine2") });
    for (const step of await previewed(stack)) assert.match(step, /^delete .* execution_engine2(\/|$)/);
    await up();
    const { status } = await rest("GET /repos/kbase/execution_engine2");
    assert.equal(status, 200);
    assert.deepEqual(await rulesetsOf("execution_engine2"), {});
    for (const branch of ["develop", "main"]) {
      assert.equal(await fileOf("execution_engine2", branch), undefined);
      assert.equal((await workflowCommits("execution_engine2", branch)).length, 2);
    }
    assert.deepEqual(await heads("execution_engine2"), before);
  });

  it("refuses that most of the list disappears at once, unless its number is confirmed", async () => {
    const entries = await list();
    await configure(stack, { repositories: entries.slice(0, 1) });
    const { exitCode, stdout, stderr } = await pulumi("preview", "--stack", stack);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /lacks 4 of the 5 repositories that are managed.*pulumi config set removals 4/);
    await configure(stack, { removals: 4 });
    assert.ok((await previewed(stack)).every((step) => step.startsWith("delete ")));
    await configure(stack, { removals: undefined, repositories: entries });
    assert.deepEqual(await previewed(stack), []);
  });
});
