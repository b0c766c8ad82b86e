import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { createGitHub } from "../../../../sandbox/github/server.ts";
import { readConfig } from "../../../../sandbox/github/config.ts";
import { kbaseRepositories } from "../../../../sandbox/github/organization/kbase-repositories.ts";
import { organizationSeed } from "../../../../sandbox/github/seed-organization.ts";
import { seed } from "../../../../sandbox/github/seed.ts";
import { Store } from "../../../../sandbox/github/store.ts";

const tokens = { admin: "ghp_admin", developer: "ghp_developer", reader: "ghp_reader", app: "ghs_application" };
let folder: string;
let store: Store;
describe("a seed of the GitHub stand-in", () => {
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "drover-github-"));
    store = new Store(folder);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe("the organization of the sandbox", () => {
    it("has all 38 repositories of kbase, in their branch layouts, when it is asked for all", async () => {
      await seed(store, organizationSeed(tokens, { repositories: kbaseRepositories }));
      assert.equal(kbaseRepositories.length, 38);
      const layouts = new Map<string, string[]>();
      for (const repository of store.repositories()) {
        const branches = [...(await store.git(repository).refs()).keys()].map((ref) => ref.replace("refs/heads/", ""));
        layouts.set(repository.name, [
          repository.defaultBranch,
          ...branches.filter((one) => one !== repository.defaultBranch),
        ]);
      }
      layouts.delete("drover");
      const sorted = ([first, ...others]: readonly string[]) => [first, ...others.sort()];
      assert.deepEqual(
        layouts,
        new Map(
          store
            .repositories()
            .flatMap(({ name }) => kbaseRepositories.filter((one) => one.name === name))
            .map(({ name, branches }) => [name, sorted(branches)]),
        ),
      );
    }).timeout(60_000);
    it("is the same after it was seeded twice, but knows the new tokens", async () => {
      await seed(store, organizationSeed(tokens));
      const tip = await store.git(store.repositories()[0] ?? assert.fail()).refs();
      const before = JSON.stringify([store.accounts.users, store.accounts.teams, store.repositories()]);
      await seed(store, organizationSeed({ ...tokens, admin: "ghp_another" }));
      assert.equal(JSON.stringify([store.accounts.users, store.accounts.teams, store.repositories()]), before);
      assert.deepEqual(await store.git(store.repositories()[0] ?? assert.fail()).refs(), tip);
      const app = createGitHub({ store });
      const ask = async (token: string) =>
        (await app.inject({ url: "/user", headers: { authorization: `token ${token}` } })).statusCode;
      assert.deepEqual([await ask("ghp_another"), await ask("ghp_nobody")], [200, 401]);
      await app.close();
    });
    it("says what refers to something that there is not", async () => {
      const wrong = { login: "kbase", users: [{ login: "a", role: "owner" as const }] };
      await assert.rejects(seed(store, { ...wrong, teams: [{ slug: "t", members: ["b"] }] }), {
        message: "team t: there is no user b",
      });
      const repositories = [{ name: "r", branches: {}, teams: { t: "admin" as const } }];
      await assert.rejects(seed(store, { ...wrong, repositories }), { message: "repository r: there is no team t" });
    });
  });

  describe("the stand-in's own administration", () => {
    it("is only for its own token, and seeds, tells the time and forgets", async () => {
      const app = createGitHub({ store, adminToken: "the administrator's" });
      const ask = async (
        method: "GET" | "POST" | "PUT",
        url: string,
        payload?: object,
        token = "the administrator's",
      ) => {
        const headers = { authorization: `Bearer ${token.replaceAll(" ", "_")}` };
        const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
        return answer.statusCode;
      };
      assert.equal(await ask("GET", "/_emulator/clock"), 401, "a token with spaces is none");
      await app.close();
      const open = createGitHub({ store, adminToken: "the_administrators" });
      const admin = { authorization: "Bearer the_administrators" };
      const clock = await open.inject({
        method: "PUT",
        url: "/_emulator/clock",
        headers: admin,
        payload: { set: "2030-01-01T00:00:00Z", frozen: true },
      });
      assert.equal(clock.json<{ now: string }>().now, "2030-01-01T00:00:00Z");
      assert.equal(new Store(folder).clock.now(), "2030-01-01T00:00:00Z", "the time survives a restart");
      for (const authorization of ["Bearer ghp_admin", "", undefined])
        assert.equal(
          (
            await open.inject({
              url: "/_emulator/clock",
              headers: authorization === undefined ? {} : { authorization },
            })
          ).statusCode,
          401,
        );
      const seeded = await open.inject({
        method: "POST",
        url: "/_emulator/seed",
        headers: admin,
        payload: organizationSeed(tokens, { repositories: [] }),
      });
      assert.equal(seeded.statusCode, 204);
      assert.equal(store.organization("kbase")?.members.length, 4);
      const wrong = await open.inject({
        method: "POST",
        url: "/_emulator/seed",
        headers: admin,
        payload: { login: "x" },
      });
      assert.deepEqual(
        [wrong.statusCode, wrong.json<{ message: string }>().message],
        [422, `Invalid request.\n\n"users" wasn't supplied.`],
      );
      await open.inject({ method: "POST", url: "/_emulator/reset", headers: admin });
      assert.equal(store.organization("kbase"), undefined);
      await open.close();
    });
    it("is told by a config file whose mistakes are named without their values", () => {
      const file = path.join(folder, "config.json");
      writeFileSync(
        file,
        JSON.stringify({ port: 0, folder: "", adminToken: "short-secret", organization: {}, more: 1 }),
      );
      assert.throws(
        () => readConfig(file),
        (error: Error) => {
          for (const key of ["port", "folder", "adminToken", "organization", "more"])
            assert.ok(error.message.includes(key), key);
          return !error.message.includes("short-secret");
        },
      );
    });
  });
});
