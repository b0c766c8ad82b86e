import assert from "node:assert/strict";

import * as z from "zod";

import { githubUrl } from "../../sandbox/github/part.ts";
import { gateCheck } from "../../components/reusable-workflows.ts";
import { commitFile, emulator, headOf, must, rest, withClone } from "../support/github.ts";
import { coldStart, sandbox, succeed } from "../support/sandbox.ts";

const name = "narrative";
const R = `/repos/kbase/${name}`;
const Pull = z.looseObject({ number: z.number(), head: z.looseObject({ sha: z.string() }) });

/** Reports a check as GitHub Actions does, with a token that only its runs get. */
async function reportAsActions(sha: string, check: string, conclusion: "success" | "failure"): Promise<void> {
  const { token } = z
    .looseObject({ token: z.string() })
    .parse(await emulator("POST /tokens", { repository: `kbase/${name}`, permissions: { checks: "write" } }));
  const response = await fetch(`${githubUrl(await sandbox())}/api/v3${R}/check-runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: check, head_sha: sha, status: "completed", conclusion }),
  });
  assert.equal(response.status, 201, await response.text());
}

/** A branch of the developer's, with one commit, and a pull request of it. */
async function pullRequest(branch: string, base: string, more: object = {}): Promise<z.infer<typeof Pull>> {
  await withClone(name, "developer", async ({ git, commit }) => {
    await git("checkout", "-q", "-b", branch, `origin/${base}`);
    await commit(`${branch}.txt`, branch);
    const { ok, output } = await git("push", "origin", branch);
    assert.ok(ok, output);
  });
  return Pull.parse(await must(`POST ${R}/pulls`, { title: branch, head: branch, base, ...more }, "developer"));
}

const approve = ({ number }: { number: number }) =>
  must(`POST ${R}/pulls/${String(number)}/reviews`, { event: "APPROVE" });
const merge = ({ number }: { number: number }) => rest(`PUT ${R}/pulls/${String(number)}/merge`, {}, "developer");
const messageOf = ({ body }: { body: unknown }) => z.looseObject({ message: z.string() }).parse(body).message;

describe("the rules of an onboarded repository", () => {
  before(async function () {
    this.timeout(coldStart);
    await sandbox();
    await succeed("up", "--yes", "--skip-preview", "--stack", "github");
  });

  it("stop a push to a long-lived branch", async () => {
    const head = await headOf(name, "develop");
    await withClone(name, "developer", async ({ git, commit }) => {
      await commit("pushed.txt", "x");
      const { ok, output } = await git("push", "origin", "HEAD:develop");
      assert.equal(ok, false);
      assert.match(output, /rule|pull request/i);
    });
    assert.equal(await headOf(name, "develop"), head);
  });

  it("stop everybody from pushing over a long-lived branch or deleting it", async () => {
    const head = await headOf(name, "develop");
    await withClone(name, "admin", async ({ git }) => {
      await git("checkout", "-q", "develop");
      for (const push of [
        ["--force", "origin", "HEAD~1:develop"],
        ["origin", ":develop"],
        ["origin", ":main"],
      ])
        assert.equal((await git("push", ...push)).ok, false, push.join(" "));
    });
    for (const branch of ["develop", "main"])
      assert.equal((await rest(`DELETE ${R}/git/refs/heads/${branch}`)).status, 422);
    assert.equal(await headOf(name, "develop"), head);
  });

  it("stop a file written by the API, and let those do it who may bypass them", async () => {
    const file = "written.txt";
    const refused = await commitFile(name, "develop", "x", { as: "developer", file });
    assert.ok([409, 422].includes(refused.status), String(refused.status));
    assert.match(messageOf(refused), /rule violations/i);
    assert.equal((await commitFile(name, "develop", "x", { file })).status, 201);
  });

  it("stop a merge until it is approved, and the gate and the repository's own check are green", async () => {
    const pull = await pullRequest("feature", "develop");
    const refused = async (why: RegExp) => {
      const answer = await merge(pull);
      assert.equal(answer.status, 405);
      assert.match(messageOf(answer), why);
    };
    await reportAsActions(pull.head.sha, gateCheck, "success");
    await reportAsActions(pull.head.sha, "unit_test", "success");
    await refused(/approving review/);
    await approve(pull);
    await reportAsActions(pull.head.sha, gateCheck, "failure");
    await refused(/required status check/i);
    await must(`POST ${R}/statuses/${pull.head.sha}`, { state: "success", context: gateCheck }, "developer");
    await refused(/required status check/i);
    await reportAsActions(pull.head.sha, gateCheck, "success");
    await reportAsActions(pull.head.sha, "unit_test", "failure");
    await refused(/required status check/i);
    await reportAsActions(pull.head.sha, "unit_test", "success");
    assert.equal((await merge(pull)).status, 200);
  });

  it("stop a merge that nobody's gate has looked at", async () => {
    const pull = await pullRequest("unseen", "develop");
    await approve(pull);
    await must(`POST ${R}/statuses/${pull.head.sha}`, { state: "success", context: gateCheck }, "developer");
    const answer = await merge(pull);
    assert.equal(answer.status, 405);
    assert.match(messageOf(answer), /required status check/i);
  });

  it("stop the merge of a draft, however green it is", async () => {
    const pull = await pullRequest("draft", "develop", { draft: true });
    await approve(pull);
    for (const check of [gateCheck, "unit_test"]) await reportAsActions(pull.head.sha, check, "success");
    const answer = await merge(pull);
    assert.equal(answer.status, 405);
    assert.match(messageOf(answer), /draft/i);
  });

  it("keep develop when the release pull request is merged where merged branches are deleted", async () => {
    await must(`PATCH ${R}`, { delete_branch_on_merge: true });
    try {
      const release = Pull.parse(
        await must(`POST ${R}/pulls`, { title: "Release", head: "develop", base: "main" }, "developer"),
      );
      await approve(release);
      for (const check of [gateCheck, "unit_test"]) await reportAsActions(release.head.sha, check, "success");
      assert.equal((await merge(release)).status, 200);
      assert.equal(await headOf(name, "develop"), release.head.sha);
    } finally {
      await must(`PATCH ${R}`, { delete_branch_on_merge: false });
    }
  });

  it("let versions be tagged, and never moved or deleted", async () => {
    await withClone(name, "admin", async ({ git }) => {
      await git("checkout", "-q", "main");
      for (const tag of ["1.2.3", "v1.2.3"]) {
        assert.ok((await git("push", "origin", `HEAD:refs/tags/${tag}`)).ok, tag);
        assert.equal((await git("push", "--force", "origin", `HEAD~1:refs/tags/${tag}`)).ok, false, `move ${tag}`);
        assert.equal((await git("push", "origin", `:refs/tags/${tag}`)).ok, false, `delete ${tag}`);
      }
      assert.ok((await git("push", "origin", "HEAD:refs/tags/nightly")).ok);
      assert.ok((await git("push", "--force", "origin", "HEAD~1:refs/tags/nightly")).ok);
    });
  });

  it("do not show as changes afterwards", async () =>
    assert.match(await succeed("preview", "--expect-no-changes", "--stack", "github"), /unchanged/));
});
