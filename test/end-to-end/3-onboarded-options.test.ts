import assert from "node:assert/strict";

import * as z from "zod";

import {
  commitFile,
  fileOf,
  must,
  newRepository,
  query,
  rest,
  rulesetsOf,
  secretsOf,
  workflowCommits,
  writeSecret,
} from "../support/github.ts";
import { GitHubStack } from "../support/github-stack.ts";
import { coldStart } from "../support/sandbox.ts";

const message = "Image workflow, managed by Drover";
const Protected = z.object({
  repository: z.object({
    branchProtectionRules: z.object({
      nodes: z
        .array(z.looseObject({ pattern: z.string() }))
        .transform((nodes) => nodes.sort((one, other) => (one.pattern < other.pattern ? -1 : 1))),
    }),
  }),
});
const branches = { develop: "develop", release: "main" };

describe("an entry's options", () => {
  let stack: GitHubStack;
  before(async function () {
    this.timeout(coldStart);
    stack = await GitHubStack.create();
  });
  beforeEach(() => stack.reset());

  /** Onboards one repository, after which nothing must be left to do. */
  async function onboard(entry: { readonly name: string }): Promise<void> {
    stack.configure({ repositories: [{ branches, ...entry }] });
    await stack.mustUp();
    assert.deepEqual(await stack.previewed(), []);
  }

  it("keep somebody else's workflow file, unless adopt says to replace it, in one commit", async () => {
    await newRepository("foreign");
    await commitFile("foreign", "develop", "name: Somebody else's\n");
    stack.configure({ repositories: [{ name: "foreign", branches }] });
    const { exitCode, stdout, stderr } = await stack.up();
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /\(foreign\) has a file .*images\.yml of somebody else's on develop: .*adopt: true/);
    assert.deepEqual(await rulesetsOf("foreign"), {}, "nothing was done");
    stack.configure({ repositories: [{ name: "foreign", branches, adopt: true }] });
    await stack.mustUp();
    assert.deepEqual(await workflowCommits("foreign", "develop"), [message, "By hand"]);
    assert.match((await fileOf("foreign", "develop")) ?? "", /^# Managed by Drover/);
    stack.configure({ repositories: [{ name: "foreign", branches }] });
    assert.deepEqual(await stack.previewed(), []);
  });

  it("adopt a file of ours that the state does not know, without a commit", async () => {
    await newRepository("forgotten");
    await onboard({ name: "forgotten" });
    const text = await fileOf("forgotten", "develop");
    assert.ok(text !== undefined);
    await commitFile("forgotten", "develop", "changed\n");
    await commitFile("forgotten", "develop", text);
    stack.reset();
    await onboard({ name: "forgotten" });
    assert.deepEqual(await workflowCommits("forgotten", "develop"), ["By hand", "By hand", message]);
    assert.deepEqual(await workflowCommits("forgotten", "main"), [message]);
    assert.equal(Object.keys(await rulesetsOf("forgotten")).length, 3);
  });

  it("take over secrets and variables that are there", async () => {
    await newRepository("settled");
    await writeSecret("repos/kbase/settled/actions", "A", "before");
    await must("POST /repos/kbase/settled/actions/variables", { name: "LEVEL", value: "before" });
    await onboard({ name: "settled", ...{ secrets: ["A"], variables: { LEVEL: "info" } } });
    assert.deepEqual((await secretsOf("settled")).actions, { A: "value-a" });
    const variable = await must("GET /repos/kbase/settled/actions/variables/LEVEL");
    assert.equal(z.looseObject({ value: z.string() }).parse(variable).value, "info");
  });

  it("write the file to a default branch besides the long-lived ones, from which dispatches run", async () => {
    await newRepository("stale");
    const ref = await must("GET /repos/kbase/stale/git/ref/heads/main");
    const { object } = z.looseObject({ object: z.looseObject({ sha: z.string() }) }).parse(ref);
    await must("POST /repos/kbase/stale/git/refs", { ref: "refs/heads/old", sha: object.sha });
    await must("PATCH /repos/kbase/stale", { default_branch: "old" });
    await onboard({ name: "stale" });
    for (const branch of ["develop", "main", "old"])
      assert.deepEqual(await workflowCommits("stale", branch), [message], branch);
  });

  it("protect by classic rules where the plan has no rulesets", async () => {
    await newRepository("classic");
    const protection = {
      mode: "classic",
      approvals: 2,
      codeOwners: true,
      upToDate: true,
      bypass: ["team:devops", "user:kbase-developer"],
    };
    await onboard({ name: "classic", ...{ protection } });
    assert.deepEqual(await rulesetsOf("classic"), {});
    const fields = [
      ...["pattern", "requiredApprovingReviewCount", "requiresCodeOwnerReviews", "requiresStrictStatusChecks"],
      ...["requiredStatusCheckContexts", "allowsDeletions", "allowsForcePushes"],
    ];
    const rules = await query(
      `{ repository(owner: "kbase", name: "classic") { branchProtectionRules(first: 9) { nodes { ${fields.join(" ")} } } } }`,
    );
    const rule = (pattern: string) => ({
      pattern,
      requiredApprovingReviewCount: 2,
      requiresCodeOwnerReviews: true,
      requiresStrictStatusChecks: true,
      requiredStatusCheckContexts: ["pull-request / gate"],
      allowsDeletions: false,
      allowsForcePushes: false,
    });
    assert.deepEqual(Protected.parse(rules).repository.branchProtectionRules.nodes, [rule("develop"), rule("main")]);
    const deletion = await rest("DELETE /repos/kbase/classic/git/refs/heads/develop", undefined, "developer");
    assert.ok(deletion.status >= 400, String(deletion.status));
  });

  it("only watch where the rulesets are to be evaluated first, and then enforce them in one update each", async () => {
    await newRepository("watched");
    await onboard({ name: "watched", ...{ protection: { mode: "evaluate" } } });
    const [id] = Object.values(await rulesetsOf("watched"));
    const ruleset = await must(`GET /repos/kbase/watched/rulesets/${String(id)}`);
    assert.equal(z.looseObject({ enforcement: z.string() }).parse(ruleset).enforcement, "evaluate");
    stack.configure({ repositories: [{ name: "watched", branches }] });
    assert.deepEqual(
      (await stack.previewed()).map((step) => step.replace(/ github\S+ /, " ")),
      ["update watched/branches", "update watched/pull-requests", "update watched/versions"],
    );
  });

  it("leave a repository without a development branch, or without a release, what it has", async () => {
    await newRepository("trunk");
    await must("PATCH /repos/kbase/trunk", { default_branch: "main" });
    await onboard({ name: "trunk", ...{ branches: { release: "main" } } });
    assert.equal(await fileOf("trunk", "develop"), undefined);
    await newRepository("unreleased");
    stack.reset();
    await onboard({ name: "unreleased", ...{ branches: { develop: "develop" } } });
    assert.equal(await fileOf("unreleased", "main"), undefined);
  });
});
