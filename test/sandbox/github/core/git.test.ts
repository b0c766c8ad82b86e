import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { StandIn } from "../stand-in.ts";
import { gitIn } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
let folder: string;
const tip = (branch: string) => standIn.store.git(repository).ref(`refs/heads/${branch}`);
const url = () => `${standIn.origin}/kbase/narrative.git`;

describe("git with the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    repository = await standIn.repository("narrative", {
      branches: {
        develop: {
          files: { "README.md": "one\n", "bin/run": { content: "#!/bin/sh\n", executable: true } },
          message: "First",
        },
        main: { from: "develop", files: {}, message: "" },
      },
    });
    folder = mkdtempSync(path.join(tmpdir(), "drover-clone-"));
  });
  afterEach(async () => {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A clone with one more commit on a branch, not pushed. */
  async function cloneWithCommit(as: string, branch = "develop", file = "new.txt") {
    const clone = path.join(folder, `${as}-${branch}`);
    await gitIn(folder, as)("clone", "--quiet", "--branch", branch, url(), clone);
    const git = gitIn(clone, as);
    writeFileSync(path.join(clone, file), "new\n");
    await git("add", ".");
    await git("commit", "--quiet", "-m", "Second");
    return git;
  }

  async function ruleset(rule: object, bypass: readonly object[] = [], include = ["refs/heads/develop"]) {
    const { status } = await standIn.ask("POST /api/v3/repos/kbase/narrative/rulesets", {
      body: {
        name: "rules",
        enforcement: "active",
        target: "branch",
        conditions: { ref_name: { include, exclude: [] } },
        bypass_actors: bypass,
        rules: [rule],
      },
    });
    assert.equal(status, 201);
  }

  describe("git against the GitHub stand-in", () => {
    it("clones a public repository without a token, with its default branch and its modes", async () => {
      const git = gitIn(folder, null);
      assert.deepEqual(await git("clone", "--quiet", url(), "clone"), { ok: true, text: "" });
      const inside = gitIn(path.join(folder, "clone"), null);
      assert.equal((await inside("rev-parse", "--abbrev-ref", "HEAD")).text, "develop");
      assert.match((await inside("ls-files", "--stage", "bin/run")).text, /^100755 /);
      assert.equal((await inside("fsck", "--strict")).ok, true);
    });
    it("clones without .git in the address, shallowly, and by commit", async () => {
      const git = gitIn(folder);
      assert.equal((await git("clone", "--quiet", "--depth=1", url().replace(/\.git$/, ""), "clone")).ok, true);
      const sha = (await tip("main")) ?? "";
      await git("init", "--quiet", "other");
      assert.equal((await gitIn(path.join(folder, "other"))("fetch", "--quiet", "--depth=1", url(), sha)).ok, true);
    });
    it("hides a private repository from nobody and from strangers", async () => {
      repository.visibility = "private";
      standIn.user("stranger", null);
      assert.match(
        (await gitIn(folder, null)("clone", url(), "a")).text,
        /could not read Username|Authentication failed/,
      );
      assert.match((await gitIn(folder, "stranger")("clone", url(), "b")).text, /Repository not found|not found/);
      assert.equal((await gitIn(folder, "olga")("clone", "--quiet", url(), "c")).ok, true);
    });
    it("refuses a push of somebody who only reads", async () => {
      standIn.user("rene");
      const git = await cloneWithCommit("rene");
      const { ok, text } = await git("push", "origin", "develop");
      assert.equal(ok, false);
      assert.match(text, /403/);
    });
    it("takes a push: a branch, a tag, many objects, and a deletion", async () => {
      const git = await cloneWithCommit("olga");
      assert.deepEqual((await git("push", "origin", "develop", "HEAD:refs/tags/v1")).ok, true);
      assert.equal(await tip("develop"), (await git("rev-parse", "HEAD")).text);
      assert.equal(repository.pushedAt, standIn.store.clock.now());
      for (let index = 0; index < 150; index++)
        writeFileSync(path.join(folder, "olga-develop", `${index}.txt`), String(index));
      await git("add", ".");
      await git("commit", "--quiet", "-m", "Many");
      assert.equal((await git("push", "origin", "HEAD:refs/heads/many")).ok, true);
      assert.equal((await git("push", "origin", "--delete", "many")).ok, true);
      assert.equal(await tip("many"), undefined);
      assert.match((await git("push", "origin", "--delete", "develop")).text, /refusing to delete the current branch/);
      await standIn.store.git(repository).run(["fsck", "--strict", "--connectivity-only"]);
    });
    it("refuses a push that is not a fast forward unless it is forced", async () => {
      const git = await cloneWithCommit("olga");
      await git("push", "origin", "develop");
      await git("commit", "--quiet", "--amend", "-m", "Other");
      assert.match((await git("push", "origin", "develop")).text, /non-fast-forward|fetch first/);
      assert.equal((await git("push", "--force", "origin", "develop")).ok, true);
    });
    it("tells who listens of each pushed ref, with its commits", async () => {
      const seen: unknown[] = [];
      standIn.store.events.on(({ name, payload, sender }) =>
        seen.push([name, payload["ref"], payload["created"], sender.login]),
      );
      const git = await cloneWithCommit("olga");
      await git("push", "origin", "develop", "HEAD:refs/heads/feature");
      assert.deepEqual(seen, [
        ["push", "refs/heads/develop", false, "olga"],
        ["create", "feature", undefined, "olga"],
        ["push", "refs/heads/feature", true, "olga"],
      ]);
    });
    it("refuses workflow files from a token that lacks the scope for them", async () => {
      standIn.token("narrow", standIn.store.user("olga") ?? assert.fail(), { kind: "classic", scopes: ["repo"] });
      const git = await cloneWithCommit("narrow");
      await git("mv", "new.txt", "plain.txt");
      await git("commit", "--quiet", "-m", "Plain");
      assert.equal((await git("push", "origin", "develop")).ok, true);
      const clone = path.join(folder, "narrow-develop");
      await gitIn(clone)(
        "update-index",
        "--add",
        "--cacheinfo",
        `100644,${(await git("hash-object", "-w", "README.md")).text},.github/workflows/x.yml`,
      );
      await git("commit", "--quiet", "-m", "Workflow");
      const { ok, text } = await git("push", "origin", "develop");
      assert.equal(ok, false);
      assert.match(
        text,
        /refusing to allow a Personal Access Token to create or update workflow `\.github\/workflows\/x\.yml` without `workflow` scope/,
      );
    });
  });

  describe("a ruleset against a push", () => {
    it("refuses it in GitHub's words when changes must come by pull request, and lets the bypass actor", async () => {
      const devops = standIn.team("devops", standIn.store.user("olga") ?? assert.fail());
      const developer = standIn.user("dana");
      repository.collaborators.push({ id: developer.id, role: "write" });
      const parameters = {
        required_approving_review_count: 0,
        dismiss_stale_reviews_on_push: false,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_review_thread_resolution: false,
      };
      await ruleset({ type: "pull_request", parameters }, [
        { actor_id: devops.id, actor_type: "Team", bypass_mode: "always" },
      ]);
      const before = await tip("develop");
      const refused = await (await cloneWithCommit("dana"))("push", "origin", "develop");
      assert.equal(refused.ok, false);
      assert.match(refused.text, /remote: error: GH013: Repository rule violations found for refs\/heads\/develop\./);
      assert.match(refused.text, /remote: - Changes must be made through a pull request\./);
      assert.match(refused.text, /push declined due to repository rule violations/);
      assert.equal(await tip("develop"), before);
      const allowed = await (await cloneWithCommit("olga"))("push", "origin", "develop");
      assert.equal(allowed.ok, true, allowed.text);
      assert.match(allowed.text, /remote: Bypassed rule violations for refs\/heads\/develop:/);
      assert.notEqual(await tip("develop"), before);
    });
    it("does not let an actor push whose bypass is for pull requests alone", async () => {
      await ruleset({ type: "update" }, [
        { actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "pull_request" },
      ]);
      assert.match(
        (await (await cloneWithCommit("olga"))("push", "origin", "develop")).text,
        /Cannot update this protected ref/,
      );
    });
    it("refuses a forced push and a deletion of the branches that it names alone", async () => {
      await ruleset({ type: "non_fast_forward" });
      const git = await cloneWithCommit("olga");
      await git("push", "origin", "develop", "HEAD:refs/heads/feature");
      await git("commit", "--quiet", "--amend", "-m", "Other");
      assert.match((await git("push", "--force", "origin", "develop")).text, /Cannot force-push to this branch/);
      assert.equal((await git("push", "--force", "origin", "HEAD:feature")).ok, true);
      assert.equal((await git("push", "origin", "--delete", "feature")).ok, true);
    });
    it("applies the refs that it allows and refuses the others, or all of an atomic push", async () => {
      await ruleset({ type: "update" });
      const git = await cloneWithCommit("olga");
      const atomic = await git("push", "--atomic", "origin", "develop", "HEAD:refs/heads/feature");
      assert.match(atomic.text, /atomic push fail/);
      assert.equal(await tip("feature"), undefined);
      assert.equal((await git("push", "origin", "develop", "HEAD:refs/heads/feature")).ok, false);
      assert.equal(await tip("feature"), (await git("rev-parse", "HEAD")).text);
    });
    it("refuses merge commits where history is linear", async () => {
      await ruleset({ type: "required_linear_history" });
      const git = await cloneWithCommit("olga");
      await git("checkout", "--quiet", "-b", "side", "HEAD^");
      await git("commit", "--quiet", "--allow-empty", "-m", "Side");
      await git("checkout", "--quiet", "develop");
      await git("merge", "--quiet", "--no-ff", "-m", "Merge", "side");
      assert.match((await git("push", "origin", "develop")).text, /This branch must not contain merge commits\./);
    });
    it("means nothing while it is only evaluated or disabled", async () => {
      await ruleset({ type: "update" });
      const [first] = repository.rulesets;
      assert.ok(first);
      for (const enforcement of ["evaluate", "disabled"] as const) {
        first.enforcement = enforcement;
        const git = await cloneWithCommit("olga", "develop", `${enforcement}.txt`);
        assert.equal((await git("push", "origin", "develop")).ok, true);
        rmSync(path.join(folder, "olga-develop"), { recursive: true });
      }
    });
  });
});
