import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { Octokit } from "@octokit/rest";

import { GitRepository } from "../../../../sandbox/github/git/git-repository.ts";
import { recoverPulls } from "../../../../sandbox/github/pulls/recover.ts";
import type { SeedOrganization } from "../../../../sandbox/github/seed-schema.ts";
import { seed } from "../../../../sandbox/github/seed.ts";
import { Store } from "../../../../sandbox/github/store.ts";
import { checkout } from "../../../../sandbox/world/layout.ts";
import { unusedHost } from "../../../support/local-server.ts";

const token = "ghp_only_good_here";
const adminToken = "emulator_only_good_here";
const at = { owner: "kbase", repo: "narrative" };
const organization: SeedOrganization = {
  login: "kbase",
  users: [{ login: "olga", role: "owner" }],
  tokens: [{ token, of: "olga", scopes: ["repo", "workflow"] }],
  repositories: [
    { name: "narrative", branches: { develop: { files: { a: "a" } }, main: { files: {}, from: "develop" } } },
  ],
};

let folder: string;
let port: number;
const running = new Set<ChildProcess>();
describe("a GitHub stand-in that is started again", () => {
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "drover-github-"));
    port = Number((await unusedHost()).split(":")[1]);
  });
  afterEach(async () => {
    for (const process of running) await end(process, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the stand-in as the sandbox does, and returns when it serves. */
  async function start(): Promise<ChildProcess> {
    const file = path.join(folder, "config.json");
    writeFileSync(file, JSON.stringify({ port, folder: path.join(folder, "state"), adminToken, organization }));
    const main = path.join(checkout, "sandbox/github/main.ts");
    const process_ = spawn(process.execPath, [main, file], { stdio: ["ignore", "pipe", "inherit"] });
    running.add(process_);
    await new Promise<void>((resolve, reject) => {
      process_.stdout.on("data", (data: Buffer) =>
        data.includes("GitHub stand-in with organization") ? resolve() : undefined,
      );
      process_.once("exit", (code) => reject(new Error(`the stand-in ended with ${String(code)}`)));
    });
    return process_;
  }

  async function end(process_: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
    running.delete(process_);
    if (process_.exitCode !== null || process_.signalCode !== null) return process_.exitCode;
    const ended = new Promise<number | null>((resolve) => process_.once("exit", resolve));
    process_.kill(signal);
    return ended;
  }

  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const client = () => new Octokit({ baseUrl: `http://127.0.0.1:${port}/api/v3`, auth: token, log: silent });

  /**
   * Writes files, four at a time, and kills the server when some have been acknowledged and others are under way.
   * Returns the acknowledged ones.
   */
  async function writeAndKill(process_: ChildProcess, after: number, run: string): Promise<string[]> {
    const written: string[] = [];
    let index = 0;
    const writer = async () => {
      while (running.has(process_)) {
        const file = `${run}-${index++}.txt`;
        const write = { ...at, path: file, branch: "develop", message: file, content: "eA==" };
        const acknowledged = await client()
          .repos.createOrUpdateFileContents(write)
          .then(
            () => true,
            () => false,
          );
        if (!acknowledged) return;
        written.push(file);
        if (written.length === after) void end(process_, "SIGKILL");
      }
    };
    await Promise.all([writer(), writer(), writer(), writer()]);
    await end(process_, "SIGKILL");
    return written;
  }

  describe("the GitHub stand-in after a restart", () => {
    it("has everything as it was, and leaves nothing running", async () => {
      const first = await start();
      const { repos, actions, pulls, issues } = client();
      await actions.createRepoVariable({ ...at, name: "A", value: "1" });
      await repos.createOrUpdateEnvironment({ ...at, environment_name: "prod" });
      await repos.createOrUpdateFileContents({ ...at, path: "b", branch: "develop", message: "b", content: "eA==" });
      await pulls.create({ ...at, title: "Release", head: "develop", base: "main", draft: true });
      await issues.addLabels({ ...at, issue_number: 1, labels: ["new"] });
      const rules = [{ type: "deletion" as const }];
      const conditions = { ref_name: { include: ["~ALL"], exclude: [] } };
      await repos.createRepoRuleset({ ...at, name: "r", enforcement: "active", conditions, rules });
      const look = async () => [
        (await repos.get(at)).data,
        (await repos.listBranches(at)).data,
        (await actions.getRepoPublicKey(at)).data,
        (await actions.listRepoVariables(at)).data,
        (await repos.getEnvironment({ ...at, environment_name: "prod" })).data,
        (await pulls.get({ ...at, pull_number: 1 })).data,
        (await repos.getRepoRulesets(at)).data,
      ];
      const before = await look();
      assert.equal(await end(first, "SIGTERM"), 0);
      await start();
      assert.deepEqual(await look(), before);
      const made = await client().issues.create({ ...at, title: "next" });
      const ids = before.flatMap((one) => [...JSON.stringify(one).matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id)));
      assert.equal(made.data.number, 2);
      assert.equal(ids.includes(made.data.id), false, "ids are not given twice");
    }).timeout(60_000);
    it("has all that it acknowledged when it was killed in the middle of writing", async () => {
      for (const [run, after] of [3, 10, 17].entries()) {
        const written = await writeAndKill(await start(), after, String(run));
        const store = new Store(path.join(folder, "state"));
        const repository = store.repository("kbase", "narrative") ?? assert.fail();
        const git = new GitRepository(path.join(folder, "state/git", `${repository.id}.git`));
        assert.equal(await git.text(["fsck", "--strict", "--no-dangling"]), "");
        const there = (await git.text(["ls-tree", "--name-only", "develop"])).split("\n");
        assert.deepEqual(
          written.filter((file) => !there.includes(file)),
          [],
        );
        assert.ok(written.length >= after);
        const commits = Number(await git.text(["rev-list", "--count", "develop"]));
        assert.equal(commits, there.length, "one commit a file");
        await store.close();
        git.close();
      }
    }).timeout(120_000);
    it("changes branches though a git process was killed while it held their locks", async () => {
      const state = path.join(folder, "state");
      const store = new Store(state);
      await seed(store, organization);
      const { id } = store.repository("kbase", "narrative") ?? assert.fail();
      const git = path.join(state, "git", `${id}.git`);
      for (const lock of ["packed-refs.lock", "refs/heads/main.lock"]) writeFileSync(path.join(git, lock), "");
      await store.close();
      const again = new Store(state);
      const from = (await again.git({ id }).ref("refs/heads/main")) ?? assert.fail();
      await again.git({ id }).updateRefs([{ ref: "refs/heads/main", from, to: null }]);
      assert.equal(await again.git({ id }).ref("refs/heads/main"), undefined);
      await again.close();
    });
    it("has no half of a repository that was being made", async () => {
      const state = path.join(folder, "state");
      const store = new Store(state);
      await seed(store, { ...organization, repositories: [] });
      await store.git({ id: 77 }).create("main");
      await store.close();
      const again = new Store(state);
      assert.deepEqual(readdirSync(path.join(state, "git")), []);
      assert.deepEqual(again.repositories(), []);
    });
  });

  describe("a merge that was cut short", () => {
    async function withPull(test: (store: Store) => Promise<void>): Promise<void> {
      const store = new Store(path.join(folder, "state"));
      await seed(store, organization);
      await test(store);
      await store.close();
    }
    it("after the branch had moved is finished at the next start, with who merged", async () => {
      await withPull(async (store) => {
        const { repository, issue, pull, sha } = await openByHand(store);
        pull.merging = { sha, userId: store.user("olga")?.id ?? 0 };
        store.save(repository);
        await store.git(repository).updateRefs([{ ref: "refs/heads/main", from: pull.base.sha, to: sha }]);
        await recoverPulls(store);
        assert.deepEqual(
          [issue.state, pull.mergeCommitSha, pull.mergedById, pull.merging],
          ["closed", sha, store.user("olga")?.id, null],
        );
      });
    });
    it("before the branch had moved has not happened", async () => {
      await withPull(async (store) => {
        const { repository, issue, pull, sha } = await openByHand(store);
        pull.merging = { sha, userId: store.user("olga")?.id ?? 0 };
        store.save(repository);
        await recoverPulls(store);
        assert.deepEqual([issue.state, pull.mergedAt], ["open", null]);
      });
    });
  });

  /** A pull request of develop into main, and a commit that squashes it. */
  async function openByHand(store: Store) {
    const { openPull } = await import("../../../../sandbox/github/pulls/open.ts");
    const { commitFiles } = await import("../../../../sandbox/github/commit-files.ts");
    const { writeMerge } = await import("../../../../sandbox/github/pulls/merge-commit.ts");
    const repository = store.repository("kbase", "narrative") ?? assert.fail();
    const user = store.user("olga") ?? assert.fail();
    const actor = { user, workflows: true };
    const git = store.git(repository);
    const edits = [{ path: "b", mode: "100644", sha: await git.writeBlob(Buffer.from("b")) }] as const;
    const parent = await git.ref("refs/heads/develop");
    await commitFiles(store, repository, actor, { branch: "develop", parent, edits, message: "b" });
    const wanted = {
      title: "Release",
      body: null,
      head: "develop",
      base: "main",
      draft: false,
      maintainerCanModify: false,
    };
    const { issue, pull } = await openPull(store, repository, actor, wanted);
    const sha = await writeMerge("squash", { store, repository, issue, pull, base: pull.base.sha, user });
    return { repository, issue, pull, sha: sha ?? assert.fail() };
  }
});
