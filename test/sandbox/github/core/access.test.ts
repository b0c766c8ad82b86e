import assert from "node:assert/strict";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn, tokenOf } from "../stand-in.ts";
import { clientOf, refusalOf } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
const at = { owner: "kbase", repo: "narrative" };
const olga = () => standIn.store.user("olga") ?? assert.fail();

describe("access to the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    repository = await standIn.repository("narrative", { visibility: "private" });
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  describe("who asks the GitHub stand-in", () => {
    it("is told by a token as token, Bearer or password, and refused where it is wrong or expired", async () => {
      const user = async (authorization: string) => {
        const { status, body } = await standIn.ask("GET /user", { as: null, headers: { authorization } });
        return [status, (body as { login?: string; message?: string }).login ?? (body as { message?: string }).message];
      };
      const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
      for (const good of [`token ${tokenOf("olga")}`, `bearer ${tokenOf("olga")}`, basic(`x:${tokenOf("olga")}`)])
        assert.deepEqual(await user(good), [200, "olga"]);
      for (const bad of ["token nobody", `Digest ${tokenOf("olga")}`, basic("olga:password")])
        assert.deepEqual(await user(bad), [401, "Bad credentials"]);
      standIn.token("old", olga(), { kind: "classic", expiresAt: "2026-01-01T00:00:00Z" });
      assert.deepEqual(await user(`token ${tokenOf("old")}`), [401, "Bad credentials"]);
    });
    it("is told what a classic token's scopes are and which would do", async () => {
      const { headers } = await standIn.ask("GET /api/v3/repos/kbase/narrative");
      assert.match(headers.get("x-oauth-scopes") ?? "", /^repo, workflow/);
      assert.equal(headers.get("x-accepted-oauth-scopes"), "repo");
    });
    it("does not see what it may not: 404, not 403", async () => {
      standIn.user("stranger", null);
      standIn.token("scopeless", olga(), { kind: "classic", scopes: [] });
      for (const as of ["stranger", "scopeless"])
        assert.deepEqual(await refusalOf(clientOf(standIn, as).repos.get(at)), { status: 404, message: "Not Found" });
      const nobody = await standIn.ask("GET /repos/kbase/narrative", { as: null });
      assert.equal(nobody.status, 404);
    });
    it("reads what is public without a token, and changes nothing", async () => {
      repository.visibility = "public";
      assert.equal((await standIn.ask("GET /repos/kbase/narrative", { as: null })).status, 200);
      const change = await standIn.ask("PATCH /repos/kbase/narrative", { as: null, body: { description: "x" } });
      assert.equal(change.status, 401);
    });
    it("needs a role: admin for secrets, write for files", async () => {
      const { id } = standIn.user("rene");
      const rene = clientOf(standIn, "rene");
      const secrets = { status: 403, message: "Must have admin rights to Repository." };
      assert.deepEqual(await refusalOf(rene.actions.listRepoSecrets(at)), secrets);
      const file = { ...at, path: "x", message: "x", content: "eA==" };
      const written = () => rene.repos.createOrUpdateFileContents(file);
      assert.equal((await refusalOf(written())).status, 403);
      repository.collaborators.push({ id, role: "write" });
      assert.equal((await written()).status, 201);
      assert.deepEqual(await refusalOf(rene.actions.listRepoSecrets(at)), secrets);
    });
    it("gets the strongest of what its teams, the teams above them and the organization give", async () => {
      const dana = standIn.user("dana");
      const above = standIn.team("engineering");
      const team = standIn.team("developers", dana);
      team.parentId = above.id;
      const role = async () => {
        const { data } = await clientOf(standIn).repos.getCollaboratorPermissionLevel({ ...at, username: "dana" });
        return [data.permission, data.role_name];
      };
      assert.deepEqual(await role(), ["read", "read"]);
      repository.teams.push({ id: team.id, role: "triage" }, { id: above.id, role: "maintain" });
      assert.deepEqual(await role(), ["write", "maintain"]);
      standIn.organization.defaultRepositoryPermission = "admin";
      assert.deepEqual(await role(), ["admin", "admin"]);
    });
    it("is told which permission a fine-grained token lacks", async () => {
      standIn.token("fine", olga(), { kind: "fine-grained", permissions: { contents: "read" } });
      const fine = await standIn.ask("GET /repos/kbase/narrative/actions/secrets", { as: "fine" });
      assert.equal(fine.status, 403);
      assert.equal((fine.body as { message: string }).message, "Resource not accessible by personal access token");
      assert.equal(fine.headers.get("x-accepted-github-permissions"), "secrets=read");
      assert.equal((await standIn.ask("GET /repos/kbase/narrative/branches", { as: "fine" })).status, 200);
      standIn.installedApp("robot", { secrets: "write" });
      assert.equal((await standIn.ask("GET /repos/kbase/narrative/actions/secrets", { as: "robot" })).status, 200);
      const app = await standIn.ask("GET /repos/kbase/narrative/branches", { as: "robot" });
      assert.equal((app.body as { message: string }).message, "Resource not accessible by integration");
    });
    it("does not reach repositories that a fine-grained token was not given", async () => {
      const other = await standIn.repository("other", { visibility: "private" });
      standIn.token("fine", olga(), {
        kind: "fine-grained",
        permissions: { contents: "read" },
        repositories: [other.id],
      });
      assert.equal((await standIn.ask("GET /repos/kbase/other", { as: "fine" })).status, 200);
      assert.equal((await standIn.ask("GET /repos/kbase/narrative", { as: "fine" })).status, 404);
    });
    it("may not change an archived repository but for bringing it back", async () => {
      await clientOf(standIn).repos.update({ ...at, archived: true });
      const write = clientOf(standIn).actions.createRepoVariable({ ...at, name: "A", value: "b" });
      assert.deepEqual(await refusalOf(write), { status: 403, message: "Repository was archived so is read-only." });
      await clientOf(standIn).repos.update({ ...at, archived: false });
      assert.equal(repository.archived, false);
    });
  });

  describe("an answer of the GitHub stand-in", () => {
    it("says of routes that it does not have that the stand-in does not have them", async () => {
      const { status, body } = await standIn.ask("GET /api/v3/repos/kbase/narrative/codespaces?x=1");
      assert.equal(status, 404);
      assert.deepEqual(body, {
        message: "This stand-in for GitHub does not have GET /api/v3/repos/kbase/narrative/codespaces",
        documentation_url: "https://docs.github.com/rest",
        status: "404",
      });
    });
    it("says what is wrong with a body as GitHub does", async () => {
      const post = async (body: string) => {
        const headers = { authorization: `token ${tokenOf("olga")}` };
        const url = `${standIn.origin}/repos/kbase/narrative/labels`;
        const response = await fetch(url, { method: "POST", headers, body });
        return [response.status, ((await response.json()) as { message: string }).message];
      };
      assert.deepEqual(await post("{"), [400, "Problems parsing JSON"]);
      assert.deepEqual(await post("[]"), [400, "Body should be a JSON object"]);
      assert.deepEqual(await post("{}"), [422, `Invalid request.\n\n"name" wasn't supplied.`]);
      const wrong = await post('{"name": "x", "color": "red"}');
      assert.deepEqual(wrong, [422, "Invalid request.\n\nInvalid property /color: must be six hex digits."]);
      await standIn.app.inject({ method: "DELETE", url: "/_emulator/mismatches" });
    });
    it("carries an entity tag, and is 304 without a body for who knows it, until something changes", async () => {
      const first = await standIn.ask("GET /api/v3/repos/kbase/narrative");
      const tag = first.headers.get("etag") ?? "";
      assert.match(tag, /^W\/"[0-9a-f]+"$/);
      const again = () => standIn.ask("GET /api/v3/repos/kbase/narrative", { headers: { "if-none-match": tag } });
      const known = await again();
      assert.deepEqual([known.status, known.body, known.headers.get("etag")], [304, "", tag]);
      await clientOf(standIn).repos.update({ ...at, description: "other" });
      assert.equal((await again()).status, 200);
    });
    it("is a page of a list, with links to its neighbours", async () => {
      for (let index = 0; index < 7; index++) await standIn.repository(`r${index}`);
      const { data, headers } = await clientOf(standIn).repos.listForOrg({ org: "kbase", per_page: 3, page: 2 });
      assert.equal(data.length, 3);
      const links = (headers.link ?? "").split(", ").map((link) => link.replace(/<[^>]*[?&](page=\d+)[^>]*>; /, "$1 "));
      assert.deepEqual(links, ['page=1 rel="prev"', 'page=3 rel="next"', 'page=3 rel="last"', 'page=1 rel="first"']);
      const all = await clientOf(standIn).paginate("GET /orgs/{org}/repos", { org: "kbase", per_page: 3 });
      assert.equal(new Set(all.map(({ id }) => id)).size, 8);
    });
    it("names an organization, and answers 404 for a user in its place", async () => {
      const { data } = await clientOf(standIn).orgs.get({ org: "KBase" });
      assert.equal(data.login, "kbase");
      assert.deepEqual(await refusalOf(clientOf(standIn).orgs.get({ org: "olga" })), {
        status: 404,
        message: "Not Found",
      });
    });
    it("is the same at both places but for its addresses", async () => {
      const [plain, enterprise] = await Promise.all([
        standIn.ask("GET /repos/kbase/narrative"),
        standIn.ask("GET /api/v3/repos/kbase/narrative"),
      ]);
      assert.deepEqual(
        JSON.parse(JSON.stringify(enterprise.body).replaceAll(`${standIn.origin}/api/v3/`, `${standIn.origin}/`)),
        plain.body,
      );
    });
  });
});
