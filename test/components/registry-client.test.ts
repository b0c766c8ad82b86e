import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import { askForImage, listTags, reasonOf } from "../../components/registry-client.ts";
import { unusedHost, withServer } from "../support/local-server.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const account = { username: "reader", password: "hunter2" };
const basic = `Basic ${Buffer.from("reader:hunter2").toString("base64")}`;
const image = (host: string) => ({ registry: host, repository: "kbase/narrative", tag: "pr-12" });

const found: RequestListener = (_, response) => response.setHeader("docker-content-digest", digest).end();
const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end();

describe("a registry that is asked for an image", () => {
  it("gives the digest of the tag, for every kind of manifest", () =>
    withServer(found, async (host, seen) => {
      assert.deepEqual(await askForImage({ host, http: true }, image(host)), { kind: "found", digest });
      assert.deepEqual(
        seen.map(({ method, url }) => `${method} ${url}`),
        ["HEAD /v2/kbase/narrative/manifests/pr-12"],
      );
      assert.deepEqual(seen[0]?.headers.accept?.split(", "), [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
      ]);
    }));

  it("is asked for the digest where the reference has one", () =>
    withServer(found, async (host, seen) => {
      await askForImage({ host, http: true }, { ...image(host), digest });
      assert.deepEqual(
        seen.map(({ url }) => url),
        [`/v2/kbase/narrative/manifests/${digest}`],
      );
    }));

  const answers: readonly [string, RequestListener, object][] = [
    ["404", status(404), { kind: "missing" }],
    ["401 without a challenge", status(401), { kind: "refused", status: 401 }],
    ["403", status(403), { kind: "refused", status: 403 }],
    ["500", status(500), { kind: "unavailable", reason: "it answered 500 Internal Server Error" }],
    [
      "200 without a digest",
      status(200),
      { kind: "unavailable", reason: "its answer is not a registry's (no Docker-Content-Digest header)" },
    ],
    ["nothing", (request) => request.socket.destroy(), { kind: "unavailable", reason: "other side closed" }],
  ];
  for (const [what, listener, expected] of answers)
    it(`may answer ${what}`, () =>
      withServer(listener, async (host) =>
        assert.deepEqual(await askForImage({ host, http: true, account }, image(host)), expected),
      ));

  it("may not be there", async () => {
    const host = await unusedHost();
    assert.deepEqual(await askForImage({ host, http: true, account }, image(host)), {
      kind: "unavailable",
      reason: `connect ECONNREFUSED ${host}`,
    });
  });

  const asksBasic: RequestListener = (request, response) => {
    if (request.headers.authorization === basic) found(request, response);
    else response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
  };
  it("gets the account only once it asks for it", () =>
    withServer(asksBasic, async (host, seen) => {
      assert.deepEqual(await askForImage({ host, http: true, account }, image(host)), { kind: "found", digest });
      assert.deepEqual(
        seen.map(({ headers }) => headers.authorization),
        [undefined, basic],
      );
    }));
  it("refuses a wrong account, asked once", () =>
    withServer(asksBasic, async (host, seen) => {
      const wrong = { username: "reader", password: "x" };
      assert.deepEqual(await askForImage({ host, http: true, account: wrong }, image(host)), {
        kind: "refused",
        status: 401,
      });
      assert.equal(seen.length, 2);
    }));
  it("refuses where there is no account", () =>
    withServer(asksBasic, async (host, seen) => {
      assert.deepEqual(await askForImage({ host, http: true }, image(host)), { kind: "refused", status: 401 });
      assert.equal(seen.length, 1);
    }));
});

describe("a registry with a token server", () => {
  /** A registry and its token server at once; `give` answers for the token. */
  const registry =
    (give: RequestListener): RequestListener =>
    (request, response) => {
      if (request.url?.startsWith("/token") === true) give(request, response);
      else if (request.headers.authorization === "Bearer t0ken") found(request, response);
      else {
        const { host = "" } = request.headers;
        response
          .writeHead(401, {
            "www-authenticate": `Bearer realm="http://${host}/token",service="the registry",scope="x"`,
          })
          .end();
      }
    };
  const json =
    (body: unknown): RequestListener =>
    (_, response) =>
      response.end(JSON.stringify(body));

  for (const [who, given, sent] of [
    ["an account", account, basic],
    ["nobody", undefined, undefined],
  ] as const)
    it(`gives ${who} a token to read the repository`, () =>
      withServer(registry(json({ token: "t0ken" })), async (host, seen) => {
        assert.deepEqual(await askForImage({ host, http: true, account: given }, image(host)), {
          kind: "found",
          digest,
        });
        assert.deepEqual(
          seen.map(({ url, headers }) => [url, headers.authorization]),
          [
            ["/v2/kbase/narrative/manifests/pr-12", undefined],
            ["/token?service=the+registry&scope=repository%3Akbase%2Fnarrative%3Apull", sent],
            ["/v2/kbase/narrative/manifests/pr-12", "Bearer t0ken"],
          ],
        );
      }));

  const refusals: readonly [string, RequestListener][] = [
    ["refuses the account", status(401)],
    ["gives no token", json({})],
    ["gives a token that is no text", json({ token: 1 })],
    ["gives a token that is not taken", json({ token: "other" })],
  ];
  for (const [what, give] of refusals)
    it(`refuses when it ${what}`, () =>
      withServer(registry(give), async (host) => {
        assert.deepEqual(await askForImage({ host, http: true, account }, image(host)), {
          kind: "refused",
          status: 401,
        });
      }));

  it("that answers rubbish can't be asked, and the message has no password", () =>
    withServer(
      registry((_, response) => response.end("<html>")),
      async (host) => {
        const answer = await askForImage({ host, http: true, account }, image(host));
        assert.equal(answer.kind, "unavailable");
        assert.doesNotMatch(JSON.stringify(answer), /hunter2/);
      },
    ));
});

describe("the tags of a repository", () => {
  it("are read page by page", () =>
    withServer(
      (request, response) => {
        const first = request.url === "/v2/kbase/narrative/tags/list?n=1000";
        if (first) response.setHeader("link", '</v2/kbase/narrative/tags/list?n=1000&last=b>; rel="next"');
        response.end(JSON.stringify({ name: "kbase/narrative", tags: first ? ["a", "b"] : ["c", 1, null] }));
      },
      async (host, seen) => {
        assert.deepEqual(await listTags({ host, http: true }, "kbase/narrative"), ["a", "b", "c"]);
        assert.equal(seen.length, 2);
      },
    ));
  it("are read for ten pages at most", () =>
    withServer(
      (request, response) => response.setHeader("link", `<${request.url ?? ""}>; rel=next`).end('{"tags":["a"]}'),
      async (host, seen) => {
        assert.equal((await listTags({ host, http: true }, "x")).length, 10);
        assert.equal(seen.length, 10);
      },
    ));
  for (const [what, listener] of [
    ["the registry refuses", status(403)],
    ["the repository is not there", status(404)],
    ["there are null tags", (_, response) => response.end('{"tags":null}')],
  ] satisfies [string, RequestListener][])
    it(`are none when ${what}`, () =>
      withServer(listener, async (host) => assert.deepEqual(await listTags({ host, http: true }, "x"), [])));
});

describe("the reason of a failed request", () => {
  const timeout = Object.assign(new Error("aborted"), { name: "TimeoutError" });
  const cases: readonly [unknown, string][] = [
    [new Error("plain"), "plain"],
    [new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }), "connect ECONNREFUSED"],
    [new TypeError("fetch failed", { cause: new AggregateError([new Error("first"), new Error("second")]) }), "first"],
    [timeout, "no answer within 10 s"],
    ["text", "text"],
  ];
  for (const [error, reason] of cases) it(`is ${reason}`, () => assert.equal(reasonOf(error), reason));
});
