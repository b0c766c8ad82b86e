import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";

import * as z from "zod";

import { emulator, must, newRepository, rest, rulesetsOf, secretsOf, workflowCommits } from "../support/github.ts";
import { appPermissions } from "../support/organization.ts";
import { GitHubStack } from "../support/github-stack.ts";
import { coldStart } from "../support/sandbox.ts";

const id = 98_765;
const installation = 43_210;
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();

const everything = {
  name: "by-app",
  branches: { develop: "develop", release: "main" },
  secrets: ["A"],
  dependabotSecrets: ["A"],
  variables: { LEVEL: "info" },
  environments: { prod: { reviewers: ["team:devops"], branches: ["main"], secrets: ["A"], variables: { URL: "x" } } },
  protection: { approvals: 2, bypass: ["team:devops", "role:maintain"] },
  actions: { permissions: "read", pullRequests: true },
};

const Commits = z.array(z.looseObject({ author: z.looseObject({ login: z.string() }) }));
const Ruleset = z.looseObject({
  bypass_actors: z.array(z.looseObject({ actor_type: z.string(), actor_id: z.number().nullable() })).default([]),
});

describe("a GitHub App in place of a person's token", () => {
  let stack: GitHubStack;
  /** Installs the App with some permissions. */
  const install = (granted: object) =>
    emulator("POST /seed", {
      login: "kbase",
      users: [],
      apps: [
        {
          id,
          installation,
          slug: "onboarding",
          permissions: granted,
          publicKey: publicKey.export({ type: "spki", format: "pem" }),
        },
      ],
    });

  before(async function () {
    this.timeout(coldStart);
    stack = await GitHubStack.create();
    await newRepository("by-app");
    stack.configure({ githubToken: undefined, githubApp: { id, installationId: installation } });
    await stack.setSecret("githubApp.privateKey", pem);
  });

  it("is refused with the permission that it lacks, before anything is written, and goes on where that was given", async () => {
    const { administration, ...others } = appPermissions;
    await install(others);
    stack.configure({ repositories: [everything] });
    const { exitCode, stdout, stderr } = await stack.up();
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /The App \(drover:githubApp\) lacks the permission Administration: Read and write/);
    assert.ok(!(stdout + stderr).includes("PRIVATE KEY"));
    assert.deepEqual(await rulesetsOf("by-app"), {});
    await install({ ...others, administration });
    await stack.mustUp();
    assert.deepEqual(await stack.previewed(), []);
  });

  it("onboards all that an entry can have", async () => {
    const secrets = await secretsOf("by-app");
    assert.deepEqual(secrets, {
      actions: { A: "value-a" },
      dependabot: { A: "value-a" },
      environments: { prod: { A: "value-a" } },
    });
    assert.equal((await rest("GET /repos/kbase/by-app/actions/variables/LEVEL")).status, 200);
    assert.equal((await workflowCommits("by-app", "develop")).length, 1);
  });

  it("is who commits, and who may pass the rules for pull requests", async () => {
    const [commit] = Commits.parse(await must("GET /repos/kbase/by-app/commits?sha=develop&per_page=1"));
    assert.equal(commit?.author.login, "onboarding[bot]");
    const rulesets = await rulesetsOf("by-app");
    const all = await Promise.all(
      Object.values(rulesets).map(async (each) =>
        Ruleset.parse(await must(`GET /repos/kbase/by-app/rulesets/${String(each)}`)),
      ),
    );
    const apps = all.flatMap(({ bypass_actors: actors }) => actors).filter((one) => one.actor_type === "Integration");
    assert.deepEqual(
      apps.map(({ actor_id: actor }) => actor),
      [id],
    );
  });

  it("changes the workflow file on protected branches, in one commit", async () => {
    stack.configure({ repositories: [{ ...everything, retention: { days: 5, keep: 1 } }] });
    await stack.mustUp();
    assert.equal((await workflowCommits("by-app", "develop")).length, 2);
    assert.equal((await workflowCommits("by-app", "main")).length, 2);
    assert.deepEqual(await stack.previewed(), []);
  });

  it("takes back what the entry has no more", async () => {
    const { name, branches, environments } = everything;
    stack.configure({ repositories: [{ name, branches, environments }] });
    await stack.mustUp();
    assert.deepEqual(await secretsOf("by-app"), {
      actions: {},
      dependabot: {},
      environments: { prod: { A: "value-a" } },
    });
    assert.equal((await rest("GET /repos/kbase/by-app/actions/variables/LEVEL")).status, 404);
    assert.deepEqual(await stack.previewed(), []);
  });
});
