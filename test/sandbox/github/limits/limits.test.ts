import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import type { Report } from "../../../../sandbox/github/limits/limits.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";

describe("limits of the GitHub stand-in", () => {
  let github: StandIn;
  before(async () => {
    github = await StandIn.start();
    await github.repository("auth2");
  });
  after(() => github.close());
  asGitHubDescribes(() => github.app);
  afterEach(async () => {
    await github.ask("PATCH /_emulator/limits", {
      body: { mode: "off", primary: 5000, points: 900, status: 403, latency: 0 },
    });
    await github.ask("DELETE /_emulator/limits");
  });

  const set = async (settings: object) => {
    const { status } = await github.ask("PATCH /_emulator/limits", { body: settings });
    assert.equal(status, 200);
  };
  const repository = (as?: string | null) => github.ask("GET /repos/kbase/auth2", as === undefined ? {} : { as });

  it("are in the headers of every answer, and in GET /rate_limit", async () => {
    const { headers } = await repository();
    assert.deepEqual(
      ["limit", "remaining", "used", "reset", "resource"].map((name) => headers.get(`x-ratelimit-${name}`)),
      ["5000", "4999", "1", String(Date.parse("2026-01-01T01:00:00Z") / 1000), "core"],
    );
    const { body } = await github.ask("GET /api/v3/rate_limit");
    const { resources } = body as { resources: { core: object; graphql: object } };
    assert.deepEqual(resources.core, { limit: 5000, used: 1, remaining: 4999, reset: 1767229200 });
  });

  it("do not count an answer that the client has already", async () => {
    const { headers } = await repository();
    const tag = headers.get("etag") ?? "";
    const again = await github.ask("GET /repos/kbase/auth2", { headers: { "if-none-match": tag } });
    assert.equal(again.status, 304);
    const { body } = await github.ask("GET /rate_limit");
    assert.equal((body as { rate: { used: number } }).rate.used, 1);
  });

  it("over the primary limit refuse with 403, no matter when the client asks again, until it is reset", async () => {
    await set({ mode: "enforce", primary: 2 });
    await repository();
    await repository();
    const refused = await repository();
    assert.equal(refused.status, 403);
    assert.match((refused.body as { message: string }).message, /^API rate limit exceeded for user ID \d+\.$/u);
    assert.equal(refused.headers.get("x-ratelimit-remaining"), "0");
    assert.equal(refused.headers.get("retry-after"), null);
    assert.equal((await repository("olga")).status, 403);
    github.store.clock.advance(3600);
    assert.equal((await repository()).status, 200);
  });

  it("over a secondary limit refuse with the time to wait", async () => {
    await set({ mode: "enforce", points: 1, status: 429 });
    await repository();
    github.store.clock.advance(20);
    const refused = await repository();
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "40"]);
    const { message, documentation_url: page } = refused.body as { message: string; documentation_url: string };
    assert.match(message, /^You have exceeded a secondary rate limit/u);
    assert.match(page, /#about-secondary-rate-limits$/u);
  });

  it("refuse a GraphQL query over the primary limit in its own way", async () => {
    await set({ mode: "enforce", primary: 1 });
    await github.query("{ viewer { login } }");
    const { status, body, headers } = await github.ask("POST /graphql", { body: { query: "{ viewer { login } }" } });
    assert.deepEqual([status, headers.get("x-ratelimit-remaining")], [200, "0"]);
    assert.equal((body as { errors: { type: string }[] }).errors[0]?.type, "RATE_LIMITED");
  });

  it("tell GraphQL clients their cost and what is left", async () => {
    const { data } = await github.query(
      `{ rateLimit { cost nodeCount limit remaining used resetAt } organization(login: "kbase") {
           repositories(first: 100) { nodes { refs(refPrefix: "refs/heads/", first: 10) { totalCount } } } } }`,
    );
    const { resetAt, ...rest } = data?.["rateLimit"] as Record<string, unknown>;
    assert.deepEqual(rest, { cost: 1, nodeCount: 1100, limit: 5000, remaining: 4999, used: 1 });
    assert.match(String(resetAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u);
  });

  it("of those without a token are 60 an hour", async () => {
    const { headers } = await repository(null);
    assert.equal(headers.get("x-ratelimit-limit"), "60");
  });

  it("refuse settings that are none, by name", async () => {
    const { status, body } = await github.ask("PATCH /_emulator/limits", { body: { primary: 0, nonsense: true } });
    assert.equal(status, 422);
    assert.match((body as { message: string }).message, /primary[^]*nonsense|nonsense[^]*primary/u);
  });

  it("make every request take the latency longer", async () => {
    await set({ latency: 50 });
    const start = performance.now();
    await repository();
    assert.ok(performance.now() - start >= 49);
  });
});

describe("counters of the GitHub stand-in", () => {
  let github: StandIn;
  before(async () => {
    github = await StandIn.start();
    await github.repository("auth2");
    await github.repository("groups");
  });
  after(() => github.close());
  beforeEach(async () => {
    await github.ask("DELETE /_emulator/limits");
    await github.ask("POST /_emulator/counters/mark");
  });

  const report = async () => (await github.ask("GET /_emulator/counters")).body as Report;

  it("count requests by method and route, whatever the repository, and GraphQL by its first field", async () => {
    await github.ask("GET /repos/kbase/auth2");
    await github.ask("GET /api/v3/repos/kbase/groups");
    await github.ask("GET /repos/kbase/none");
    await github.ask("GET /user", { as: "nobody" });
    await github.query('{ a: repository(owner: "kbase", name: "auth2") { id } viewer { login } }');
    const { requests, total } = await report();
    assert.equal(total, 5);
    assert.deepEqual(requests, [
      { endpoint: "GET /repos/:owner/:repo", count: 3, statuses: { 200: 2, 404: 1 } },
      { endpoint: "GET /user", count: 1, statuses: { 401: 1 } },
      { endpoint: "query repository", count: 1, statuses: { 200: 1 } },
    ]);
  });

  it("begin again at a mark", async () => {
    await github.ask("GET /repos/kbase/auth2");
    await github.ask("POST /_emulator/counters/mark");
    const { requests, total, concurrency } = await report();
    assert.deepEqual([requests, total, concurrency], [[], 0, 0]);
  });

  it("know how many requests were answered at a time", async () => {
    await github.ask("PATCH /_emulator/limits", { body: { latency: 100 } });
    await Promise.all(Array.from({ length: 7 }, () => github.ask("GET /repos/kbase/auth2")));
    await github.ask("PATCH /_emulator/limits", { body: { latency: 0 } });
    assert.equal((await report()).concurrency, 7);
  });

  it("know the limits that were hit, and the time that a run would have needed", async () => {
    await github.ask("PATCH /_emulator/limits", { body: { mode: "virtual", points: 2 } });
    for (let count = 0; count < 5; count += 1) assert.equal((await github.ask("GET /repos/kbase/auth2")).status, 200);
    const { waited, limits, wall } = await report();
    await github.ask("PATCH /_emulator/limits", { body: { mode: "off", points: 900 } });
    assert.equal(waited, 120);
    assert.deepEqual(
      limits.map(({ limit, endpoint, wait }) => [limit, endpoint, wait]),
      [3, 5].map(() => ["points", "GET /repos/:owner/:repo", 60]),
    );
    assert.ok(wall > 0 && wall < 60);
  });
});

describe("faults of the GitHub stand-in", () => {
  let github: StandIn;
  before(async () => {
    github = await StandIn.start();
    await github.repository("auth2");
  });
  after(() => github.close());
  asGitHubDescribes(() => github.app);
  afterEach(async () => {
    await github.ask("DELETE /_emulator/faults");
  });

  const fault = async (body: object) =>
    assert.equal((await github.ask("POST /_emulator/faults", { body })).status, 201);
  const variable = (name: string) =>
    github.ask("POST /repos/kbase/auth2/actions/variables", { body: { name, value: "1" } });
  const variables = () => github.store.repository("kbase", "auth2")?.variables.map(({ name }) => name);

  it("answer in place of what was asked for, as often as they were asked for", async () => {
    await fault({ method: "post", path: "/repos/*/actions/variables", status: 502, times: 2 });
    assert.deepEqual(
      [(await variable("A")).status, (await variable("A")).status, (await variable("A")).status],
      [502, 502, 201],
    );
    assert.deepEqual((await github.ask("GET /_emulator/faults")).body, []);
  });

  it("can let some go by first", async () => {
    await fault({ path: "/repos/kbase/auth2", status: 500, after: 1 });
    const statuses = [];
    for (let count = 0; count < 3; count += 1)
      statuses.push((await github.ask("GET /api/v3/repos/kbase/auth2")).status);
    assert.deepEqual(statuses, [200, 500, 200]);
  });

  it("can give any body and headers", async () => {
    await fault({ path: "/user", status: 403, body: { message: "no" }, headers: { "retry-after": "7" } });
    const { status, body, headers } = await github.ask("GET /user");
    assert.deepEqual([status, body, headers.get("retry-after")], [403, { message: "no" }, "7"]);
  });

  it("can meet one field of GraphQL alone", async () => {
    await fault({ field: "viewer", status: 502 });
    assert.equal((await github.query('{ organization(login: "kbase") { login } }')).errors, undefined);
    assert.equal((await github.ask("POST /graphql", { body: { query: "{ viewer { login } }" } })).status, 502);
  });

  it("can cut the connection before anything is done", async () => {
    await fault({ path: "/repos/*", effect: "cut" });
    await assert.rejects(variable("CUT"));
    assert.ok(!variables()?.includes("CUT"));
  });

  it("can cut the connection when all is done", async () => {
    await fault({ path: "/repos/*", effect: "late cut" });
    await assert.rejects(variable("LATE_CUT"));
    assert.ok(variables()?.includes("LATE_CUT"));
  });

  it("can fail when all is done", async () => {
    await fault({ path: "/repos/*", effect: "late answer", status: 500 });
    assert.equal((await variable("LATE")).status, 500);
    assert.ok(variables()?.includes("LATE"));
  });

  it("can hang until the client gives up", async () => {
    await fault({ path: "/user", effect: "hang" });
    const client = new AbortController();
    const answer = fetch(`${github.origin}/user`, {
      headers: { authorization: "Bearer token-of-olga" },
      signal: client.signal,
    });
    while (((await github.ask("GET /_emulator/faults")).body as unknown[]).length > 0) await turn();
    client.abort();
    await assert.rejects(answer, { name: "AbortError" });
  });

  it("are refused when they make no sense", async () => {
    const { status, body } = await github.ask("POST /_emulator/faults", { body: { path: "x", effect: "explode" } });
    assert.equal(status, 422);
    assert.match((body as { message: string }).message, /path[^]*effect|effect[^]*path/u);
  });
});

describe("the stand-in's own routes", () => {
  it("are the administrator's alone, however their address is written", async () => {
    const github = await StandIn.start({ adminToken: "administrator-of-tests" });
    try {
      for (const path of ["/_emulator/limits", "/%5Femulator/limits", "/_emulato%72/limits"]) {
        assert.equal((await github.ask(`GET ${path}`)).status, 401, path);
        const headers = { authorization: "Bearer administrator-of-tests" };
        assert.equal((await github.ask(`GET ${path}`, { headers })).status, 200, path);
      }
    } finally {
      await github.close();
    }
  });
});
