import assert from "node:assert/strict";

import { graphqlFacts } from "../../../../sandbox/github/limits/graphql-facts.ts";
import { Limiter } from "../../../../sandbox/github/limits/limiter.ts";
import type { LimitName } from "../../../../sandbox/github/limits/limiter.ts";
import { restFacts } from "../../../../sandbox/github/limits/rest-facts.ts";
import type { RequestFacts } from "../../../../sandbox/github/limits/rest-facts.ts";
import { defaultLimits } from "../../../../sandbox/github/limits/settings.ts";
import type { LimitSettings } from "../../../../sandbox/github/limits/settings.ts";

const read = restFacts("GET", "/repos/o/r", "/repos/:owner/:repo");
const write = restFacts("PUT", "/repos/o/r/actions/secrets/A", "/repos/:owner/:repo/actions/secrets/:name");
const commit = restFacts("PUT", "/repos/o/r/contents/a", "/repos/:owner/:repo/contents/*");
const query = graphqlFacts("{ viewer { login } }", {});
const mutation = graphqlFacts("mutation { createBranchProtectionRule { clientMutationId } }", {});

/** How many requests of one kind pass at once, and then the limit that is hit and the wait that it asks for. */
function passing(facts: RequestFacts, settings: Partial<LimitSettings> = {}) {
  const limiter = new Limiter({ ...defaultLimits, mode: "enforce", ...settings }, () => 0);
  for (let count = 0; ; count += 1) {
    const hit = limiter.admit("somebody", facts, 1);
    if (hit !== undefined) return [count, hit.limit, hit.wait];
  }
}

describe("GitHub's limits", () => {
  const table: readonly [
    what: string,
    facts: RequestFacts,
    count: number,
    limit: LimitName,
    wait: number,
    settings?: Partial<LimitSettings>,
  ][] = [
    ["900 reads a minute", read, 900, "points", 60],
    ["180 writes a minute", write, 180, "points", 60],
    ["2,000 GraphQL queries a minute", query, 2000, "graphqlPoints", 60],
    ["400 mutations a minute", mutation, 400, "graphqlPoints", 60],
    ["80 commits a minute", commit, 80, "contentPerMinute", 60],
    [
      "500 commits an hour, however slowly",
      commit,
      500,
      "contentPerHour",
      3600,
      { contentPerMinute: 5000, points: 9000 },
    ],
    ["5,000 requests an hour, however slowly", read, 5000, "primary", 3600, { points: 9000 }],
    ["5,000 points of GraphQL an hour", query, 5000, "primary", 3600, { graphqlPoints: 9000 }],
  ];
  for (const [what, facts, count, limit, wait, settings] of table)
    it(`let pass ${what}`, () => assert.deepEqual(passing(facts, settings), [count, limit, wait]));

  it("count reads and writes together where read strictly, and each endpoint by itself where not", () => {
    for (const [strictPoints, expected] of [
      [true, "points"],
      [false, undefined],
    ] as const) {
      const limiter = new Limiter({ ...defaultLimits, mode: "enforce", strictPoints }, () => 0);
      for (let count = 0; count < 896; count += 1) assert.equal(limiter.admit("a", read, 1), undefined);
      assert.equal(limiter.admit("a", write, 1)?.limit, expected);
    }
  });

  it("let pass again when the time is over, by the driven clock", () => {
    let now = 0;
    const limiter = new Limiter({ ...defaultLimits, mode: "enforce" }, () => now);
    for (let count = 0; count < 900; count += 1) limiter.admit("a", read, 1);
    now = 30_000;
    assert.deepEqual(limiter.admit("a", read, 1), { limit: "points", endpoint: read.endpoint, wait: 30 });
    now = 60_000;
    assert.equal(limiter.admit("a", read, 1), undefined);
  });

  it("are each account's own", () => {
    const limiter = new Limiter({ ...defaultLimits, mode: "enforce", primary: 1 }, () => 0);
    assert.equal(limiter.admit("a", read, 1), undefined);
    assert.equal(limiter.admit("b", read, 1), undefined);
    assert.equal(limiter.admit("a", read, 1)?.limit, "primary");
  });

  it("let pass 100 requests at a time", () => {
    const limiter = new Limiter({ ...defaultLimits, mode: "enforce" }, () => 0);
    assert.equal(limiter.admit("a", read, 100), undefined);
    assert.deepEqual(limiter.admit("a", read, 101), { limit: "concurrent", endpoint: read.endpoint, wait: 0 });
  });

  it("do not count what they refuse", () => {
    let now = 0;
    const limiter = new Limiter({ ...defaultLimits, mode: "enforce", contentPerMinute: 1 }, () => now);
    limiter.admit("a", commit, 1);
    now = 59_999;
    assert.equal(limiter.admit("a", commit, 1)?.limit, "contentPerMinute");
    now = 60_000;
    assert.equal(limiter.admit("a", commit, 1), undefined);
  });

  it("tell the state of the primary limit", () => {
    const limiter = new Limiter({ ...defaultLimits }, () => 7_000);
    limiter.admit("a", read, 1);
    limiter.admit("a", write, 1);
    assert.deepEqual(limiter.state("a", "core"), { limit: 5000, used: 2, remaining: 4998, reset: 3607 });
    limiter.giveBack("a", read);
    assert.equal(limiter.state("a", "core").remaining, 4999);
    assert.equal(limiter.state("a", "graphql").remaining, 5000);
    assert.equal(limiter.state("anonymous", "core").limit, 60);
  });

  it("in the mode `virtual` let everything pass, and tell the time that it would have taken", () => {
    const limiter = new Limiter({ ...defaultLimits, mode: "virtual" }, () => 0);
    const hits = Array.from({ length: 1000 }, () => limiter.admit("a", commit, 1)).filter((hit) => hit !== undefined);
    // 500 an hour: 500 in the first hour by 80 a minute, the next 500 an hour after the first.
    assert.equal(limiter.waited, 3_600_000 + 6 * 60_000);
    assert.ok(hits.every(({ limit }) => limit === "contentPerMinute" || limit === "contentPerHour"));
  });

  it("can be off", () => {
    const limiter = new Limiter({ ...defaultLimits, primary: 1 }, () => 0);
    for (let count = 0; count < 5; count += 1) assert.equal(limiter.admit("a", commit, 1000), undefined);
    assert.equal(limiter.state("a", "core").remaining, 0);
  });
});

describe("what requests count as", () => {
  const content: readonly [request: string, creates: boolean][] = [
    ["PUT /repos/o/r/contents/.github/workflows/images.yml", true],
    ["DELETE /repos/o/r/contents/a", true],
    ["POST /repos/o/r/pulls", true],
    ["PUT /repos/o/r/pulls/7/merge", true],
    ["POST /repos/o/r/issues/7/comments", true],
    ["POST /repos/o/r/releases", true],
    ["GET /repos/o/r/pulls", false],
    ["PUT /repos/o/r/actions/secrets/A", false],
    ["POST /repos/o/r/rulesets", false],
    ["POST /repos/o/r/git/refs", false],
    ["POST /repos/o/r/check-runs", false],
  ];
  for (const [request, creates] of content)
    it(`${request} ${creates ? "creates" : "creates no"} content`, () => {
      const [method = "", path = ""] = request.split(" ");
      assert.equal(restFacts(method, path, path).content, creates);
    });

  it("a commit by GraphQL creates content and costs five points", () =>
    assert.deepEqual(graphqlFacts("mutation M { createCommitOnBranch(input: {}) { ref { id } } }", {}), {
      resource: "graphql",
      endpoint: "mutation createCommitOnBranch",
      primary: 1,
      points: 5,
      content: true,
      fields: ["createCommitOnBranch"],
    }));

  it("what does not parse is a query", () =>
    assert.deepEqual(graphqlFacts("{", {}), {
      resource: "graphql",
      endpoint: "query",
      primary: 1,
      points: 1,
      content: false,
      fields: [],
    }));

  it("asking for the limits is free", () => assert.equal(restFacts("GET", "/rate_limit", "/rate_limit").primary, 0));
});
