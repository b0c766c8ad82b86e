import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import { checkRancher } from "../../stacks/preflight.ts";
import { unusedHost, withServer } from "../support/local-server.ts";

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
