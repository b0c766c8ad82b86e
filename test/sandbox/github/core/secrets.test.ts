import assert from "node:assert/strict";

import * as fc from "fast-check";
import sodium from "libsodium-wrappers";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";
import { clientOf, refusalOf } from "./clients.ts";

let standIn: StandIn;
let repository: Repository;
const at = { owner: "kbase", repo: "narrative" };

describe("secrets in the GitHub stand-in", () => {
  beforeEach(async () => {
    standIn = await StandIn.start();
    repository = await standIn.repository("narrative");
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  /** Seals a value as clients do. */
  function seal(value: string, { key, key_id }: { key: string; key_id: string }) {
    const publicKey = sodium.from_base64(key, sodium.base64_variants.ORIGINAL);
    const box = sodium.crypto_box_seal(value, publicKey);
    return { encrypted_value: sodium.to_base64(box, sodium.base64_variants.ORIGINAL), key_id };
  }

  const opened = async () => (await standIn.app.inject("/_emulator/repos/kbase/narrative/secrets")).json<unknown>();
  const put = async (name: string, value: string) => {
    const { actions } = clientOf(standIn);
    const { data } = await actions.getRepoPublicKey(at);
    return actions.createOrUpdateRepoSecret({ ...at, secret_name: name, ...seal(value, data) });
  };

  describe("a secret of the GitHub stand-in", () => {
    it("of Actions, Dependabot and an environment opens to the value that was sealed, each with keys of its own", async () => {
      const { actions, dependabot, repos } = clientOf(standIn);
      await repos.createOrUpdateEnvironment({ ...at, environment_name: "prod" });
      const environment = { ...at, environment_name: "prod" };
      const keys = await Promise.all([
        actions.getRepoPublicKey(at),
        dependabot.getRepoPublicKey(at),
        actions.getEnvironmentPublicKey(environment),
      ]);
      const [one, two, three] = keys.map(({ data }) => data);
      assert.ok(one && two && three);
      assert.equal(new Set([one.key, two.key, three.key]).size, 3);
      await actions.createOrUpdateRepoSecret({ ...at, secret_name: "A", ...seal("ä 1", one) });
      await dependabot.createOrUpdateRepoSecret({ ...at, secret_name: "B", ...seal("two", two) });
      await actions.createOrUpdateEnvironmentSecret({ ...environment, secret_name: "C", ...seal("three", three) });
      assert.deepEqual(await opened(), {
        actions: { A: "ä 1" },
        dependabot: { B: "two" },
        environments: { prod: { C: "three" } },
      });
    });
    it("opens to whatever text it was", async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ minLength: 1, unit: "grapheme" }), async (value) => {
          await put("ANY", value);
          assert.deepEqual(((await opened()) as { actions: object }).actions, { ANY: value });
        }),
        { numRuns: 20 },
      );
    });
    it("shows its name and dates and never its value", async () => {
      assert.equal((await put("Token", "v1")).status, 201);
      standIn.store.clock.advance(60);
      assert.equal((await put("TOKEN", "v2")).status, 204);
      const { data } = await clientOf(standIn).actions.getRepoSecret({ ...at, secret_name: "token" });
      assert.deepEqual(data, {
        name: "TOKEN",
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:01:00Z",
      });
      const { data: list } = await clientOf(standIn).actions.listRepoSecrets(at);
      assert.deepEqual(list, { total_count: 1, secrets: [data] });
      assert.deepEqual(((await opened()) as { actions: object }).actions, { TOKEN: "v2" });
    });
    it("is not kept in the clear", async () => {
      await put("TOKEN", "a value that nobody may read");
      assert.equal(JSON.stringify(repository).includes("nobody may read"), false);
    });
    it("is refused under a name that GitHub refuses, and when it was sealed for other keys", async () => {
      assert.deepEqual(await refusalOf(put("GITHUB_TOKEN", "x")), {
        status: 422,
        message: "Secret names must not start with the GITHUB_ prefix.",
      });
      for (const name of ["1A", "A-B", "A B"]) assert.equal((await refusalOf(put(name, "x"))).status, 422);
      const { actions, dependabot } = clientOf(standIn);
      const own = (await actions.getRepoPublicKey(at)).data;
      const other = (await dependabot.getRepoPublicKey(at)).data;
      const write = (body: ReturnType<typeof seal>) =>
        refusalOf(actions.createOrUpdateRepoSecret({ ...at, secret_name: "A", ...body }));
      assert.equal((await write(seal("x", other))).status, 422);
      assert.equal((await write({ ...seal("x", other), key_id: own.key_id })).status, 422);
      assert.deepEqual(repository.actions.secrets, []);
    });
    it("is gone after it was deleted, and deleting it again is 404", async () => {
      await put("A", "x");
      const { actions } = clientOf(standIn);
      await actions.deleteRepoSecret({ ...at, secret_name: "a" });
      assert.equal((await refusalOf(actions.getRepoSecret({ ...at, secret_name: "A" }))).status, 404);
      assert.equal((await refusalOf(actions.deleteRepoSecret({ ...at, secret_name: "A" }))).status, 404);
    });
    it("of an environment is reached by the repository's id too", async () => {
      await clientOf(standIn).repos.createOrUpdateEnvironment({ ...at, environment_name: "prod/eu" });
      const path = `/api/v3/repositories/${repository.id}/environments/prod%2Feu/secrets`;
      const { status, body } = await standIn.ask(`GET ${path}/public-key`);
      assert.equal(status, 200);
      const sealed = seal("x", body as { key: string; key_id: string });
      assert.equal((await standIn.ask(`PUT ${path}/A`, { body: sealed })).status, 201);
      assert.equal((await standIn.ask(`GET ${path}/A`)).status, 200);
      assert.equal((await standIn.ask(`DELETE ${path}/A`)).status, 204);
    });
  });
});
