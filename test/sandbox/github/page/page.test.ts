import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { Environment } from "../../../../sandbox/github/model.ts";
import { newScope } from "../../../../sandbox/github/sealed-boxes.ts";
import { StandIn } from "../stand-in.ts";

const at = "2026-01-01T00:00:00Z";
const hostile = `<script>alert("x")</script>`;

describe("pages of the GitHub stand-in", () => {
  let github: StandIn;
  let repository: Repository;
  before(async () => {
    github = await StandIn.start();
    github.team("devs");
    repository = await github.repository("auth2", {
      description: hostile,
      branches: {
        develop: {
          files: { "README.md": `\n# auth2 ${hostile}\n`, "docs/a & b.md": "text", "logo.png": Uint8Array.of(0, 1) },
          message: `Start ${hostile}`,
        },
        "release/1.0": { files: {}, message: "Release", from: "develop" },
      },
    });
    await github.ask("PUT /repos/kbase/auth2/contents/later", { body: { message: "Later", content: btoa("hello") } });
    const secret = { name: "SLACK_WEBHOOK", sealed: "c2VhbGVk", keyId: "1", createdAt: at, updatedAt: at };
    repository.actions.secrets.push(secret);
    repository.dependabot.secrets.push({ ...secret, name: "NPM_TOKEN" });
    repository.variables.push({ name: "REGION", value: hostile, createdAt: at, updatedAt: at });
    repository.environments.push(
      Environment.parse({
        id: 7,
        name: "prod",
        branchPolicy: { protectedBranches: false, customBranchPolicies: true },
        branchPolicies: [{ id: 8, name: "master", type: "branch" }],
        reviewers: [{ type: "Team", id: github.store.accounts.teams[0]?.id ?? 0 }],
        actions: newScope(9),
        ruleIds: [1, 2, 3],
        createdAt: at,
        updatedAt: at,
      }),
    );
    repository.rulesets.push({
      id: 10,
      name: "long-lived branches",
      target: "branch",
      enforcement: "active",
      bypassActors: [],
      refName: { include: ["refs/heads/develop"], exclude: [] },
      rules: [
        { type: "deletion" },
        {
          type: "required_status_checks",
          parameters: { required_status_checks: [{ context: "gate" }], strict_required_status_checks_policy: true },
        },
      ],
      createdAt: at,
      updatedAt: at,
    });
  });
  after(() => github.close());

  const page = (path: string, headers: Record<string, string> = {}) =>
    github.ask(`GET ${path}`, { as: null, headers: { accept: "text/html,*/*", ...headers } });
  const shown = async (path: string) => {
    const { status, body } = await page(path);
    assert.equal(status, 200, path);
    return String(body);
  };

  const contents: readonly [path: string, texts: readonly string[]][] = [
    ["/", ["This is <b>Drover’s stand-in for GitHub</b>", `href="/kbase"`]],
    ["/kbase", ["auth2", "olga", "Team devs", "Recent events", "push refs/heads/develop"]],
    ["/KBASE/AUTH2", ["auth2"]],
    [
      "/kbase/auth2",
      [
        "release/1.0",
        "Nobody may delete it.",
        "Needs check “gate”, on top of the newest base.",
        "Branches develop",
        "SLACK_WEBHOOK",
        "NPM_TOKEN",
        "REGION",
        "prod",
        "May deploy: master",
        "Reviewers: team devs",
        "README.md",
      ],
    ],
    ["/kbase/auth2/tree/release/1.0/docs", ["a &amp; b.md", "/kbase/auth2/blob/release/1.0/docs/a%20%26%20b.md"]],
    ["/kbase/auth2/blob/release/1.0/docs/a%20%26%20b.md", ["text", "on release/1.0"]],
    ["/kbase/auth2/blob/develop/logo.png", ["A binary file of 2 bytes."]],
  ];
  for (const [path, texts] of contents)
    it(`${path} shows ${texts.slice(0, 3).join(", ")}`, async () => {
      const body = await shown(path);
      for (const one of texts) assert.ok(body.includes(one), one);
    });

  it("of a commit show how its files differ", async () => {
    const sha = await github.store.git(repository).ref("refs/heads/develop");
    const body = await shown(`/kbase/auth2/commit/${sha ?? ""}`);
    assert.ok(body.includes("later") && body.includes("+hello"));
  });

  it("of a pull request show its state, branches, checks, reviews and comments", async () => {
    const sha = (await github.store.git(repository).ref("refs/heads/develop")) ?? "";
    const { body: opened } = await github.ask("POST /repos/kbase/auth2/pulls", {
      body: { title: `Title ${hostile}`, head: "develop", base: "release/1.0", body: "Because.", draft: true },
    });
    const { number } = opened as { number: number };
    await github.ask(`POST /repos/kbase/auth2/statuses/${sha}`, { body: { state: "failure", context: "gate" } });
    await github.ask(`POST /repos/kbase/auth2/issues/${number}/comments`, { body: { body: "First comment" } });
    const body = await shown(`/kbase/auth2/pull/${number}`);
    for (const one of ["draft", "<code>develop</code>", "<code>release/1.0</code>", "Because.", "First comment"])
      assert.ok(body.includes(one), one);
    assert.match(body, /gate: <span class="bad">failure<\/span>/u);
    assert.ok(!body.includes("<script"));
    assert.ok((await shown("/kbase/auth2")).includes(`/kbase/auth2/pull/${number}`));
  });

  it("of a pull request show where its commits are and were deployed", async () => {
    const deployed = await github.repository("web");
    const main = (await github.store.git(deployed).ref("refs/heads/main")) ?? "";
    await github.ask("POST /repos/kbase/web/git/refs", { body: { ref: "refs/heads/topic", sha: main } });
    await github.ask("PUT /repos/kbase/web/contents/a", { body: { message: "A", content: "", branch: "topic" } });
    const { body: opened } = await github.ask("POST /repos/kbase/web/pulls", {
      body: { title: "A", head: "topic", base: "main" },
    });
    const { number } = opened as { number: number };
    const address = `/kbase/web/pull/${String(number)}`;
    assert.match(await shown(address), /<h2>Deployments<\/h2>\s*<p class="quiet">None\./u);
    for (const [ref, environment, url] of [
      ["topic", "appdev", "https://appdev.example.org/web?a&b"],
      ["topic", "ci", "javascript:alert(1)"],
      ["topic", "prod", undefined],
      ["main", "next", "https://next.example.org"],
    ] as const) {
      const { body: made } = await github.ask("POST /repos/kbase/web/deployments", {
        body: { ref, environment, required_contexts: [], description: `in ${environment} ${hostile}` },
      });
      const path = `POST /repos/kbase/web/deployments/${String((made as { id: number }).id)}/statuses`;
      if (url !== undefined) await github.ask(path, { body: { state: "success", environment_url: url } });
      if (environment === "ci") await github.ask(path, { body: { state: "inactive" } });
    }
    const body = await shown(address);
    assert.match(
      body,
      /<a href="https:\/\/appdev\.example\.org\/web\?a&amp;b">appdev<\/a><\/td>\s*<td><span class="good">active</u,
    );
    assert.match(body, /<td>ci<\/td>\s*<td><span class="quiet">inactive</u);
    assert.match(body, /<td>prod<\/td>\s*<td><span class="quiet">pending</u);
    assert.ok(body.includes("in appdev &lt;script&gt;"));
    assert.ok(!body.includes("next") && !body.includes("javascript:"));
  });

  it("escape whatever people wrote", async () => {
    for (const path of ["/kbase/auth2", "/kbase/auth2/blob/develop/README.md", "/kbase"]) {
      const body = await shown(path);
      assert.ok(!body.includes("<script"), path);
    }
    assert.ok((await shown("/kbase/auth2")).includes("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"));
  });

  it("never show the value of a secret, sealed or not", async () => {
    const body = await shown("/kbase/auth2");
    assert.ok(!body.includes("c2VhbGVk"));
    assert.ok(!body.includes(repository.actions.key.privateKey));
  });

  it("show a file's text unchanged, the empty first line too", async () => {
    const body = await shown("/kbase/auth2/blob/develop/README.md");
    assert.ok(body.includes("<pre>\n\n# auth2"));
  });

  it("load nothing, run nothing, and say so to the browser", async () => {
    const { headers, body } = await page("/kbase/auth2");
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'/u);
    const [, style = ""] = /<style>([^]*?)<\/style>/u.exec(String(body)) ?? [];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    assert.ok(policy.includes(`'sha256-${Buffer.from(digest).toString("base64")}'`));
    assert.ok(!/ style="| onclick=|<script|src=/u.test(String(body)));
  });

  it("that are not there say so to people in a page, and to clients in JSON", async () => {
    for (const path of ["/nobody", "/kbase/none", "/kbase/auth2/blob/develop/none", "/kbase/auth2/pull/99"]) {
      const { status, headers } = await page(path);
      assert.deepEqual([status, headers.get("content-type")], [404, "text/html; charset=utf-8"], path);
    }
    const { status, body } = await github.ask("GET /kbase/auth2");
    assert.equal(status, 404);
    assert.match((body as { message: string }).message, /does not have GET \/kbase\/auth2/u);
  });

  it("are shown under no name that is not this machine's", async () => {
    const { port } = new URL(github.origin);
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const headers = { host: "attacker.example", accept: "text/html" };
      httpRequest({ host: "127.0.0.1", port, path: "/kbase", headers }, (response) => {
        void text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
      }).end();
    });
    assert.equal(answer.status, 404);
    assert.ok(!answer.body.includes("auth2"));
  });

  it("are neither counted nor limited as requests to GitHub", async () => {
    await github.ask("POST /_emulator/counters/mark");
    await page("/kbase");
    assert.equal(((await github.ask("GET /_emulator/counters")).body as { total: number }).total, 0);
  });
});
