import assert from "node:assert/strict";

import type { Repository, User } from "../../../../sandbox/github/model.ts";
import type { Schema } from "../../../../sandbox/github/schema.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";
import { hasRegistry, TestRegistry } from "./registry.ts";

type Package = Schema<"package">;
type Version = Schema<"package-version">;

describe("container packages of the GitHub stand-in, over a real registry", function () {
  let github: StandIn;
  let registry: TestRegistry;
  let auth2: Repository;
  let writer: User;
  before(async function () {
    if (!hasRegistry()) this.skip();
    registry = await TestRegistry.start();
    github = await StandIn.start({
      registries: [{ url: registry.url, folder: registry.folder, visibility: "private" }],
    });
    auth2 = await github.repository("auth2");
    writer = github.user("writer");
    github.user("stranger", null);
    github.user("unscoped", "admin", ["repo"]);
    github.user("reader", "admin", ["read:packages"]);
  });
  after(async () => {
    if (!hasRegistry()) return;
    await github.close();
    await registry.close();
  });
  asGitHubDescribes(() => github.app);

  let count = 0;
  let name = "image";
  beforeEach(() => (name = `image-${(count += 1)}`));
  const image = (tag?: string, labels: Record<string, string> = { n: String(count) }) =>
    registry.image(`kbase/${name}`, tag, labels);
  const at = () => `/orgs/kbase/packages/container/${name}`;
  const versions = async (query = "") => {
    const { status, body } = await github.ask(`GET ${at()}/versions${query}`);
    assert.equal(status, 200);
    return body as Version[];
  };
  const tagsOf = (all: readonly Version[]) => all.map((one) => [one.name, one.metadata?.container?.tags]);

  it("are private when new, and linked to the repository that the image names as its source", async () => {
    await image("latest", { "org.opencontainers.image.source": "https://github.com/kbase/auth2" });
    const { status, body } = await github.ask(`GET ${at()}`);
    const found = body as Package;
    assert.equal(status, 200);
    assert.deepEqual(
      [found.name, found.package_type, found.visibility, found.version_count, found.repository?.full_name],
      [name, "container", "private", 1, "kbase/auth2"],
    );
    assert.equal(found.html_url, `${github.origin}/orgs/kbase/packages/container/package/${name}`);
  });

  it("are linked by an index's annotation too, and by no other owner's repository", async () => {
    const child = await image();
    await registry.index(`kbase/${name}`, "latest", [child], {
      "org.opencontainers.image.source": "https://github.com/kbase/auth2",
    });
    assert.equal(((await github.ask(`GET ${at()}`)).body as Package).repository?.name, "auth2");
    name = `image-${(count += 1)}`;
    await image("latest", { "org.opencontainers.image.source": "https://github.com/other/auth2" });
    assert.equal(((await github.ask(`GET ${at()}`)).body as Package).repository, undefined);
  });

  it("have a version for every manifest, with all of its tags; children and replaced images have none", async () => {
    const child = await image(undefined, { child: "yes" });
    const index = await registry.index(`kbase/${name}`, "1.0.0", [child]);
    const first = await image("pr-1", { build: "1" });
    const second = await image("pr-1", { build: "2" });
    await registry.tag(`kbase/${name}`, "pr-1", "latest");
    const all = await versions();
    assert.deepEqual(Object.fromEntries(tagsOf(all)), {
      [child]: [],
      [index]: ["1.0.0"],
      [first]: [],
      [second]: ["latest", "pr-1"],
    });
    const one = all.find(({ name: digest }) => digest === second);
    const { body } = await github.ask(`GET ${at()}/versions/${one?.id ?? 0}`);
    assert.deepEqual(body, one);
  });

  it("lose a version with every tag on it when it is deleted, and get the same bytes back", async () => {
    await image("keep", { keep: "yes" });
    const digest = await image("pr-7");
    await registry.tag(`kbase/${name}`, "pr-7", "appdev");
    const { bytes } = await registry.get(`kbase/${name}`, "pr-7");
    const [version] = (await versions()).filter((one) => one.name === digest);
    const path = `${at()}/versions/${version?.id ?? 0}`;
    assert.equal((await github.ask(`DELETE ${path}`)).status, 204);
    for (const reference of [digest, "pr-7", "appdev"]) await assert.rejects(registry.get(`kbase/${name}`, reference));
    assert.equal((await github.ask(`GET ${path}`)).status, 404);
    assert.deepEqual(
      (await versions("?state=deleted")).map(({ id, deleted_at: deletedAt }) => [id, deletedAt]),
      [[version?.id, "2026-01-01T00:00:00Z"]],
    );
    assert.equal((await github.ask(`POST ${path}/restore`)).status, 204);
    for (const reference of [digest, "pr-7", "appdev"])
      assert.equal((await registry.get(`kbase/${name}`, reference)).bytes, bytes);
    assert.deepEqual(tagsOf((await versions()).filter(({ id }) => id === version?.id)), [[digest, ["appdev", "pr-7"]]]);
  });

  it("do not take back a tag that another version has by now", async () => {
    await image("keep", { keep: "yes" });
    const old = await image("pr-7", { build: "old" });
    const [version] = (await versions()).filter((one) => one.name === old);
    await github.ask(`DELETE ${at()}/versions/${version?.id ?? 0}`);
    const young = await image("pr-7", { build: "young" });
    await github.ask(`POST ${at()}/versions/${version?.id ?? 0}/restore`);
    assert.deepEqual(
      Object.fromEntries(tagsOf(await versions()).filter(([digest]) => digest === old || digest === young)),
      { [old]: [], [young]: ["pr-7"] },
    );
  });

  it("keep their last tagged version", async () => {
    const digest = await image("latest");
    await image(undefined, { child: "yes" });
    const [version] = (await versions()).filter((one) => one.name === digest);
    const { status, body } = await github.ask(`DELETE ${at()}/versions/${version?.id ?? 0}`);
    assert.equal(status, 400);
    assert.match((body as { message: string }).message, /^You cannot delete the last tagged version of a package\./u);
    assert.ok(await registry.get(`kbase/${name}`, "latest"));
  });

  it("can be deleted and restored whole, for 30 days", async () => {
    const digest = await image("latest");
    await image("pr-1", { other: "yes" });
    await github.ask(`GET ${at()}`);
    assert.equal((await github.ask(`DELETE ${at()}`)).status, 204);
    assert.equal((await github.ask(`GET ${at()}`)).status, 404);
    assert.equal((await github.ask(`POST ${at()}/restore`)).status, 204);
    assert.equal(tagsOf(await versions()).length, 2);
    assert.ok(await registry.get(`kbase/${name}`, digest));
    await github.ask(`DELETE ${at()}`);
    github.store.clock.advance(31 * 86_400);
    assert.equal((await github.ask(`POST ${at()}/restore`)).status, 404);
    github.store.clock.set("2026-01-01T00:00:00Z", true);
  });

  it("that were deleted and pushed again are new ones", async () => {
    await image("latest");
    const before = (await github.ask(`GET ${at()}`)).body as Package;
    await github.ask(`DELETE ${at()}`);
    await image("latest");
    const after = (await github.ask(`GET ${at()}`)).body as Package;
    assert.notEqual(after.id, before.id);
    assert.equal((await github.ask(`POST ${at()}/restore`)).status, 404);
  });

  it("are listed page by page, and by visibility", async () => {
    await image("latest");
    await github.ask(`PATCH /_emulator/packages/kbase/${name}`, { body: { visibility: "public" } });
    const page = await github.ask("GET /orgs/kbase/packages?package_type=container&per_page=1");
    assert.equal((page.body as Package[]).length, 1);
    assert.match(page.headers.get("link") ?? "", /page=2>; rel="next"/u);
    const open = await github.ask("GET /orgs/kbase/packages?package_type=container&visibility=public");
    assert.deepEqual(
      (open.body as Package[]).map((one) => one.name),
      [name],
    );
    const npm = await github.ask("GET /orgs/kbase/packages?package_type=npm");
    assert.deepEqual(npm.body, []);
  });

  it("may have a slash in their name", async () => {
    name = `tools/image-${count}`;
    await image("latest");
    name = encodeURIComponent(name);
    assert.equal(((await github.ask(`GET ${at()}`)).body as Package).name, decodeURIComponent(name));
  });

  const refused: readonly [who: string, request: () => string, status: number, message: string][] = [
    [
      "unscoped",
      () => "GET /orgs/kbase/packages?package_type=container",
      403,
      "You need at least read:packages scope to list packages.",
    ],
    ["unscoped", () => `GET ${at()}`, 403, "You need at least read:packages scope to get a package."],
    ["reader", () => `DELETE ${at()}`, 403, "You need at least delete:packages scope to delete a package."],
    ["reader", () => `POST ${at()}/restore`, 403, "You need at least write:packages scope to restore a package."],
    ["stranger", () => `GET ${at()}`, 404, "Package not found."],
    ["writer", () => `GET ${at()}`, 404, "Package not found."],
    ["olga", () => "GET /orgs/kbase/packages/container/none", 404, "Package not found."],
    ["olga", () => `GET ${at()}/versions/1`, 404, "Package not found."],
    ["fine", () => `GET ${at()}`, 403, "Resource not accessible by personal access token"],
    ["drover", () => "GET /orgs/kbase/packages?package_type=container", 403, "Resource not accessible by integration"],
  ];
  for (const [who, request, status, message] of refused)
    it(`refuse ${who} ${request().replace(/image-\d+/u, "image")} with ${status}: ${message}`, async () => {
      await image("latest");
      if (who === "fine" && github.store.user("fine") === undefined)
        github.token("fine", github.user("fine2"), { kind: "fine-grained", permissions: { packages: "read" } });
      if (who === "drover") github.installedApp("drover", { packages: "read" });
      const answer = await github.ask(request(), { as: who });
      assert.deepEqual([answer.status, (answer.body as { message: string }).message], [status, message]);
    });

  it("ask for a token", async () => {
    await image("latest");
    assert.equal((await github.ask(`GET ${at()}`, { as: null })).status, 401);
  });

  it("without a type are no list", async () => {
    // GitHub's description says that the type is required.
    const { status } = await github.ask("GET /orgs/kbase/packages");
    assert.equal(status, 400);
  });

  it("show to whom their page lets, and only an admin may delete", async () => {
    await image("latest");
    const settings = (body: object) => github.ask(`PATCH /_emulator/packages/kbase/${name}`, { body });
    const asWriter = async (method: string) => (await github.ask(`${method} ${at()}`, { as: "writer" })).status;
    assert.equal(await asWriter("GET"), 404);
    await settings({ users: { writer: "write" } });
    assert.equal(await asWriter("GET"), 200);
    assert.equal(await asWriter("DELETE"), 403);
    await settings({ users: {}, repository: "auth2", inheritsAccess: true });
    assert.equal(await asWriter("GET"), 404);
    auth2.collaborators.push({ id: writer.id, role: "admin" });
    assert.equal(await asWriter("GET"), 200);
    assert.equal(await asWriter("DELETE"), 204);
    auth2.collaborators = [];
  });

  it("let a workflow's token see the package that its repository may use", async () => {
    await image("latest");
    const app = github.installedApp("github-actions-test", {});
    const bot = github.store.userById(app.botId);
    assert.ok(bot);
    const kind = {
      kind: "installation",
      appId: app.id,
      repositories: [auth2.id],
      permissions: { packages: "write" },
    } as const;
    github.token("workflow", bot, { ...kind, repositories: [auth2.id] });
    assert.equal((await github.ask(`GET ${at()}`, { as: "workflow" })).status, 404);
    await github.ask(`PATCH /_emulator/packages/kbase/${name}`, { body: { actionsAccess: { auth2: "write" } } });
    assert.equal((await github.ask(`GET ${at()}`, { as: "workflow" })).status, 200);
  });

  it("keep their settings over a restart, and refuse settings that name nobody", async () => {
    await image("latest");
    const wrong = await github.ask(`PATCH /_emulator/packages/kbase/${name}`, { body: { repository: "none" } });
    assert.deepEqual(
      [wrong.status, (wrong.body as { message: string }).message],
      [422, "kbase has no repository none"],
    );
    await github.ask(`PATCH /_emulator/packages/kbase/${name}`, {
      body: { visibility: "public", actionsAccess: { auth2: "read" } },
    });
    const { Packages } = await import("../../../../sandbox/github/packages/packages.ts");
    const again = new Packages(github.store, []);
    const found = again.find(github.organization.id, name);
    assert.deepEqual([found?.visibility, found?.actionsAccess], ["public", [{ repositoryId: auth2.id, role: "read" }]]);
  });
});
