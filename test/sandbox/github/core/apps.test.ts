import assert from "node:assert/strict";
import { createSign, generateKeyPairSync } from "node:crypto";

import * as z from "zod";

import { appToken } from "../../../../components/github-access.ts";
import type { App } from "../../../../sandbox/github/model.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const permissions = { contents: "write", members: "read" } as const;
const Made = z.looseObject({ token: z.string(), expires_at: z.string() });

describe("an App of the GitHub stand-in", () => {
  let standIn: StandIn;
  let app: App;
  let route: string;
  beforeEach(async () => {
    standIn = await StandIn.start();
    await standIn.repository("narrative", { visibility: "private" });
    await standIn.repository("hidden", { visibility: "private" });
    app = standIn.installedApp("drover", permissions);
    app.publicKey = publicKey.export({ type: "spki", format: "pem" }).toString();
    route = `/app/installations/${String(app.installations[0]?.id)}/access_tokens`;
  });
  asGitHubDescribes(() => standIn.app);
  afterEach(() => standIn.close());

  const credential = () => ({ kind: "app", id: String(app.id), installationId: "", privateKey: pem }) as const;
  const ask = (request: string, token: string, body?: object) =>
    standIn.ask(request, { as: null, headers: { authorization: `Bearer ${token}` }, ...(body && { body }) });
  const said = ({ status, body }: { status: number; body: unknown }) => [
    status,
    z.looseObject({ message: z.string().optional() }).parse(body).message,
  ];
  const installed = async (body: object = {}) =>
    Made.parse((await ask(`POST ${route}`, appToken(credential()), body)).body);

  it("is found by its name, and by itself", async () => {
    const { body } = await standIn.ask("GET /apps/drover");
    assert.equal(z.looseObject({ id: z.number() }).parse(body).id, app.id);
    const own = await ask("GET /app", appToken(credential()));
    assert.equal(z.looseObject({ slug: z.string() }).parse(own.body).slug, "drover");
    assert.deepEqual(said(await standIn.ask("GET /apps/nobody")), [404, "Not Found"]);
  });

  it("gets a token for an hour that may what the App may", async () => {
    const { token, expires_at: end } = await installed();
    assert.equal(end, "2026-01-01T01:00:00Z");
    assert.equal((await ask("GET /repos/kbase/narrative/contents/README.md", token)).status, 200);
    assert.equal((await ask("GET /orgs/kbase/teams", token)).status, 200);
    assert.deepEqual(said(await ask("PATCH /repos/kbase/narrative", token, { description: "x" })), [
      403,
      "Resource not accessible by integration",
    ]);
    standIn.store.clock.set("2026-01-01T01:00:00Z", true);
    assert.deepEqual(said(await ask("GET /repos/kbase/narrative", token)), [401, "Bad credentials"]);
  });

  it("gets one that may less, and reaches less, where it asks for that, and none that may more", async () => {
    const { token } = await installed({ repositories: ["narrative"], permissions: { contents: "read" } });
    assert.equal((await ask("GET /repos/kbase/narrative", token)).status, 200);
    assert.equal((await ask("GET /repos/kbase/hidden", token)).status, 404);
    assert.equal((await ask("GET /orgs/kbase/teams", token)).status, 404);
    const more = await ask(`POST ${route}`, appToken(credential()), { permissions: { administration: "write" } });
    assert.deepEqual(said(more), [422, "The permissions requested are not granted to this installation."]);
  });

  it("is refused with what it did not sign, has no key for, is over or lasts too long", async () => {
    const signed = (claims: object, key = privateKey) => {
      const part = (object: object) => Buffer.from(JSON.stringify(object)).toString("base64url");
      const content = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
      return `${content}.${createSign("RSA-SHA256").update(content).sign(key, "base64url")}`;
    };
    const now = Math.floor(Date.now() / 1000);
    const claims = { iat: now - 60, exp: now + 540, iss: app.id };
    const undecoded = "A JSON web token could not be decoded";
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const refusals = [
      [signed(claims, other), 401, undecoded],
      ["a.b.c", 401, undecoded],
      [signed({ ...claims, exp: now - 1 }), 401, /future time at which the assertion expires/],
      [signed({ ...claims, exp: now + 3600 }), 401, /too far in the future/],
      [signed({ ...claims, iat: now + 300 }), 401, /'Issued at' claim/],
      [signed({ ...claims, iss: 1 }), 404, "Integration not found"],
    ] as const;
    for (const [token, status, message] of refusals) {
      const [found, words] = said(await ask(`POST ${route}`, token));
      assert.equal(found, status);
      assert.match(String(words), typeof message === "string" ? new RegExp(message, "u") : message);
    }
    assert.deepEqual(said(await ask("POST /app/installations/1/access_tokens", appToken(credential()))), [
      404,
      "Not Found",
    ]);
    app.publicKey = null;
    assert.deepEqual(said(await ask("GET /app", appToken(credential()))), [
      401,
      "Integration must generate a public key",
    ]);
    assert.deepEqual(said(await standIn.ask("GET /app")), [401, undecoded]);
  });
});
