import assert from "node:assert/strict";

import { Octokit } from "@octokit/rest";

import { asGitHubDescribes } from "../described.ts";
import { StandIn, tokenOf } from "../stand-in.ts";

describe("Octokit with the GitHub stand-in", () => {
  let github: StandIn;
  before(async () => {
    github = await StandIn.start();
    for (const name of ["auth2", "groups", "narrative"]) await github.repository(name);
  });
  after(() => github.close());
  asGitHubDescribes(() => github.app);

  const octokit = (path: string) => new Octokit({ baseUrl: `${github.origin}${path}`, auth: tokenOf("olga") });

  for (const path of ["", "/api/v3"])
    it(`queries GraphQL beside REST at ${path === "" ? "the root" : path}`, async () => {
      const client = octokit(path);
      const answer = await client.graphql(
        'query($owner: String!) { repository(owner: $owner, name: "auth2") { name } }',
        {
          owner: "kbase",
        },
      );
      assert.deepEqual(answer, { repository: { name: "auth2" } });
      const { data } = await client.rest.rateLimit.get();
      assert.equal(data.resources.graphql?.limit, 5000);
    });

  it("throws what GraphQL says, with the data that there is", async () => {
    const query = `{ a: repository(owner: "kbase", name: "auth2") { name } b: repository(owner: "kbase", name: "none") { name } }`;
    await assert.rejects(octokit("/api/v3").graphql(query), (error: Error & { data?: unknown }) => {
      assert.match(error.message, /Could not resolve to a Repository with the name 'kbase\/none'\./u);
      assert.deepEqual(error.data, { a: { name: "auth2" }, b: null });
      return true;
    });
  });

  it("pages through lists", async () => {
    const client = octokit("/api/v3");
    const all = await client.paginate(client.rest.repos.listForOrg, { org: "kbase", per_page: 2 });
    assert.deepEqual(all.map(({ name }) => name).sort(), ["auth2", "groups", "narrative"]);
  });
});
