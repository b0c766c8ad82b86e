import assert from "node:assert/strict";

import fastify from "fastify";

import { descriptionHooks } from "../../../../sandbox/github/openapi/hooks.ts";
import type { Mismatch } from "../../../../sandbox/github/openapi/check.ts";

const core = { resource: "core", endpoint: "", primary: 1, points: 1, content: false } as const;

async function mismatches(state: object, url: string, answer: object): Promise<Mismatch[]> {
  const app = fastify();
  descriptionHooks(
    app,
    ({ url: path }) => (path.startsWith("/_emulator") ? {} : state),
    () => undefined,
    true,
  );
  app.get("/*", () => answer);
  await app.inject(url);
  const found = (await app.inject("/_emulator/mismatches")).json<Mismatch[]>();
  await app.inject({ method: "DELETE", url: "/_emulator/mismatches" });
  assert.deepEqual((await app.inject("/_emulator/mismatches")).json(), []);
  await app.close();
  return found;
}

describe("a server that is checked against GitHub's description", () => {
  it("keeps what did not fit, with the request that it belongs to", async () => {
    const [found, ...more] = await mismatches({ facts: core }, "/rate_limit?x=1", {});
    assert.deepEqual(
      more.map(({ where }) => where),
      ["response 200"],
    );
    assert.deepEqual(
      [found?.request, found?.where, found?.operation],
      ["GET /rate_limit?x=1", "query", "rate-limit/get"],
    );
  });

  for (const [what, state] of [
    ["that is not of the REST API", {}],
    ["that a limit gave", { facts: core, injected: true }],
    ["that a fault is about to change", { facts: core, fault: {} }],
  ] as const)
    it(`passes over an answer ${what}`, async () => assert.deepEqual(await mismatches(state, "/rate_limit", {}), []));

  it("can be switched off and on", async () => {
    const app = fastify();
    const log: string[] = [];
    descriptionHooks(
      app,
      ({ url }) => (url.startsWith("/_emulator") ? {} : { facts: core }),
      (line) => log.push(line),
      false,
    );
    app.get("/*", () => ({}));
    const found = async () => (await app.inject("/_emulator/mismatches")).json<Mismatch[]>().length;
    const set = (checked: unknown) => app.inject({ method: "PUT", url: "/_emulator/description", body: { checked } });
    await app.inject("/rate_limit");
    assert.equal(await found(), 0);
    assert.equal((await set(true)).statusCode, 200);
    await app.inject("/rate_limit");
    assert.equal(await found(), 1);
    assert.match(log.join(), /not as GitHub describes it: GET \/rate_limit/u);
    await set(false);
    await app.inject("/rate_limit");
    assert.equal(await found(), 1);
    await app.close();
  });
});
