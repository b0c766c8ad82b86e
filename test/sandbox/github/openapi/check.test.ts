import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import * as z from "zod";

import { DescriptionCheck } from "../../../../sandbox/github/openapi/check.ts";
import type { Exchange } from "../../../../sandbox/github/openapi/check.ts";

const user = {
  login: "octocat",
  id: 1,
  node_id: "U_1",
  gravatar_id: "",
  type: "User",
  site_admin: false,
  ...Object.fromEntries(
    "avatar_url url html_url followers_url following_url gists_url starred_url subscriptions_url organizations_url repos_url events_url received_events_url"
      .split(" ")
      .map((name) => [name, "https://github.com/octocat"]),
  ),
};

const label = {
  id: 1,
  node_id: "L",
  url: "http://127.0.0.1/l",
  name: "bug",
  description: null,
  color: "ff0000",
  default: true,
};

const exchange = (method: string, url: string, status: number, response?: unknown, request?: unknown): Exchange => ({
  method,
  url,
  requestBody: request,
  status,
  contentType: response === undefined ? undefined : "application/json; charset=utf-8",
  responseBody: response === undefined ? "" : JSON.stringify(response),
});

const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) }))),
  components: z.object({ examples: z.record(z.string(), z.object({ value: z.unknown() })) }),
});
const Answer = z.object({
  content: z.object({
    "application/json": z.object({
      examples: z.record(z.string(), z.object({ value: z.unknown().optional(), $ref: z.string().optional() })),
    }),
  }),
});

/** GitHub's own examples of bodies, of operations that the stand-in has. */
function exampleAnswers(): Exchange[] {
  const file = new URL("generated/api.github.com.json", import.meta.resolve("@octokit/openapi"));
  const { paths, components } = Description.parse(JSON.parse(readFileSync(file, "utf8")));
  const served =
    /^\/repos\/\{owner\}\/\{repo\}(?:\/(?:rulesets|branches|pulls|labels|contents|environments|actions\/(?:secrets|variables|permissions)|hooks|git|releases|deployments|check-runs|statuses)(?:\/(?!.*(?:codespaces|restrictions|required_|teams|actors|requested)).*)?)?$|^\/orgs\/\{org\}\/packages/u;
  const exchanges: Exchange[] = [];
  for (const [path, operations] of Object.entries(paths).filter(([one]) => served.test(one)))
    for (const [method, { responses }] of Object.entries(operations)) {
      const answer = Answer.safeParse(responses["200"]).data?.content["application/json"].examples ?? {};
      for (const { value, $ref } of Object.values(answer)) {
        const example = $ref === undefined ? value : components.examples[$ref.split("/").at(-1) ?? ""]?.value;
        const url = path.replace("{owner}", "o").replace("{repo}", "r").replace("{branch}", "b");
        exchanges.push(exchange(method.toUpperCase(), url.replaceAll(/\{\w+\}/gu, "1"), 200, example));
      }
    }
  return exchanges;
}

const ruleset = { name: "r", enforcement: "active", rules: [{ type: "deletion" }] };

describe("the check against GitHub's description", function () {
  this.timeout(20_000);
  let check: DescriptionCheck;
  before(() => void (check = new DescriptionCheck()));

  const fitting: readonly [what: string, exchange: Exchange][] = [
    ["a label", exchange("GET", "/repos/o/r/labels/bug", 200, label)],
    ["the same for clients of GitHub Enterprise Server", exchange("GET", "/api/v3/repos/o/r/labels/bug", 200, label)],
    ["an empty answer", exchange("DELETE", "/repos/o/r/labels/bug", 204)],
    ["an unchanged one", exchange("GET", "/repos/o/r/labels/bug", 304)],
    [
      "a bad token, which is documented once for all",
      exchange("GET", "/repos/o/r/labels", 401, { message: "Bad credentials" }),
    ],
    ["numbers in the query", exchange("GET", "/repos/o/r/labels?per_page=100&page=2", 200, [label])],
    ["a slash in a path", exchange("GET", "/repos/o/r/contents/a/b.txt?ref=x", 404, { message: "Not Found" })],
    [
      "a secret by the repository's number",
      exchange("GET", "/repositories/7/environments/ci/secrets/A", 404, { message: "Not Found" }),
    ],
    ["a team by numbers", exchange("PUT", "/organizations/1/team/2/repos/o/r", 204, undefined, { permission: "push" })],
    [
      "a refused request that is wrong",
      exchange("POST", "/repos/o/r/labels", 422, { message: "x", documentation_url: "x" }, { nothing: 1 }),
    ],
    [
      "the simple form of a 422",
      exchange("POST", "/repos/o/r/rulesets", 422, {
        message: "x",
        documentation_url: "x",
        errors: ["Name must be unique"],
      }),
    ],
    [
      "a variable that is there already",
      exchange("POST", "/repos/o/r/actions/variables", 409, { message: "Already exists" }),
    ],
    ["what is in no description and is not there", exchange("GET", "/no/such/route", 404, { message: "Not Found" })],
  ];
  for (const [what, one] of fitting) it(`lets pass ${what}`, () => assert.deepEqual(check.check(one), []));

  const misfits: readonly [what: string, exchange: Exchange, where: string, problem: RegExp][] = [
    [
      "a missing property",
      exchange("GET", "/repos/o/r/labels/bug", 200, { ...label, color: undefined }),
      "response 200",
      /required property 'color'/u,
    ],
    [
      "a wrong type",
      exchange("GET", "/repos/o/r/labels", 200, [{ ...label, id: "1" }]),
      "response 200 /0/id",
      /must be integer/u,
    ],
    [
      "null where it may not be",
      exchange("GET", "/repos/o/r/labels/bug", 200, { ...label, name: null }),
      "response 200 /name",
      /must be string/u,
    ],
    [
      "a wrong word",
      exchange("GET", "/repos/o/r/issues/1/comments", 200, [{ user: { ...user, type: 3 } }]),
      "response 200 /0",
      /./u,
    ],
    [
      "a status that is not documented",
      exchange("GET", "/repos/o/r/labels", 202, []),
      "response 202",
      /documented are 200, 404/u,
    ],
    [
      "a body where there is none",
      exchange("DELETE", "/repos/o/r/labels/bug", 204, {}),
      "response 204",
      /GitHub sends none/u,
    ],
    ["no body where there is one", exchange("GET", "/repos/o/r/labels", 200), "response 200", /has no body/u],
    [
      "a 422 of neither form",
      exchange("POST", "/repos/o/r/rulesets", 422, { message: "x", documentation_url: "x", errors: [7] }),
      "response 422 /errors/0",
      /must be object/u,
    ],
    [
      "an error that is none",
      exchange("GET", "/repos/o/r/labels", 401, { message: 7 }),
      "response 401 /message",
      /must be string/u,
    ],
    ["an unknown parameter", exchange("GET", "/repos/o/r/labels?perpage=1", 200, []), "query", /perpage/u],
    ["a wrong parameter", exchange("GET", "/repos/o/r/labels?page=x", 200, []), "query /page", /must be integer/u],
    [
      "a wrong request that was taken",
      exchange("POST", "/repos/o/r/labels", 201, label, { color: "f" }),
      "request body",
      /required property 'name'/u,
    ],
    ["a missing body that was taken", exchange("POST", "/repos/o/r/labels", 201, label), "request body", /is missing/u],
    [
      "a wrong rule deep inside",
      exchange("POST", "/repos/o/r/rulesets", 201, { id: 1, ...ruleset, source: "o/r", enforcement: "on" }, ruleset),
      "response 201 /enforcement",
      /must be one of/u,
    ],
    ["an invented route", exchange("GET", "/no/such/route", 200, {}), "path", /no such operation/u],
  ];
  for (const [what, one, where, problem] of misfits)
    it(`finds ${what}`, () => {
      const [found, ...more] = check.check(one);
      assert.deepEqual(more, []);
      assert.equal(found?.where, where);
      assert.match(found.problem, problem);
      assert.equal(found.request, `${one.method} ${one.url}`);
    });

  it("tells paths with parameters that hold slashes from longer ones", () => {
    const wrong = (url: string) => check.check(exchange("GET", url, 418, {}))[0]?.operation;
    assert.deepEqual(
      [
        "/repos/o/r/branches/a/b",
        "/repos/o/r/branches/a/b/protection",
        "/repos/o/r/commits/a/b/check-runs",
        "/repos/o/r/git/matching-refs/heads/a/b",
        "/repos/o/r/pulls/7",
        "/repos/o/r/pulls/comments",
        "/repos/o/r/releases/latest",
        "/repos/o/r/releases/tags/v1/2",
      ].map(wrong),
      [
        "repos/get-branch",
        "repos/get-branch-protection",
        "checks/list-for-ref",
        "git/list-matching-refs",
        "pulls/get",
        "pulls/list-review-comments-for-repo",
        "repos/get-latest-release",
        "repos/get-release-by-tag",
      ],
    );
  });

  it("lets pass GitHub's own examples of answers", () => {
    const examples = exampleAnswers();
    assert.ok(examples.length > 100);
    const wrong = examples.filter((one) => check.check(one).some(({ where }) => where.startsWith("response")));
    assert.deepEqual(
      wrong.map(({ method, url }) => `${method} ${url}`),
      // These lack properties that the description says are required, or have a value that it does not name.
      [
        "GET /repos/o/r",
        "PATCH /repos/o/r",
        "GET /repos/o/r/branches",
        "GET /repos/o/r/branches/b/protection",
        "GET /repos/o/r/environments/1/deployment_protection_rules/apps",
        "GET /repos/o/r/pulls",
        "GET /repos/o/r/pulls/1",
        "PATCH /repos/o/r/pulls/1",
        "GET /repos/o/r/rulesets",
      ],
    );
  });

  it("takes a default for valid where its format is not", () => {
    const status = {
      ...{ url: "http://x/", id: 1, node_id: "D", state: "success", creator: null, description: "", environment: "ci" },
      ...{ created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" },
      ...{ deployment_url: "http://x/", repository_url: "http://x/", environment_url: "", log_url: "" },
    };
    const found = (target: string) =>
      check.check(exchange("GET", "/repos/o/r/deployments/1/statuses/1", 200, { ...status, target_url: target }));
    assert.deepEqual(found(""), []);
    assert.equal(found("nonsense")[0]?.where, "response 200 /target_url");
  });

  it("knows the payloads of webhooks", () => {
    assert.match(check.webhook("pull-request-opened", { action: "opened" })?.problem ?? "", /required property/u);
    assert.equal(check.webhook("ping", { hook_id: 1, zen: "z" }), undefined);
    assert.match(check.webhook("nothing", {})?.problem ?? "", /does not describe/u);
  });
});
