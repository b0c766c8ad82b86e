import assert from "node:assert/strict";
import { createPublicKey, createVerify, generateKeyPairSync } from "node:crypto";
import type { RequestListener } from "node:http";

import { apiUrl, isCloud } from "../../components/github-access.ts";
import type { Credential } from "../../components/github-access.ts";
import { GitHubClient } from "../../components/github-client.ts";
import { GitHubFailure } from "../../components/github-failure.ts";
import { unusedHost, withServer } from "../support/local-server.ts";
import type { SeenRequest } from "../support/local-server.ts";

const token: Credential = { kind: "token", token: "ghp_hunter2" };
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const refused = (message: string) => ({ message, documentation_url: "https://docs.github.com" });

/** Asks a server for the organization, with the token. */
const ask = async (host: string) => {
  const client = await GitHubClient.open({ url: `http://${host}`, credential: token });
  return client.rest("GET /orgs/{org}", { org: "kbase" });
};

describe("where GitHub's API is", () => {
  const cases: readonly [string | undefined, string, boolean][] = [
    [undefined, "https://api.github.com", true],
    ["https://github.com", "https://api.github.com", true],
    ["https://kbase.ghe.com", "https://api.kbase.ghe.com", true],
    ["https://github.example.org", "https://github.example.org/api/v3", false],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3", false],
  ];
  for (const [url, api, cloud] of cases)
    it(`is ${api} for ${url ?? "no address"}`, () => {
      assert.equal(apiUrl({ url }), api);
      assert.equal(isCloud({ url }), cloud);
    });
});

describe("asking GitHub", () => {
  it("says who asks, and what", () =>
    withServer(json(200, { login: "kbase" }), async (host, seen) => {
      const { body } = await ask(host);
      assert.deepEqual(body, { login: "kbase" });
      assert.deepEqual(
        seen.map(({ method, url, headers }) => [method, url, headers.authorization]),
        [["GET", "/api/v3/orgs/kbase", "token ghp_hunter2"]],
      );
      assert.match(seen[0]?.headers["user-agent"] ?? "", /^drover /);
    }));

  const failures: readonly [string, RequestListener, RegExp, requests: number][] = [
    [
      "a token that is refused",
      json(401, refused("Bad credentials")),
      /^GitHub at http:\/\/\S+ refuses the token \(401\): it is wrong, expired or revoked; set a new one: pulumi config set --secret githubToken$/,
      1,
    ],
    [
      "a limit that is used up, with the time of its end",
      json(403, refused("API rate limit exceeded"), {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1795593600",
      }),
      /^GitHub at \S+ lets this token ask no more for now \(403\): the 5000 requests of its limit are used up until 2026-11-25 08:00:00 UTC; nothing was changed$/,
      1,
    ],
    [
      "the second limit, with how long to wait",
      json(429, refused("You have exceeded a secondary rate limit"), { "retry-after": "60" }),
      /^GitHub at \S+ lets this token ask no more for now \(429\): it asks to wait 60 s; nothing was changed$/,
      1,
    ],
    [
      "a right that a fine-grained token lacks",
      json(403, refused("Resource not accessible by personal access token"), {
        "x-accepted-github-permissions": "secrets=read",
      }),
      /^GitHub at \S+ does not allow GET \/orgs\/\{org\} \(403\): Resource not accessible by personal access token; it needs the permission secrets=read; nothing was changed$/,
      1,
    ],
    [
      "a scope that a classic token lacks",
      json(403, refused("Forbidden"), { "x-accepted-oauth-scopes": "read:org, repo" }),
      /\(403\): Forbidden; it needs one of the scopes read:org, repo; nothing was changed$/,
      1,
    ],
    [
      "something that is not there",
      json(404, refused("Not Found")),
      /^GitHub at \S+ answers 404 to GET \/orgs\/\{org\}: Not Found; nothing was changed$/,
      1,
    ],
    [
      "a server that has another page for what it does not find",
      (_, response) => response.writeHead(404, { "content-type": "text/html" }).end("<html>"),
      /^GitHub at \S+ answers, but not as GitHub does: is drover:github\.url right\?$/,
      1,
    ],
    [
      "a conflict",
      json(409, refused("Conflict")),
      /answers 409 to GET \/orgs\/\{org\}: Conflict; nothing was changed$/,
      1,
    ],
    ["what GitHub can't take", json(422, refused("Validation Failed")), /answers 422 to .*: Validation Failed;/, 1],
    [
      "trouble of GitHub's own, after two more tries",
      json(500, refused("Server Error")),
      /^GitHub at \S+ is in trouble \(500\): Server Error; nothing was changed, try again when it is well$/,
      3,
    ],
    [
      "a page instead of an answer",
      (_, response) => response.writeHead(502, { "content-type": "text/html" }).end("<html>"),
      /^GitHub at \S+ is in trouble \(502\); nothing was changed, try again when it is well$/,
      3,
    ],
  ];
  for (const [what, listener, message, requests] of failures)
    it(`reports ${what}`, () =>
      withServer(listener, async (host, seen) => {
        await assert.rejects(ask(host), (error: unknown) => {
          assert.ok(error instanceof GitHubFailure);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /hunter2/);
          assert.equal(error.limited, /ask no more/.test(error.message));
          return true;
        });
        assert.equal(seen.length, requests);
      })).timeout(10_000);

  it("reports that nobody answers", async () => {
    const host = await unusedHost();
    await assert.rejects(ask(host), {
      message: `GitHub at http://${host} can't be reached: connect ECONNREFUSED ${host}; nothing was changed`,
    });
  });

  it("goes on after trouble that passes", () => {
    let answers = 0;
    return withServer(
      (request, response) => json(answers++ === 0 ? 502 : 200, { login: "kbase" })(request, response),
      async (host, seen) => {
        assert.deepEqual((await ask(host)).body, { login: "kbase" });
        assert.equal(seen.length, 2);
      },
    );
  });
});

describe("a list of GitHub's", () => {
  const pages: RequestListener = (request, response) => {
    const { url = "" } = request;
    const page = Number(/[?&]page=(\d+)/.exec(url)?.[1]);
    const body = url.includes("secrets") ? { total_count: 3, secrets: [page] } : [page];
    const link = page < 3 ? { link: `<http://x/?page=${String(page + 1)}>; rel="next"` } : {};
    json(200, body, link)(request, response);
  };
  it("is read to its last page", () =>
    withServer(pages, async (host, seen) => {
      const client = await GitHubClient.open({ url: `http://${host}`, credential: token });
      assert.deepEqual(
        await client.list("GET /orgs/{org}/packages", { org: "kbase", package_type: "container" }),
        [1, 2, 3],
      );
      assert.equal(seen[0]?.url, "/api/v3/orgs/kbase/packages?package_type=container&per_page=100&page=1");
    }));

  it("may be inside of an object", () =>
    withServer(pages, async (host) => {
      const client = await GitHubClient.open({ url: `http://${host}`, credential: token });
      const route = "GET /repos/{owner}/{repo}/actions/secrets";
      assert.deepEqual(await client.list(route, { owner: "a", repo: "b" }, "secrets"), [1, 2, 3]);
    }));

  it("that is none is no answer of GitHub's", () =>
    withServer(json(200, { packages: [] }), async (host) => {
      const client = await GitHubClient.open({ url: `http://${host}`, credential: token });
      await assert.rejects(client.list("GET /orgs/{org}/packages", { org: "kbase" }), {
        message: `GitHub at http://${host} answers, but not as GitHub does: is drover:github.url right?`,
      });
    }));
});

describe("a GraphQL query", () => {
  const query = (listener: RequestListener) =>
    withServer(listener, async (host, seen) => {
      const client = await GitHubClient.open({ url: `http://${host}`, credential: token });
      return { answer: await client.graphql("query { viewer { login } }"), seen: [...seen] };
    });

  it("goes to the API's own place on an Enterprise Server", async () => {
    const { answer, seen } = await query(json(200, { data: { viewer: { login: "x" } } }));
    assert.deepEqual(answer, { data: { viewer: { login: "x" } }, errors: [] });
    assert.equal(seen[0]?.url, "/api/graphql");
  });

  it("answers what there is beside what there is not", async () => {
    const errors = [{ type: "NOT_FOUND", path: ["r1"], message: "Could not resolve to a Repository" }];
    const { answer } = await query(json(200, { data: { r0: {}, r1: null }, errors }));
    assert.deepEqual(answer, { data: { r0: {}, r1: null }, errors });
  });

  it("may meet the limit, which it says with status 200", () =>
    assert.rejects(query(json(200, { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] })), {
      message: /lets this token ask no more for now: API rate limit exceeded; nothing was changed$/,
    }));

  it("may be answered by something else", () =>
    assert.rejects(
      query((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>")),
      {
        message: /answers, but not as GitHub does: is drover:github.url right\?$/,
      },
    ));
});

describe("a GitHub App", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const credential: Credential = {
    kind: "app",
    id: "1234",
    installationId: "56",
    privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
  const bearer = ({ headers }: SeenRequest) => (headers.authorization ?? "").replace(/^\w+ /, "");

  it("proves itself with its key, and then asks with its installation's token", () =>
    withServer(
      (request, response) => {
        const status = request.url?.endsWith("/access_tokens") === true ? 201 : 200;
        json(status, { token: "ghs_installation", login: "kbase" })(request, response);
      },
      async (host, seen) => {
        const client = await GitHubClient.open({ url: `http://${host}`, credential });
        await client.rest("GET /orgs/{org}", { org: "kbase" });
        const [first, second] = seen;
        assert.ok(first !== undefined && second !== undefined);
        assert.equal(`${first.method} ${first.url}`, "POST /api/v3/app/installations/56/access_tokens");
        const [header = "", claims = "", signature = ""] = bearer(first).split(".");
        const verified = createVerify("RSA-SHA256").update(`${header}.${claims}`);
        assert.ok(
          verified.verify(createPublicKey(publicKey.export({ type: "spki", format: "pem" })), signature, "base64url"),
        );
        const { iss, iat, exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, number>;
        assert.equal(iss, "1234");
        assert.ok((exp ?? 0) - (iat ?? 0) <= 600, "GitHub takes ten minutes at most");
        assert.equal(bearer(second), "ghs_installation");
      },
    ));

  it("that GitHub refuses is named", () =>
    withServer(json(401, refused("A JSON web token could not be decoded")), async (host) => {
      await assert.rejects(GitHubClient.open({ url: `http://${host}`, credential }), {
        message: `GitHub at http://${host} refuses the App 1234 (401): check drover:githubApp, its id, installationId and privateKey`,
      });
    }));
});
