import assert from "node:assert/strict";

import * as z from "zod";

import { kbaseRepositories } from "../../sandbox/github/organization/kbase-repositories.ts";
import { organizationSeed } from "../../sandbox/github/seed-organization.ts";
import { emulator, must } from "../support/github.ts";
import { GitHubStack } from "../support/github-stack.ts";
import { coldStart, counts, sandbox } from "../support/sandbox.ts";
import { committed } from "../support/stacks.ts";

/** Another organization than the sandbox's own, with all 38 repositories. */
const organization = "kbase-whole";
const Commits = z.array(z.looseObject({ commit: z.looseObject({ message: z.string() }) }));
const Total = z.looseObject({
  total: z.number(),
  limits: z.array(z.unknown()),
  requests: z.array(z.looseObject({ endpoint: z.string(), count: z.number() })),
});

describe("an organisation of 38 repositories", () => {
  let stack: GitHubStack;
  before(async function () {
    this.timeout(coldStart);
    const { githubTokens } = (await sandbox()).settings;
    const seed = organizationSeed(githubTokens, { repositories: kbaseRepositories });
    await emulator("POST /seed", { ...seed, login: organization, tokens: [], apps: [] });
    stack = await GitHubStack.create();
    const { repositories, defaults, workflows } = committed("github");
    stack.configure({ organization, repositories, defaults, workflows });
    await stack.setSecret("secrets.SLACK_WEBHOOK", "hook");
    await stack.setSecret("secrets.CODECOV_TOKEN", "codecov");
  });

  it("is told, before anything is done, how long GitHub's limits make it take", async () => {
    const { exitCode, stdout } = await stack.preview();
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      /Onboarding 38 repositories takes about \d+ writes and \d+ reads; GitHub's limits .* at least \d+ minutes/,
    );
  });

  it("is onboarded as its committed list says, with one commit on each branch that needs it", async () => {
    await stack.mustUp();
    for (const { name, branches } of kbaseRepositories)
      for (const branch of branches) {
        const route = `/repos/${organization}/${name}/commits?sha=${branch}&path=.github/workflows/images.yml`;
        const messages = Commits.parse(await must(`GET ${route}`)).map(({ commit }) => commit.message);
        // Branches besides: one for forks, and a stale one.
        const needed = branch !== "inbox" && !(name === "execution_engine2" && branch === "master");
        assert.deepEqual(messages, needed ? ["Image workflow, managed by Drover"] : [], `${name} ${branch}`);
      }
  });

  it("needs no change afterwards, and at most eight requests a repository to know that", async () => {
    await emulator("POST /counters/mark");
    const { exitCode, stdout } = await stack.up();
    assert.equal(exitCode, 0, stdout);
    const { unchanged, ...others } = counts(stdout);
    assert.deepEqual(others, {});
    assert.ok((unchanged ?? 0) > 300);
    const { total, requests } = Total.parse(await emulator("GET /counters"));
    const writes = requests.filter(({ endpoint }) => /^(POST|PUT|PATCH|DELETE) \/repos/.test(endpoint));
    assert.deepEqual(writes, []);
    assert.ok(total <= 8 * 38, `${String(total)} requests`);
  });
});
