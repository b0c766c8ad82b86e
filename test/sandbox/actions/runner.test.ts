import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { Runner } from "../../../sandbox/actions/runner.ts";
import { StandInClient } from "../../../sandbox/actions/stand-in-client.ts";
import type { Happening } from "../../../sandbox/actions/stand-in-client.ts";
import { seed } from "../../../sandbox/github/seed.ts";
import { StandIn } from "../github/stand-in.ts";

const caller = (uses: string) =>
  `name: Images\non: { push: { branches: [main] }, pull_request: {}, schedule: [{ cron: '1 2 * * *' }] }\npermissions: {}\njobs:\n  call:\n    uses: ${uses}\n    permissions: { contents: read }\n`;
const nowhere = `kbase/drover/.github/workflows/called.yml@${"0".repeat(40)}`;
const tools = {
  ...{ act: "/bin/false", docker: "/bin/false", buildx: "/bin/false", dockerSocket: "/nowhere" },
  ...{ bin: "/nowhere", plugins: "/nowhere", npmCache: "/nowhere", toolCache: "/nowhere" },
};

describe("the runner's view of the GitHub stand-in", () => {
  let github: StandIn;
  let client: StandInClient;
  let folder = "";
  const developer = "ghp_developer_of_the_runner_test";
  const end = new AbortController();

  before(async () => {
    github = await StandIn.start();
    folder = mkdtempSync(path.join(tmpdir(), "drover-runner-"));
    client = new StandInClient(github.origin, "none is needed");
    await seed(github.store, {
      login: "kbase",
      users: [{ login: "dana", role: "owner" }],
      tokens: [{ token: developer, of: "dana", scopes: ["repo", "workflow"] }],
      repositories: [
        { name: "app", branches: { main: { files: { ".github/workflows/images.yml": caller(nowhere), a: "1" } } } },
      ],
    });
  });
  after(async () => {
    end.abort();
    await github.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const api = async (method: string, route: string, body: object, token = developer): Promise<Response> =>
    fetch(`${github.origin}/api/v3/repos/kbase/app${route}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const change = (file: string, branch = "main") =>
    api("PUT", `/contents/${file}`, {
      branch,
      message: `Change ${file}`,
      content: Buffer.from(file).toString("base64"),
    });

  it("has every event in order, with the commit that a run would be of", async () => {
    const heard: Happening[] = [];
    const { promise: opened, resolve } = Promise.withResolvers<void>();
    const hear = (happening: Happening) => {
      heard.push(happening);
      if (happening.name === "pull_request") resolve();
    };
    await client.listen(hear, end.signal, () => undefined);
    await change("b");
    const main = await github.store.git(github.store.repositories()[0] ?? { id: 0 }).ref("refs/heads/main");
    await api("POST", "/git/refs", { ref: "refs/heads/feature", sha: main ?? "" });
    await change("c", "feature");
    await api("POST", "/pulls", { title: "c", head: "feature", base: "main" });
    await opened;
    assert.deepEqual(
      heard.map(({ name, action, subject }) => [name, action ?? "", subject?.ref]),
      [
        ["push", "", "refs/heads/main"],
        ["create", "", "refs/heads/main"],
        ["push", "", "refs/heads/feature"],
        ["push", "", "refs/heads/feature"],
        ["pull_request", "opened", "refs/pull/1/merge"],
      ],
    );
    assert.equal(heard[0]?.subject?.sha, main);
    assert.equal(heard[4]?.subject?.message, "Change c");
    const merge = await github.store.git(github.store.repositories()[0] ?? { id: 0 }).commit(heard[4].subject.sha);
    assert.equal(merge?.parents[0], main);
  });

  it("says that the stand-in is gone, however the connection ended", async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    await client.listen(() => undefined, end.signal, resolve);
    github.app.server.closeAllConnections();
    await ended;
  });

  it("gets a token for one repository that may what it was given, and no more once it is revoked", async () => {
    const minted = await client.mint("kbase/app", { contents: "read" });
    const read = () =>
      fetch(`${github.origin}/api/v3/repos/kbase/app/contents/a`, {
        headers: { Authorization: `Bearer ${minted.token}` },
      });
    assert.equal((await read()).status, 200);
    assert.equal(
      (await api("POST", "/git/refs", { ref: "refs/heads/x", sha: "0".repeat(40) }, minted.token)).status,
      403,
    );
    await client.revoke(minted);
    assert.equal((await read()).status, 401);
  });

  it("does not start a run whose called workflow's commit does not exist, and says why", async () => {
    const runner = new Runner({ client, tools, folder, log: () => undefined });
    await runner.listen(() => undefined);
    await change("d");
    await runner.settled();
    const [run, ...others] = runner.runs;
    await runner.close();
    assert.deepEqual(others, []);
    assert.equal(run?.conclusion, "startup_failure");
    assert.deepEqual(run.reasons, [`jobs.call: ${nowhere} was not found`]);
    assert.deepEqual(run.jobs, {});
    assert.equal(github.store.repositories()[0]?.checkRuns.length, 0);
  });

  it("starts nothing for a branch or a schedule that the workflow does not name", async () => {
    const runner = new Runner({ client, tools, folder, log: () => undefined });
    await runner.listen(() => undefined);
    await api("POST", "/git/refs", {
      ref: "refs/heads/other",
      sha: (await github.store.git(github.store.repositories()[0] ?? { id: 0 }).ref("refs/heads/main")) ?? "",
    });
    const schedule = (cron: string) =>
      fetch(`${github.origin}/_emulator/schedules`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ repository: "kbase/app", cron }),
      });
    await schedule("5 5 * * *");
    await runner.settled();
    assert.equal(runner.runs.length, 0);
    await schedule("1 2 * * *");
    await runner.settled();
    assert.deepEqual(
      runner.runs.map(({ event }) => event.name),
      ["schedule"],
    );
    await runner.close();
  });
});
