import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import { checkGitHub, checkRancher } from "../../stacks/preflight.ts";
import { unusedHost, withServer } from "../support/local-server.ts";
import { logged } from "../support/logged.ts";

const token = "token-abc12:hunter2";
const answer =
  (status: number, body = ""): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(body);
const notRancher = (url: string) =>
  `Rancher at ${url} (drover:rancher.url) answers, but not as Rancher does: is the address right?`;

describe("Rancher before a deploy", () => {
  const cases: readonly [string, RequestListener, (url: string) => string | undefined][] = [
    ["is well when the cluster says its version", answer(200, '{"gitVersion":"v1.36.4"}'), () => undefined],
    ["is something else when it answers a page", answer(200, "<html>"), notRancher],
    ["is something else when it answers other JSON", answer(200, '{"version":1}'), notRancher],
    [
      "may refuse the token",
      answer(401),
      (url) =>
        `Rancher at ${url} refuses the token (401): it is wrong, expired or revoked; set a new one: pulumi config set --secret rancherToken`,
    ],
    [
      "may refuse the cluster",
      answer(403),
      (url) =>
        `Rancher at ${url} does not let this token use cluster c-1 (403): give its user a role in the cluster, or set another token: pulumi config set --secret rancherToken`,
    ],
    [
      "may lack the cluster",
      answer(404),
      (url) => `Rancher at ${url} has no cluster c-1 (404) that this token may see: check drover:rancher.cluster`,
    ],
    [
      "may not reach the cluster",
      answer(503),
      (url) => `Cluster c-1 can't be reached through Rancher at ${url}: it answers 503; nothing was changed`,
    ],
  ];
  for (const [what, listener, expected] of cases)
    it(what, () =>
      withServer(listener, async (host, seen) => {
        const url = `http://${host}`;
        const problem = await checkRancher({ url: `${url}/`, cluster: "c-1", token });
        assert.equal(problem, expected(url));
        assert.deepEqual(
          seen.map((request) => [request.url, request.headers.authorization]),
          [["/k8s/clusters/c-1/version", `Bearer ${token}`]],
        );
        assert.doesNotMatch(problem ?? "", /hunter2/);
      }),
    );
  it("is followed nowhere else with the token", () =>
    withServer(
      (_, response) => response.writeHead(302, { location: "/elsewhere" }).end(),
      async (host, seen) => {
        const problem = await checkRancher({ url: `http://${host}`, cluster: "c-1", token });
        assert.equal(
          problem,
          `Cluster c-1 can't be reached through Rancher at http://${host}: it answers 302; nothing was changed`,
        );
        assert.equal(seen.length, 1);
      },
    ));
  it("may not be there", async () => {
    const host = await unusedHost();
    const problem = await checkRancher({ url: `http://${host}`, cluster: "c-1", token });
    assert.equal(
      problem,
      `Rancher at http://${host} (drover:rancher.url) can't be reached: connect ECONNREFUSED ${host}; nothing was changed`,
    );
  });
});

describe("GitHub before a deploy that it is to record", () => {
  const json =
    (status: number, message: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
    (_, response) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify({ message }));
  const check = (url: string) =>
    logged(() => checkGitHub({ url, credential: { kind: "token", token: "ghp_hunter2" } }, "kbase"));
  const unrecorded = "; without drover:githubToken and drover:githubApp, deployments are not recorded";

  it("takes the token", () =>
    withServer(json(200, ""), async (host, seen) => {
      assert.deepEqual(await check(`http://${host}`), { result: undefined, log: [] });
      assert.deepEqual(
        seen.map(({ url, headers }) => [url, headers.authorization]),
        [["/api/v3/orgs/kbase", "token ghp_hunter2"]],
      );
    }));

  const refusals: readonly [string, number, string][] = [
    [
      "the token",
      401,
      "refuses the token (401): it is wrong, expired or revoked; set a new one: pulumi config set --secret githubToken",
    ],
    ["what the token asks for", 403, "does not allow GET /orgs/{org} (403): No"],
    ["to know the organization", 404, "answers 404 to GET /orgs/{org}: No"],
  ];
  for (const [what, status, words] of refusals)
    it(`may refuse ${what}, which is a problem of the configuration`, () =>
      withServer(json(status, "No"), async (host) => {
        const { result, log } = await check(`http://${host}`);
        assert.equal(result, `GitHub at http://${host} ${words}${unrecorded}`);
        assert.deepEqual(log, []);
      }));

  const troubles: readonly [string, RequestListener, string][] = [
    ["in trouble", json(500, "Ouch"), "is in trouble (500): Ouch"],
    [
      "asking to wait",
      json(403, "Slow down", { "retry-after": "60" }),
      "lets this token ask no more for now (403): it asks to wait 60 s",
    ],
  ];
  for (const [what, listener, words] of troubles)
    it(`keeps nobody from deploying while it is ${what}`, () =>
      withServer(listener, async (host) =>
        assert.deepEqual(await check(`http://${host}`), {
          result: undefined,
          log: [`warning: Deployments may not be recorded: GitHub at http://${host} ${words}`],
        }),
      ));
  it("keeps nobody from deploying while it is not there", async () => {
    const host = await unusedHost();
    const { result, log } = await check(`http://${host}`);
    assert.equal(result, undefined);
    assert.deepEqual(log, [
      `warning: Deployments may not be recorded: GitHub at http://${host} can't be reached: connect ECONNREFUSED ${host}`,
    ]);
  });
});
