import assert from "node:assert/strict";

import { hasRegistry, TestRegistry } from "../packages/registry.ts";
import { StandIn } from "../stand-in.ts";

const adminToken = "administrator-of-tests";

describe("the page of a package", function () {
  let github: StandIn;
  let registry: TestRegistry;
  before(async function () {
    if (!hasRegistry()) this.skip();
    registry = await TestRegistry.start();
    github = await StandIn.start({
      registries: [{ url: registry.url, folder: registry.folder, visibility: "private" }],
      adminToken,
    });
    await github.repository("auth2");
    await registry.image("kbase/auth2", "pr-7");
  });
  after(async () => {
    if (!hasRegistry()) return;
    await github.close();
    await registry.close();
  });

  const at = "/orgs/kbase/packages/container/auth2/settings";
  const form = {
    visibility: "public",
    repository: "auth2",
    inheritsAccess: "yes",
    accessRepository: "auth2",
    accessRole: "write",
    token: adminToken,
  };
  const post = async (fields: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${github.origin}${at}`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: github.origin, ...headers },
      body: new URLSearchParams({ ...form, ...fields }),
    });
    await response.text();
    return response;
  };
  const settings = async () => {
    const { body } = await github.ask("GET /_emulator/packages/kbase", {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    return (body as object[])[0];
  };

  it("shows its tags and settings, and who links to it", async () => {
    for (const path of [at, "/orgs/kbase/packages/container/package/auth2"]) {
      const { status, body } = await github.ask(`GET ${path}`, { as: null, headers: { accept: "text/html" } });
      assert.equal(status, 200);
      assert.ok(String(body).includes("pr-7") && String(body).includes("Visibility: <b>private</b>"));
    }
    const { body } = await github.ask("GET /kbase", { as: null, headers: { accept: "text/html" } });
    assert.ok(String(body).includes(`href="${at}"`));
  });

  it("changes what GitHub's API can't, with the administrator's token", async () => {
    const response = await post({});
    assert.deepEqual([response.status, response.headers.get("location")], [303, at]);
    assert.deepEqual(await settings(), {
      name: "auth2",
      visibility: "public",
      repository: "auth2",
      inheritsAccess: true,
      actionsAccess: { auth2: "write" },
      users: {},
    });
    await post({ visibility: "private", repository: "", accessRole: "none", inheritsAccess: "no" });
    assert.deepEqual(await settings(), {
      name: "auth2",
      visibility: "private",
      repository: null,
      inheritsAccess: false,
      actionsAccess: {},
      users: {},
    });
  });

  const refused: readonly [what: string, fields: object, headers: Record<string, string>, status: number][] = [
    ["a wrong token", { token: "wrong" }, {}, 403],
    ["another site's form", {}, { origin: "http://attacker.example" }, 400],
    ["a form without an origin that the browser calls strange", {}, { "sec-fetch-site": "cross-site" }, 400],
    ["a visibility that there is not", { visibility: "secret" }, {}, 400],
    ["a repository that there is not", { repository: "none" }, {}, 422],
  ];
  for (const [what, fields, headers, status] of refused)
    it(`refuses ${what}`, async () => {
      const before = await settings();
      assert.equal((await post(fields, headers)).status, status);
      assert.deepEqual(await settings(), before);
    });
});
