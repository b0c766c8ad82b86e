import assert from "node:assert/strict";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";
import { clientOf, refusalOf } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
const at = { owner: "kbase", repo: "narrative" };
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("contents in the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    repository = await standIn.repository("narrative", {
      branches: {
        develop: { files: { "README.md": "one\n", "docs/a b.md": "text\n", "docs/deep/x": "" }, message: "First" },
        main: { from: "develop", files: {}, message: "" },
      },
    });
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  const put = (path: string, more: object = {}) =>
    clientOf(standIn).repos.createOrUpdateFileContents({
      ...at,
      path,
      message: `Write ${path}`,
      content: base64("new\n"),
      branch: "develop",
      ...more,
    });
  const get = async (path: string, ref?: string) => {
    const { data } = await clientOf(standIn).repos.getContent({ ...at, path, ...(ref === undefined ? {} : { ref }) });
    assert.ok(!Array.isArray(data) && data.type === "file");
    return data;
  };

  describe("a file of the GitHub stand-in", () => {
    it("is read with its content, and an address that carries the ref that was asked for", async () => {
      const file = await get("docs/a b.md", "main");
      assert.equal(Buffer.from(file.content, "base64").toString(), "text\n");
      const url = `${standIn.origin}/api/v3/repos/kbase/narrative/contents/docs/a%20b.md?ref=main`;
      assert.deepEqual([file.name, file.path, file.size, file.url], ["a b.md", "docs/a b.md", 5, url]);
      assert.equal((await get("README.md")).url.endsWith("/contents/README.md?ref=develop"), true);
    });
    it("is listed in its folder", async () => {
      const { data } = await clientOf(standIn).repos.getContent({ ...at, path: "docs" });
      assert.ok(Array.isArray(data));
      assert.deepEqual(
        data.map(({ type, path, size }) => [type, path, size]),
        [
          ["file", "docs/a b.md", 5],
          ["dir", "docs/deep", 0],
        ],
      );
    });
    it("is not there under another name, branch or commit", async () => {
      const missing = (path: string, ref?: string) => refusalOf(get(path, ref));
      assert.deepEqual(await missing("no.md"), { status: 404, message: "Not Found" });
      assert.deepEqual(await missing("README.md/x"), { status: 404, message: "Not Found" });
      assert.deepEqual(await missing("README.md", "nowhere"), {
        status: 404,
        message: "No commit found for the ref nowhere",
      });
    });
    it("is written as one commit of the caller, on the branch that is named", async () => {
      const main = await standIn.store.git(repository).ref("refs/heads/main");
      const { status, data } = await put(".github/workflows/images.yml");
      assert.equal(status, 201);
      assert.equal(data.commit.message, "Write .github/workflows/images.yml");
      assert.deepEqual([data.commit.author?.name, data.commit.committer?.name], ["olga", "GitHub"]);
      assert.equal(data.content?.url?.endsWith("/contents/.github/workflows/images.yml?ref=develop"), true);
      const git = standIn.store.git(repository);
      assert.equal(await git.ref("refs/heads/develop"), data.commit.sha);
      assert.equal(await git.ref("refs/heads/main"), main);
      const commit = await git.commit(data.commit.sha ?? "");
      assert.equal(commit?.parents.length, 1);
      assert.equal(await git.text(["show", `develop:.github/workflows/images.yml`]), "new");
      assert.equal(await git.text(["fsck", "--strict"]), "");
    });
    it("has the author that the request names", async () => {
      const { data } = await put("x", { author: { name: "Ada", email: "ada@example.org" } });
      assert.deepEqual(
        [data.commit.author?.email, data.commit.committer?.email],
        ["ada@example.org", "ada@example.org"],
      );
    });
    it("is replaced only by who names its present blob", async () => {
      assert.deepEqual(await refusalOf(put("README.md")), {
        status: 422,
        message: `Invalid request.\n\n"sha" wasn't supplied.`,
      });
      const wrong = "0".repeat(40);
      const message = `README.md does not match ${wrong}`;
      assert.deepEqual(await refusalOf(put("README.md", { sha: wrong })), { status: 409, message });
      const { sha } = await get("README.md");
      assert.equal((await put("README.md", { sha })).status, 200);
      assert.equal(Buffer.from((await get("README.md")).content, "base64").toString(), "new\n");
    });
    it("is not written to a branch that does not exist, or under a name that git does not take", async () => {
      assert.deepEqual(await refusalOf(put("x", { branch: "nowhere" })), {
        status: 404,
        message: "Branch nowhere not found",
      });
      for (const path of ["a/../b", "a//b", ".git/config"])
        assert.deepEqual(await refusalOf(put(path)), {
          status: 422,
          message: "path contains a malformed path component",
        });
      assert.equal((await refusalOf(put("docs"))).status, 422);
      assert.equal((await refusalOf(put("x", { content: "no base64!" }))).status, 422);
      await standIn.app.inject({ method: "DELETE", url: "/_emulator/mismatches" });
    });
    it("begins a repository that is empty", async () => {
      const empty = await standIn.repository("empty", { branches: {} });
      assert.deepEqual(
        await refusalOf(clientOf(standIn).repos.getContent({ owner: "kbase", repo: "empty", path: "x" })),
        {
          status: 404,
          message: "This repository is empty.",
        },
      );
      await put("README.md", { repo: "empty", branch: "main" });
      const git = standIn.store.git(empty);
      assert.equal((await git.commit((await git.ref("refs/heads/main")) ?? ""))?.parents.length, 0);
    });
    it("is deleted, and its folder with it", async () => {
      const { sha } = await get("docs/deep/x", "develop");
      const wanted = { ...at, path: "docs/deep/x", message: "Remove", branch: "develop" };
      assert.equal(
        (await refusalOf(clientOf(standIn).repos.deleteFile({ ...wanted, sha: "0".repeat(40) }))).status,
        409,
      );
      const { data } = await clientOf(standIn).repos.deleteFile({ ...wanted, sha });
      assert.equal(data.content, null);
      assert.equal((await refusalOf(get("docs/deep", "develop"))).status, 404);
      assert.equal((await get("docs/deep/x", "main")).sha, sha);
    });
    it("of workflows needs a token that may write them", async () => {
      const olga = standIn.store.user("olga") ?? assert.fail();
      standIn.token("narrow", olga, { kind: "classic", scopes: ["repo"] });
      standIn.token("fine", olga, { kind: "fine-grained", permissions: { contents: "write" } });
      const write = (as: string) =>
        clientOf(standIn, as).repos.createOrUpdateFileContents({
          ...at,
          path: ".github/workflows/x.yml",
          message: "x",
          content: "eA==",
        });
      assert.equal((await refusalOf(write("narrow"))).status, 404);
      assert.equal((await refusalOf(write("fine"))).status, 403);
      assert.equal((await write("olga")).status, 201);
    });
    it("is written by many at the same time, one commit each and none lost", async () => {
      await Promise.all(Array.from({ length: 20 }, (_, index) => put(`many/${index}.txt`)));
      const git = standIn.store.git(repository);
      assert.equal(await git.text(["rev-list", "--count", "develop"]), "21");
      const { data } = await clientOf(standIn).repos.getContent({ ...at, path: "many", ref: "develop" });
      assert.equal(Array.isArray(data) ? data.length : 0, 20);
    });
  });

  describe("a commit of the GitHub stand-in", () => {
    it("is read with its files", async () => {
      const { data: written } = await put("docs/new.md", { content: base64("1\n2\n3\n") });
      const { data } = await clientOf(standIn).repos.getCommit({ ...at, ref: written.commit.sha ?? "" });
      assert.deepEqual(data.stats, { total: 3, additions: 3, deletions: 0 });
      assert.deepEqual(
        data.files?.map(({ filename, status, additions, patch }) => [filename, status, additions, patch]),
        [["docs/new.md", "added", 3, "@@ -0,0 +1,3 @@\n+1\n+2\n+3"]],
      );
      assert.equal(data.author?.login, "olga");
      const message = `No commit found for SHA: ${"1".repeat(40)}`;
      const missing = clientOf(standIn).repos.getCommit({ ...at, ref: "1".repeat(40) });
      assert.deepEqual(await refusalOf(missing), { status: 422, message });
    });
    it("is listed for its branch, its path and its author", async () => {
      await put("a.txt");
      await put("b.txt");
      const list = async (query: object) => {
        const { data } = await clientOf(standIn).repos.listCommits({ ...at, ...query });
        return data.map(({ commit }) => commit.message);
      };
      assert.deepEqual(await list({}), ["Write b.txt", "Write a.txt", "First"]);
      assert.deepEqual(await list({ path: "a.txt" }), ["Write a.txt"]);
      assert.deepEqual(await list({ sha: "main" }), ["First"]);
      assert.deepEqual(await list({ author: "nobody" }), []);
      assert.deepEqual(await list({ per_page: 1, page: 2 }), ["Write a.txt"]);
    });
    it("is compared with another", async () => {
      await put("a.txt");
      const compare = async (basehead: string) => {
        const { data } = await clientOf(standIn).repos.compareCommitsWithBasehead({ ...at, basehead });
        return [data.status, data.ahead_by, data.behind_by, data.files?.map(({ filename }) => filename)];
      };
      assert.deepEqual(await compare("main...develop"), ["ahead", 1, 0, ["a.txt"]]);
      assert.deepEqual(await compare("develop...main"), ["behind", 0, 1, []]);
      assert.deepEqual(await compare("main...main"), ["identical", 0, 0, []]);
      await put("b.txt", { branch: "main" });
      assert.deepEqual(await compare("main...develop"), ["diverged", 1, 1, ["a.txt"]]);
    });
    it("can be made from a tree, and becomes a branch", async () => {
      const { git, repos } = clientOf(standIn);
      const develop = (await git.getRef({ ...at, ref: "heads/develop" })).data.object.sha;
      const tree = await git.createTree({
        ...at,
        base_tree: develop,
        tree: [
          { path: "run.sh", mode: "100755", type: "blob", content: "#!/bin/sh\n" },
          { path: "docs", mode: "040000", type: "tree", sha: null },
        ],
      });
      const { data } = await git.createCommit({ ...at, message: "Made", tree: tree.data.sha, parents: [develop] });
      await git.createRef({ ...at, ref: "refs/heads/made", sha: data.sha });
      const { data: whole } = await git.getTree({ ...at, tree_sha: "made", recursive: "1" });
      assert.deepEqual(
        whole.tree.map(({ path, mode }) => [path, mode]),
        [
          ["README.md", "100644"],
          ["run.sh", "100755"],
        ],
      );
      assert.equal((await repos.getBranch({ ...at, branch: "made" })).data.commit.sha, data.sha);
    });
  });

  describe("a branch of the GitHub stand-in", () => {
    it("is made, moved forward, moved by force and deleted", async () => {
      const { git } = clientOf(standIn);
      const first = (await git.getRef({ ...at, ref: "heads/develop" })).data.object.sha;
      const second = (await put("x")).data.commit.sha ?? "";
      await git.createRef({ ...at, ref: "refs/heads/feature", sha: first });
      assert.deepEqual(await refusalOf(git.createRef({ ...at, ref: "refs/heads/feature", sha: first })), {
        status: 422,
        message: "Reference already exists",
      });
      await git.updateRef({ ...at, ref: "heads/feature", sha: second });
      assert.deepEqual(await refusalOf(git.updateRef({ ...at, ref: "heads/feature", sha: first })), {
        status: 422,
        message: "Update is not a fast forward",
      });
      await git.updateRef({ ...at, ref: "heads/feature", sha: first, force: true });
      await git.deleteRef({ ...at, ref: "heads/feature" });
      assert.equal((await refusalOf(git.getRef({ ...at, ref: "heads/feature" }))).status, 404);
      assert.equal((await refusalOf(git.deleteRef({ ...at, ref: "heads/develop" }))).status, 422);
    });
    it("with slashes in its name is found", async () => {
      const { git, repos } = clientOf(standIn);
      const { sha } = (await git.getRef({ ...at, ref: "heads/develop" })).data.object;
      await git.createRef({ ...at, ref: "refs/heads/feature/one", sha });
      assert.equal((await repos.getBranch({ ...at, branch: "feature/one" })).data.name, "feature/one");
      assert.equal((await git.getRef({ ...at, ref: "heads/feature/one" })).data.object.sha, sha);
      assert.equal((await standIn.ask("GET /repos/kbase/narrative/git/ref/heads/feature/one")).status, 200);
    });
    it("that is the default one is still that after it was renamed", async () => {
      const { repos } = clientOf(standIn);
      await repos.renameBranch({ ...at, branch: "develop", new_name: "next" });
      assert.equal((await repos.get(at)).data.default_branch, "next");
      assert.equal((await refusalOf(repos.getBranch({ ...at, branch: "develop" }))).message, "Branch not found");
      assert.deepEqual(
        (await repos.listBranches(at)).data.map(({ name }) => name),
        ["main", "next"],
      );
    });
  });

  describe("the settings of a repository of the GitHub stand-in", () => {
    it("change as they are told, and a visibility that it has already is refused", async () => {
      const { repos } = clientOf(standIn);
      const { data } = await repos.update({ ...at, delete_branch_on_merge: true, description: "d", has_wiki: false });
      assert.deepEqual([data.delete_branch_on_merge, data.description, data.has_wiki], [true, "d", false]);
      const same = repos.update({ ...at, visibility: "public" });
      assert.deepEqual(await refusalOf(same), { status: 422, message: "Visibility is already public." });
      assert.equal((await repos.update({ ...at, visibility: "private" })).data.private, true);
      assert.equal((await refusalOf(repos.update({ ...at, default_branch: "nowhere" }))).status, 422);
    });
    it("include its name: it is found under the new one, in any letter case", async () => {
      const { repos } = clientOf(standIn);
      await standIn.repository("taken");
      assert.equal((await refusalOf(repos.update({ ...at, name: "Taken" }))).status, 422);
      await repos.update({ ...at, name: "Story" });
      assert.equal((await repos.get({ owner: "KBASE", repo: "story" })).data.full_name, "kbase/Story");
      assert.equal((await repos.get(at)).data.full_name, "kbase/Story", "the former name leads there");
    });
  });
});
