import assert from "node:assert/strict";
import path from "node:path";

import { execa } from "execa";
import * as z from "zod";

import { processEnvironment } from "../../sandbox/engine/environment.ts";
import { githubUrl } from "../../sandbox/github/part.ts";
import { emulator, fileOf, must, newRepository, rest, secretsOf, workflowCommits } from "../support/github.ts";
import { GitHubStack } from "../support/github-stack.ts";
import { unusedHost } from "../support/local-server.ts";
import { coldStart, sandbox } from "../support/sandbox.ts";

const Counters = z.looseObject({
  requests: z.array(z.looseObject({ endpoint: z.string(), statuses: z.record(z.string(), z.number()) })),
});
const fault = (what: object) => emulator("POST /faults", what);

/** What must hold of an onboarded repository however its onboarding went. */
async function isWhole(name: string): Promise<void> {
  for (const branch of ["develop", "main"]) {
    assert.equal((await workflowCommits(name, branch)).length, 1, `commits on ${branch}`);
    assert.match((await fileOf(name, branch)) ?? "", /^# Managed by Drover/);
  }
  const rulesets = z.array(z.looseObject({ name: z.string() })).parse(await must(`GET /repos/kbase/${name}/rulesets`));
  assert.deepEqual(rulesets.map((ruleset) => ruleset.name).sort(), [
    "Drover: long-lived branches",
    "Drover: pull requests",
    "Drover: versions",
  ]);
  const route = `GET /repos/kbase/${name}/actions`;
  assert.equal((await rest(`${route}/variables/LEVEL`)).status, 200);
  assert.deepEqual((await secretsOf(name)).actions, { A: "value-a" });
}

describe("a GitHub that fails", () => {
  let stack: GitHubStack;
  let repositories = 0;
  before(async function () {
    this.timeout(coldStart);
    stack = await GitHubStack.create();
  });
  afterEach(() => emulator("DELETE /faults"));

  /** A new repository, alone in the list of a stack that knows nothing yet. */
  async function onboard(): Promise<string> {
    const name = `failing-${String(++repositories)}`;
    await newRepository(name);
    stack.reset();
    const entry = {
      name,
      branches: { develop: "develop", release: "main" },
      variables: { LEVEL: "info" },
      secrets: ["A"],
    };
    stack.configure({ repositories: [entry] });
    return name;
  }

  describe("before anything is declared", () => {
    let name: string;
    before(async () => {
      name = await onboard();
      await stack.mustUp();
    });

    /** A preview that must fail; what it said. */
    async function refused(): Promise<string> {
      const { exitCode, stdout, stderr } = await stack.preview();
      assert.notEqual(exitCode, 0);
      assert.doesNotMatch(stdout + stderr, /\bat \S+\.ts:\d+|ghp_/, "no stack trace, and no token");
      return stdout + stderr;
    }

    const faults: readonly [string, object, RegExp][] = [
      [
        "refuses the token",
        { path: "/orgs/kbase", status: 401 },
        /GitHub at http:\S+ refuses the token \(401\): it is wrong, expired or revoked; set a new one: pulumi config set --secret githubToken/,
      ],
      [
        "has its limit used up",
        {
          path: "/orgs/kbase",
          status: 403,
          headers: { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795593600" },
        },
        /lets this token ask no more for now \(403\): the 5000 requests of its limit are used up until 2026-11-25 08:00:00 UTC; nothing was changed/,
      ],
      [
        "is in trouble",
        { path: "/api/graphql", method: "POST", status: 502, times: 20 },
        /is in trouble \(502\): .*; nothing was changed, try again when it is well/,
      ],
      [
        "does not let the token see its secrets",
        {
          path: "/repos/kbase/*/actions/secrets",
          status: 403,
          headers: { "x-accepted-github-permissions": "secrets=read" },
        },
        /does not allow GET \/repos\/\{owner\}\/\{repo\}\/actions\/secrets \(403\): .*; it needs the permission secrets=read; nothing was changed/,
      ],
    ];
    for (const [what, given, message] of faults)
      it(`that ${what} is reported as that`, async () => {
        await fault(given);
        assert.match(await refused(), message);
        await emulator("DELETE /faults");
        assert.deepEqual(await stack.previewed(), []);
      });

    it("that is not there, or is something else, is reported as that", async () => {
      const { settings } = await sandbox();
      const nobody = await unusedHost();
      stack.configure({ github: { url: `http://${nobody}` } });
      assert.match(await refused(), new RegExp(`GitHub at http://${nobody} can't be reached: connect ECONNREFUSED`));
      stack.configure({ github: { url: `http://127.0.0.1:${String(settings.ports.registry)}` } });
      assert.match(await refused(), /answers, but not as GitHub does: is drover:github.url right\?/);
      stack.configure({ github: { url: githubUrl(await sandbox()) } });
      assert.deepEqual(await stack.previewed(), []);
    });

    it("whose token may not administer a repository says which", async () => {
      const { githubTokens } = (await sandbox()).settings;
      await stack.setSecret("githubToken", githubTokens.developer);
      const said = await refused().finally(() => stack.setSecret("githubToken", githubTokens.admin));
      assert.match(
        said,
        new RegExp(`repositories\\[0\\] \\(${name}\\) lets the token's account only write, and its secrets and rules`),
      );
      assert.deepEqual(await stack.previewed(), []);
    });
  });

  describe("in the middle of onboarding a repository", () => {
    const contents = (name: string) => `/repos/kbase/${name}/contents/*`;
    const rulesets = (name: string) => `/repos/kbase/${name}/rulesets`;
    const soon = () => String(Math.floor(Date.now() / 1000) + 2);

    const passing: readonly [string, (name: string) => object][] = [
      ["is in trouble once", (name) => ({ method: "POST", path: rulesets(name), status: 500 })],
      [
        "has its limit used up for a moment",
        (name) => ({
          method: "PUT",
          path: contents(name),
          status: 403,
          body: { message: "API rate limit exceeded", documentation_url: "https://docs.github.com/rest" },
          headers: { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": soon() },
        }),
      ],
      [
        "asks to wait a moment",
        (name) => ({
          method: "POST",
          path: rulesets(name),
          status: 403,
          body: {
            message: "You have exceeded a secondary rate limit",
            documentation_url:
              "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
          },
          headers: { "retry-after": "1" },
        }),
      ],
    ];
    for (const [what, given] of passing)
      it(`that ${what} does not fail the update`, async () => {
        const name = await onboard();
        await fault(given(name));
        await stack.mustUp();
        assert.deepEqual(await emulator("GET /faults"), [], "the fault was met");
        await isWhole(name);
      });

    const failing: readonly [string, (name: string) => object, RegExp][] = [
      ["refuses the token", (name) => ({ method: "PUT", path: contents(name), status: 401 }), /401/],
      ["lacks what was there", (name) => ({ method: "POST", path: rulesets(name), status: 404 }), /404/],
      ["has a conflict", (name) => ({ method: "PUT", path: contents(name), status: 409 }), /409/],
      ["can't take it", (name) => ({ method: "POST", path: rulesets(name), status: 422 }), /422/],
      ["is in trouble for long", (name) => ({ method: "PUT", path: contents(name), status: 500, times: 4 }), /500/],
      ["commits and does not say so", (name) => ({ method: "PUT", path: contents(name), effect: "late cut" }), /error/],
      [
        "makes a ruleset and does not say so",
        (name) => ({ method: "POST", path: rulesets(name), effect: "late cut" }),
        /error/,
      ],
      [
        "makes a ruleset and says that it is in trouble",
        (name) => ({ method: "POST", path: rulesets(name), effect: "late answer", status: 500 }),
        /error/,
      ],
      [
        "makes a variable and does not say so",
        (name) => ({ method: "POST", path: `/repos/kbase/${name}/actions/variables`, effect: "late cut" }),
        /error/,
      ],
    ];
    for (const [what, given, said] of failing)
      it(`that ${what} fails the update, and the next one finishes without doing anything twice`, async () => {
        const name = await onboard();
        await fault(given(name));
        const { exitCode, stdout, stderr } = await stack.up();
        assert.notEqual(exitCode, 0);
        assert.match(stdout + stderr, said);
        assert.doesNotMatch(stdout + stderr, /ghp_|value-a/);
        await emulator("DELETE /faults");
        await stack.mustUp();
        await isWhole(name);
        assert.deepEqual(await stack.previewed(), []);
      });
  });

  describe("an update that is killed", () => {
    /** Runs `up` and kills the engine, as an out-of-memory killer would, once GitHub has answered so many requests of a kind. */
    async function killedAfter(count: number, endpoint: RegExp): Promise<void> {
      await emulator("POST /counters/mark");
      const { layout } = stack;
      const running = execa(
        path.join(layout.bin, "pulumi"),
        ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "github"],
        { env: processEnvironment(layout), extendEnv: false, reject: false },
      );
      const answered = async () => {
        const { requests } = Counters.parse(await emulator("GET /counters"));
        return requests
          .filter((request) => endpoint.test(request.endpoint))
          .flatMap(({ statuses }) => Object.values(statuses))
          .reduce((sum, one) => sum + one, 0);
      };
      while (running.exitCode === null && (await answered()) < count)
        await new Promise((resolve) => setImmediate(resolve));
      assert.equal(running.exitCode, null, "it was to be killed before its end");
      running.kill("SIGKILL");
      await running;
    }

    const writes = /^(POST|PUT|DELETE|PATCH) \/repos/;
    const some = 1 + Math.floor(Math.random() * 8);
    const moments: readonly [string, number, RegExp][] = [
      ["its first commit", 1, /^PUT \/repos\/.*contents/],
      ["its second commit", 2, /^PUT \/repos\/.*contents/],
      ["its first ruleset", 1, /^POST \/repos\/.*rulesets/],
      ["its first variable", 1, /^POST \/repos\/.*variables/],
      [`${String(some)} writes, a number by chance`, some, writes],
    ];
    for (const [when, count, endpoint] of moments)
      it(`after ${when} is finished by the next one, without a second commit`, async () => {
        const name = await onboard();
        await killedAfter(count, endpoint);
        await stack.mustUp();
        await isWhole(name);
        assert.deepEqual(await stack.previewed(), []);
      });
  });
});
