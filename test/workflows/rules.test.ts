import assert from "node:assert/strict";
import path from "node:path";

import { environmentTags, gateCheck, reusableWorkflows } from "../../components/reusable-workflows.ts";
import { requiredChecks } from "../../components/rulesets.ts";
import { jobChecks } from "../../components/workflow-jobs.ts";
import { callProblems } from "../../sandbox/actions/workflow/call-rules.ts";
import { interpolate } from "../../sandbox/actions/workflow/expression.ts";
import { pullRequest, push, release, runningJobs, webHook } from "./occasions.ts";
import { called, calledWorkflowOf, callers, detailsOf, own, placesOf, projectWorkflows } from "./workflow-files.ts";
import type { Workflow } from "./workflow-files.ts";

const read = "read";
const write = "write";

/** What each job's token may do, and no more. */
const grants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "attest/attest": { contents: read, packages: write, "id-token": write, attestations: write },
  "check/check": { contents: read },
  "clean-up/clean-up": { packages: write, deployments: read, "pull-requests": read },
  "deploy/appdev": { contents: read },
  "deploy/ci": { contents: read },
  "deploy/github": { contents: read },
  "deploy/next": { contents: read },
  "deploy/prod": { contents: read },
  "drift/preview": { contents: read },
  "drift/report": { issues: write },
  "merge/merge": { contents: read, packages: write, "pull-requests": read },
  "merge/promote": { contents: read, packages: write, "pull-requests": read },
  "next-release/next-release": { contents: read, "pull-requests": write },
  "preview/comment": { "pull-requests": write },
  "preview/preview": { contents: read },
  "preview/touched": { "pull-requests": read },
  "pull-request/build": { contents: read, packages: write, "pull-requests": read },
  "pull-request/build-only": { contents: read },
  "pull-request/gate": {},
  "release/latest": { contents: read, packages: write },
  "release/version": { contents: read, packages: write },
  "retag/approval": {},
  "retag/check": {},
  "retag/retag": { contents: read, packages: write, deployments: write },
};

/** The jobs that secrets other than the token come to. */
const withSecrets: Readonly<Record<string, readonly string[]>> = {
  "deploy/appdev": ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  "deploy/ci": ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  "deploy/github": ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  "deploy/next": ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  "deploy/prod": ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  "drift/preview": ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  "merge/merge": ["build"],
  "preview/preview": ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  "pull-request/build": ["build"],
};

/** Third-party actions, each at one commit. */
const actions: Readonly<Record<string, string>> = {
  "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1": "v7.0.1",
  "actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6": "v4.2.2",
};

const jobsOf = (workflows: readonly Workflow[]) =>
  workflows.flatMap(({ name, content }) =>
    Object.entries(content.jobs).map(([id, job]) => ({ id: `${name}/${id}`, job, details: detailsOf(job) })),
  );
const scripts = jobsOf(projectWorkflows).flatMap(({ id, details }) =>
  details.steps.flatMap(({ name, run }) => (run === undefined ? [] : [{ place: `${id}/${name}`, run }])),
);
const sorted = <Value>(all: Readonly<Record<string, Value>>) =>
  Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));

describe("what repositories call", () => {
  it("is exactly what the agreement says is there", () =>
    assert.deepEqual(called.map(({ name }) => name).sort(), Object.keys(reusableWorkflows).sort()));

  for (const [name, agreed] of Object.entries(reusableWorkflows))
    describe(name, () => {
      const { content } = calledWorkflowOf(name);
      const { call, events, crons } = content.on;

      it("is started by calls alone", () => assert.deepEqual([Object.keys(events), crons], [[], []]));

      it("takes the agreed inputs and secrets", () => {
        const inputs = Object.entries(call?.inputs ?? {}).map(
          ([input, declared]) => [input, declared?.["type"]] as const,
        );
        assert.deepEqual(sorted(Object.fromEntries(inputs)), sorted(agreed.inputs));
        assert.deepEqual(Object.keys(call?.secrets ?? {}), [...agreed.secrets]);
      });

      it("asks for the agreed grants and not for less", () => {
        const most: Record<string, string> = {};
        for (const { permissions } of Object.values(content.jobs))
          for (const [scope, level] of Object.entries(typeof permissions === "object" ? permissions : {}))
            if (most[scope] !== "write") most[scope] = level;
        assert.deepEqual(sorted(most), sorted(agreed.permissions));
      });

      it("has ghcr.io as the registry where none is said", () => {
        if ("registry" in agreed.inputs) assert.equal(call?.inputs["registry"]?.default, "ghcr.io");
      });
    });

  it("has safe values for what no caller says", () => {
    const defaultsOf = (name: string) =>
      Object.fromEntries(
        Object.entries(calledWorkflowOf(name).content.on.call?.inputs ?? {}).flatMap(([input, declared]) =>
          declared?.required === true ? [] : [[input, declared?.default]],
        ),
      );
    const registry = "ghcr.io";
    const branches = { develop: "", release: "" };
    assert.deepEqual(defaultsOf("pull-request"), { registry, ...branches });
    assert.deepEqual(defaultsOf("merge"), { registry, ...branches, latest: "merge" });
    assert.deepEqual(defaultsOf("release"), { registry, latest: "merge" });
    assert.deepEqual(defaultsOf("next-release"), {});
    assert.deepEqual(defaultsOf("retag"), { registry, ...branches });
    assert.deepEqual(defaultsOf("attest"), { registry });
    assert.deepEqual(defaultsOf("clean-up"), { registry, ...branches, days: 30, keep: 10, delete: false });
  });
});

for (const caller of callers)
  describe(`what is written into a repository (${caller.name})`, () => {
    it("would be started by GitHub: its grants cover those of every job that it calls, and it passes what these require", () => {
      const problems = Object.entries(caller.content.jobs).flatMap(([id, job]) =>
        callProblems(id, job, caller.content, calledWorkflowOf(id).content),
      );
      assert.deepEqual(problems, []);
    });

    it("queues or cancels: of a pull request only the newest run goes on, and what moves a tag is never cancelled", () => {
      for (const [id, { concurrency }] of Object.entries(caller.content.jobs))
        assert.equal(concurrency?.["cancel-in-progress"], id === "pull-request", id);
    });

    it("has the jobs of the checks that its branches require", () => {
      for (const { name } of requiredChecks([])) assert.ok(jobChecks(caller.text).reports(name), name);
    });
  });

describe("concurrency", () => {
  const [caller] = callers;
  const groupOf = (job: string, github: object, inputs: object = {}) =>
    interpolate(caller?.content.jobs[job]?.concurrency?.group ?? "", { github, inputs });
  it("is one at a time of a pull request, a branch, a version, and of an image's environment tag", () => {
    assert.equal(groupOf("pull-request", pullRequest("opened", "develop").github), "pull-request-12");
    assert.equal(groupOf("merge", push("develop").github), "merge-develop");
    assert.equal(groupOf("merge", push("main").github), "merge-main");
    assert.equal(groupOf("release", release("published").github), "release-1.4.2");
    const payload = { image: "web-develop", target: "ci" };
    assert.equal(groupOf("retag", webHook("retag", payload).github), "retag-web-develop-ci");
    assert.equal(groupOf("retag", { event: { inputs: payload } }, payload), "retag-web-develop-ci");
  });

  it("of what moves latest at a release is one for the repository, and queues", () =>
    assert.deepEqual(calledWorkflowOf("release").content.jobs["latest"]?.concurrency, {
      group: "release-latest",
      "cancel-in-progress": false,
    }));

  it("of the project's own workflows: updates queue, checks of the same pull request cancel", () => {
    const all = own.map(({ name, content: { concurrency } }) => [
      name,
      interpolate(concurrency?.group ?? "none", { github: { sha: "abc", event: { pull_request: { number: 7 } } } }),
      concurrency?.["cancel-in-progress"],
    ]);
    assert.deepEqual(all, [
      ["check", "check-7", true],
      ["deploy", "deploy", false],
      ["drift", "drift", false],
      ["preview", "preview-7", true],
    ]);
  });
});

describe("security", () => {
  it("grants nothing to a workflow as a whole", () => {
    for (const { name, content } of [...projectWorkflows, ...callers]) assert.deepEqual(content.permissions, {}, name);
  });

  it("grants each job exactly what it needs", () =>
    assert.deepEqual(
      sorted(Object.fromEntries(jobsOf(projectWorkflows).map(({ id, job }) => [id, job.permissions]))),
      grants,
    ));

  it("says of each grant what it is for", () => {
    for (const workflow of [...projectWorkflows, ...callers])
      for (const { path: place, value, comment } of placesOf(workflow))
        if (/\.permissions\./u.test(place) && value !== "read")
          assert.ok(comment !== undefined && comment !== "", `${workflow.name}: ${place}`);
  });

  it("gives secrets to the jobs that use them, by name", () => {
    const used = jobsOf(projectWorkflows).flatMap(({ id, job }) => {
      const names = [...JSON.stringify(job).matchAll(/\bsecrets(?:\.([\w-]+)|\[|: "inherit")/gu)].map(([, one]) => one);
      return names.length === 0 ? [] : [[id, [...new Set(names)].sort()] as const];
    });
    assert.deepEqual(sorted(Object.fromEntries(used)), withSecrets);
    for (const { content } of callers)
      for (const job of Object.values(content.jobs)) assert.notEqual(job.secrets, "inherit");
  });

  it("gives Pulumi's secrets only behind an environment of GitHub, prod's behind prod's", () => {
    const environments = jobsOf(own).flatMap(({ id, details: { environment } }) =>
      environment === undefined ? [] : [[id, environment] as const],
    );
    assert.deepEqual(sorted(Object.fromEntries(environments)), {
      "deploy/appdev": "appdev",
      "deploy/ci": "ci",
      "deploy/github": "github",
      "deploy/next": "next",
      "deploy/prod": "prod",
      "drift/preview": "preview",
      "preview/preview": "preview",
    });
  });

  const foreign = [
    ["a fork", { from: "someone/web" }],
    ["a fork that is gone", { from: null }],
    ["Dependabot", { author: "dependabot[bot]" }],
  ] as const;
  for (const [who, of] of foreign)
    it(`lets a pull request of ${who} reach no push, no secret and no grant to write`, () => {
      for (const caller of callers)
        for (const action of ["opened", "reopened", "synchronize", "ready_for_review", "converted_to_draft"])
          for (const branch of ["develop", "main"])
            for (const { id, job } of runningJobs(caller, pullRequest(action, branch, of))) {
              const text = JSON.stringify(job);
              assert.ok(!Object.values(job.permissions ?? {}).includes("write"), `${caller.name}: ${id} may write`);
              assert.doesNotMatch(text, /secrets\.|github\.token|GITHUB_TOKEN/u, `${caller.name}: ${id}`);
              assert.doesNotMatch(text, /docker push|--push|imagetools create|push=true/u, `${caller.name}: ${id}`);
            }
    });

  it("lets no pull request of a fork run the project's own program with secrets", () => {
    const jobs = own.find(({ name }) => name === "preview")?.content.jobs ?? {};
    const runs = (github: object) => interpolate(`\${{ ${String(jobs["touched"]?.if)} }}`, { github });
    assert.equal(runs(pullRequest("opened", "main").github), "true");
    for (const [, of] of foreign) assert.equal(runs(pullRequest("opened", "main", of).github), "false");
    assert.deepEqual(jobs["preview"]?.needs, ["touched"]);
    const previews = (stacks: string) =>
      interpolate(`\${{ ${String(jobs["preview"]?.if)} }}`, { needs: { touched: { outputs: { stacks } } } });
    assert.equal(previews('["ci"]'), "true");
    assert.equal(previews("[]"), "false");
    assert.deepEqual(jobs["comment"]?.needs, ["preview"]);
    const comments = (text: string) =>
      interpolate(`\${{ ${String(jobs["comment"]?.if)} }}`, { needs: { preview: { outputs: { text } } } });
    assert.equal(comments("text"), "true");
    assert.equal(comments(""), "false");
  });

  it("is started by no event that mixes secrets with foreign code", () => {
    const started = own.map(({ name, content: { on } }) => [name, Object.keys(on.events).sort(), on.crons.length]);
    assert.deepEqual(started, [
      ["check", ["pull_request", "push"], 0],
      ["deploy", ["push"], 0],
      ["drift", ["workflow_dispatch"], 1],
      ["preview", ["pull_request"], 0],
    ]);
    for (const { content } of own)
      for (const filter of Object.values(content.on.events))
        if (filter !== null) assert.deepEqual(filter, { branches: ["main"] });
  });

  it("pins every action to one full commit, with its version beside it", () => {
    for (const workflow of projectWorkflows)
      for (const { path: place, value, comment } of placesOf(workflow))
        if (place.endsWith(".uses")) assert.equal(comment, actions[value], `${workflow.name}: ${place}: ${value}`);
    for (const caller of callers)
      for (const { path: place, value, comment } of placesOf(caller))
        if (place.endsWith(".uses")) {
          assert.match(value, /^kbase\/drover\/\.github\/workflows\/[a-z-]+\.yml@[0-9a-f]{40}$/u);
          assert.equal(comment, "v1.0.0");
        }
  });

  it("pins every image that a script pulls to a digest", () => {
    for (const { place, run } of scripts)
      for (const [image] of run.matchAll(/\b(?:moby|anchore|docker|library)\/[\w./-]+:[\w.]+\S*/gu))
        assert.match(image, /@sha256:[0-9a-f]{64}$/u, place);
  });

  it("checks out without leaving credentials, and what it builds by its commit", () => {
    for (const { id, details } of jobsOf(projectWorkflows))
      for (const step of details.steps)
        if (step.uses?.startsWith("actions/checkout@") === true) {
          assert.equal(step.with["persist-credentials"], false, id);
          const ref = step.with["ref"];
          if (id.startsWith("pull-request/")) assert.equal(ref, "${{ github.event.pull_request.head.sha }}", id);
          else if (/^(?:merge|deploy)\//u.test(id)) assert.equal(ref, "${{ github.sha }}", id);
          else assert.equal(ref, undefined, id);
        }
  });

  it("has no expression in a script, and the token in no argument", () => {
    for (const { place, run } of scripts) {
      assert.ok(!run.includes("${{"), place);
      assert.doesNotMatch(run, /(?:--header|-H) "?Authorization|--password |docker login.* -p /u, place);
    }
  });
});

describe("jobs", () => {
  it("end: each has a time limit that fits it", () => {
    const limits = Object.fromEntries(
      jobsOf(projectWorkflows).map(({ id, details }) => [id, details["timeout-minutes"]]),
    );
    for (const [id, minutes] of Object.entries(limits)) assert.ok(minutes !== undefined && minutes <= 120, id);
    assert.equal(limits["pull-request/gate"], 5);
    assert.equal(limits["merge/promote"], 15);
  });

  it("run on one kind of runner, named with its version", () => {
    for (const { id, details } of jobsOf(projectWorkflows)) assert.equal(details["runs-on"], "ubuntu-24.04", id);
  });

  it("have their ids as names, as the required check does", () => {
    for (const { id, job } of jobsOf(projectWorkflows)) assert.equal(job.name, path.basename(id));
    assert.equal(gateCheck, "pull-request / gate");
  });

  it("wait for what they need", () => {
    const needs = jobsOf(projectWorkflows).flatMap(({ id, job }) =>
      job.needs.length === 0 ? [] : [`${id}: ${job.needs.join(" ")}`],
    );
    assert.deepEqual(needs.sort(), [
      "deploy/appdev: github",
      "deploy/ci: appdev",
      "deploy/next: ci",
      "deploy/prod: next",
      "drift/report: preview",
      "preview/comment: preview",
      "preview/preview: touched",
      "pull-request/gate: build build-only",
      "release/latest: version",
      "retag/approval: check",
      "retag/retag: check approval",
    ]);
  });

  it("retag behind the environment's reviewers", () => {
    const { jobs } = calledWorkflowOf("retag").content;
    const environments = Object.entries(jobs).flatMap(([id, job]) => {
      const { environment } = detailsOf(job);
      return environment === undefined ? [] : [[id, environment]];
    });
    assert.deepEqual(environments, [["approval", "${{ needs.check.outputs.target }}"]]);
    assert.deepEqual([...environmentTags], ["appdev", "ci", "next", "prod"]);
  });
});

describe("scripts", () => {
  it("run in bash that stops at errors and at unset variables", () => {
    for (const { name, content } of projectWorkflows)
      assert.deepEqual(content["defaults"], { run: { shell: "bash" } }, name);
    for (const { place, run } of scripts)
      if (run.split("\n").length > 12 && !place.endsWith("/Start BuildKit"))
        assert.ok(run.startsWith("set -u\n") || place === "pull-request/gate/Decide", place);
  });

  it("name no registry and no address of GitHub", () => {
    for (const { place, run } of scripts) assert.doesNotMatch(run, /ghcr\.io|github\.com|docker\.io/u, place);
  });

  it("that several jobs have are the same in all of them", () => {
    const byName = new Map<string, Map<string, string>>();
    for (const { place, run } of scripts)
      for (const [text, name = ""] of run.matchAll(/^(\w+)\(\) (?:\{ .*\}|\{\n[^]*?^\})$/gmu)) {
        // Each says this in its own words.
        if (name === "refuse" || name === "status") continue;
        const known = byName.get(name) ?? new Map<string, string>();
        byName.set(name, known.set(text, place));
      }
    for (const [name, texts] of byName) assert.equal(texts.size, 1, `${name}: ${[...texts.values()].join(", ")}`);
    assert.ok(byName.has("api") && byName.has("inspect") && byName.has("retag"));
    for (const step of ["Build and test", "Start BuildKit", "Log in", "Move the tag"])
      assert.equal(
        new Set(scripts.filter(({ place }) => place.endsWith(`/${step}`)).map(({ run }) => run)).size,
        1,
        step,
      );
  });

  it("of the release branch and of retags can't build", () => {
    for (const { place, run } of scripts)
      if (/^(?:merge\/promote|release|retag|clean-up)\//u.test(place))
        assert.doesNotMatch(run, /buildx build|docker (?:build|push|run)\b/u, place);
  });
});
