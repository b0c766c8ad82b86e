import assert from "node:assert/strict";

import fc from "fast-check";

import { filterPattern, passesPatterns } from "../../../sandbox/actions/workflow/filter-pattern.ts";
import { startsRun } from "../../../sandbox/actions/workflow/starts-run.ts";
import type { Occasion } from "../../../sandbox/actions/workflow/starts-run.ts";
import { parseWorkflow } from "../../../sandbox/actions/workflow/workflow-file.ts";

const path = ".github/workflows/images.yml";
const parsed = (on: string) => parseWorkflow(path, `on: ${on}\njobs: {}\n`);
const push = (ref: string, more: Partial<Occasion> = {}): Occasion => ({ name: "push", ref, ...more });
const pull = (action: string, base = "develop", more: Partial<Occasion> = {}): Occasion => ({
  name: "pull_request",
  action,
  ref: `refs/heads/${base}`,
  ...more,
});

describe("a filter pattern", () => {
  // The examples of GitHub's cheat sheet.
  const table: readonly [pattern: string, matches: readonly string[], others: readonly string[]][] = [
    ["feature/*", ["feature/my-branch"], ["feature/beta-a/my-branch", "feature"]],
    ["feature/**", ["feature/beta-a/my-branch", "feature/your-branch"], ["features/a"]],
    ["main", ["main"], ["main2", "amain", "Main"]],
    ["releases/mona-the-octocat", ["releases/mona-the-octocat"], ["releases/mona"]],
    ["*", ["main", "releases"], ["all/the/branches"]],
    ["**", ["all/the/branches", "every/tag"], []],
    ["*feature", ["mona-feature", "feature", "ver-10-feature"], ["feature-1", "a/feature"]],
    ["v2*", ["v2", "v2.0", "v2.9"], ["v1.2", "v2/a"]],
    ["v[12].[0-9]+.[0-9]+", ["v1.10.1", "v2.0.0"], ["v3.0.0", "v1.10", "v1x10.1"]],
    ["*.jsx?", ["page.js", "page.jsx"], ["page.ts", "page.jsxx"]],
    ["**.js", ["index.js", "js/index.js", "src/js/app.js"], ["index.jsx"]],
    ["docs/*", ["docs/README.md"], ["docs/mona/octocat.txt"]],
    ["docs/**/*.md", ["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"], ["docs/a.txt"]],
    ["**/docs/**", ["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"], ["mydocs/a"]],
    ["**/README.md", ["README.md", "js/README.md"], ["README.mdx"]],
    ["**/*src/**", ["a/src/app.js", "my-src/code/js/app.js"], ["srcs/app.js"]],
    ["**/*-post.md", ["my-post.md", "path/their-post.md"], ["post.md"]],
    ["**/migrate-*.sql", ["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"], ["migrate.sql"]],
    ["1.x", ["1.x"], ["1ax"]],
    ["a\\*", ["a*"], ["ab"]],
    ["release(1)", ["release(1)"], ["release1"]],
  ];
  for (const [pattern, matches, others] of table)
    it(`${pattern} matches what GitHub says`, () => {
      for (const name of matches) assert.match(name, filterPattern(pattern), name);
      for (const name of others) assert.doesNotMatch(name, filterPattern(pattern), name);
    });

  it("of plain letters matches that name alone", () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[\w./-]{1,20}$/u), fc.stringMatching(/^[\w./-]{1,20}$/u), (pattern, name) => {
        assert.equal(filterPattern(pattern).test(name), pattern === name);
      }),
    ));

  const lists: readonly [readonly string[], string, boolean][] = [
    [["releases/**", "!releases/**-alpha"], "releases/10", true],
    [["releases/**", "!releases/**-alpha"], "releases/beta/3-alpha", false],
    [["!releases/1", "releases/*"], "releases/1", true],
    [["*.md", "!README.md", "README*"], "README.md", true],
    [["*.md", "!README.md"], "README.md", false],
    [["!main"], "develop", false],
    [[], "main", false],
  ];
  for (const [patterns, name, expected] of lists)
    it(`${JSON.stringify(patterns)} lets ${name} ${expected ? "pass" : "not pass"}: the last that matches decides`, () =>
      assert.equal(passesPatterns(patterns, name), expected));
});

describe("an event starts a workflow", () => {
  const types =
    "{ pull_request: { branches: [develop, main], types: [opened, reopened, synchronize, ready_for_review] } }";
  const table: readonly [what: string, on: string, occasion: Occasion, starts: boolean][] = [
    ["by name alone", "push", push("refs/heads/any"), true],
    ["by a list", "[push, pull_request]", pull("opened"), true],
    ["but not another event", "push", pull("opened"), false],
    ["of a default type", "pull_request", pull("synchronize"), true],
    ["but not of another type", "pull_request", pull("closed"), false],
    ["but not taken out of draft by default", "pull_request", pull("ready_for_review"), false],
    ["of a type that is listed", types, pull("ready_for_review"), true],
    ["but not of one that is not", types, pull("converted_to_draft"), false],
    ["for a base branch that is listed", types, pull("opened", "main"), true],
    ["but not for another one", types, pull("opened", "feature"), false],
    ["of a branch that is listed", "{ push: { branches: [develop] } }", push("refs/heads/develop"), true],
    ["but not of another one", "{ push: { branches: [develop] } }", push("refs/heads/main"), false],
    ["but not of a tag where branches are listed", "{ push: { branches: ['**'] } }", push("refs/tags/v1"), false],
    ["but not of a branch where tags are listed", "{ push: { tags: ['**'] } }", push("refs/heads/v1"), false],
    ["of a tag where nothing is listed", "push", push("refs/tags/v1"), true],
    ["of a tag where both are listed", "{ push: { tags: ['v*'], branches: [main] } }", push("refs/tags/v1"), true],
    ["but not of an ignored branch", "{ push: { branches-ignore: ['wip/**'] } }", push("refs/heads/wip/a"), false],
    ["of a branch that is not ignored", "{ push: { branches-ignore: ['wip/**'] } }", push("refs/heads/main"), true],
    ["but not of a branch that is gone", "push", push("refs/heads/a", { deleted: true }), false],
    ["when a path changed", "{ push: { paths: ['src/**'] } }", push("refs/heads/a", { paths: ["a", "src/b"] }), true],
    ["but not when none did", "{ push: { paths: ['src/**'] } }", push("refs/heads/a", { paths: ["a"] }), false],
    [
      "when not all paths are ignored",
      "{ push: { paths-ignore: ['*.md'] } }",
      push("refs/heads/a", { paths: ["a.md", "b"] }),
      true,
    ],
    ["but not when all are", "{ push: { paths-ignore: ['*.md'] } }", push("refs/heads/a", { paths: ["a.md"] }), false],
    ["whatever the path where nobody counts them", "{ push: { paths: ['src/**'] } }", push("refs/tags/v1"), true],
    ["but not when the message says so", "push", push("refs/heads/a", { message: "Fix [skip ci] it" }), false],
    ["but not when a trailer says so", "push", push("refs/heads/a", { message: "Fix\n\nskip-checks: true" }), false],
    [
      "whatever message a release has",
      "release",
      { name: "release", action: "published", ref: "refs/tags/1", message: "[skip ci]" },
      true,
    ],
    [
      "of a release's type",
      "{ release: { types: [published] } }",
      { name: "release", action: "published", ref: "refs/tags/1" },
      true,
    ],
    [
      "but not of another",
      "{ release: { types: [published] } }",
      { name: "release", action: "released", ref: "refs/tags/1" },
      false,
    ],
    [
      "but not of a draft that was made",
      "release",
      { name: "release", action: "created", ref: "refs/tags/1", draft: true },
      false,
    ],
    [
      "of a dispatch's type",
      "{ repository_dispatch: { types: [retag] } }",
      { name: "repository_dispatch", action: "retag", ref: "" },
      true,
    ],
    [
      "but not of another dispatch",
      "{ repository_dispatch: { types: [retag] } }",
      { name: "repository_dispatch", action: "other", ref: "" },
      false,
    ],
    ["that a person meant", "workflow_dispatch", { name: "workflow_dispatch", ref: "", workflow: path }, true],
    ["but not another's", "workflow_dispatch", { name: "workflow_dispatch", ref: "", workflow: "other.yml" }, false],
    [
      "on its schedule",
      "{ schedule: [{ cron: '1 2 * * *' }] }",
      { name: "schedule", ref: "", cron: "1 2 * * *" },
      true,
    ],
    [
      "but not on another",
      "{ schedule: [{ cron: '1 2 * * *' }] }",
      { name: "schedule", ref: "", cron: "0 0 * * *" },
      false,
    ],
    ["but not by a workflow's token", "pull_request", pull("opened", "develop", { byWorkflow: true }), false],
    [
      "by a workflow's token that dispatches",
      "repository_dispatch",
      { name: "repository_dispatch", action: "a", ref: "", byWorkflow: true },
      true,
    ],
    ["but not when it can only be called", "workflow_call", push("refs/heads/main"), false],
  ];
  for (const [what, on, occasion, starts] of table)
    it(`${what} (${on})`, () => {
      const decision = startsRun(path, parsed(on), occasion);
      assert.equal(decision.starts, starts, JSON.stringify(decision));
    });

  it("or is said to be no workflow", () => {
    assert.throws(() => parseWorkflow(path, "on: [push"), /images\.yml is no YAML/u);
    assert.throws(() => parseWorkflow(path, "on: push\n"), /images\.yml is no workflow:.*jobs/su);
    assert.throws(() => parseWorkflow(path, "on: { push: { branches: 3 } }\njobs: {}\n"), /is not understood/u);
  });
});
