import assert from "node:assert/strict";

import type { RepositoryFacts } from "../../../components/repository-facts.ts";
import { Memory } from "../../../stacks/organization-memory.ts";
import { readingProblems, workflowBranches } from "../../../stacks/reading/problems.ts";
import { entryOf, factsOf, noMemory, organizationOf, readingOf } from "../../support/organization.ts";

const file = (text: string | undefined) => ({ file: text, workflows: [] });
const jobs = (...names: string[]) => ({
  file: undefined,
  workflows: [{ name: "test.yml", text: `jobs:\n${names.map((name) => `  ${name}: {}\n`).join("")}` }],
});

/** What is said of one entry, with the facts of its repository; none where there are no facts. */
function problemsOf(entry: object | string, facts: Partial<RepositoryFacts> | undefined, memory = noMemory): string[] {
  const name = typeof entry === "string" ? entry : String(Reflect.get(entry, "name"));
  const reading = readingOf(facts === undefined ? [] : [factsOf(name, facts)], { names: ["team:devops"] });
  return readingProblems(organizationOf({ repositories: [entry] }), reading, memory).map((line) => {
    assert.ok(line.startsWith(`drover:repositories[0] (${name}) `), line);
    return line.slice(`drover:repositories[0] (${name}) `.length);
  });
}

describe("a repository", () => {
  const cases: readonly [string, object | string, Partial<RepositoryFacts> | undefined, readonly string[]][] = [
    ["is well where it has the branches and nothing in the way", "web", {}, []],
    [
      "may not exist",
      "web",
      undefined,
      ["does not exist in kbase, or the token may not see it: correct the name, or give the token access"],
    ],
    [
      "may be archived",
      "web",
      { archived: true },
      ["is archived, so that nothing in it can be changed: unarchive it, or remove the entry"],
    ],
    [
      "may not let the token administer it",
      "web",
      { permission: "WRITE" },
      [
        "lets the token's account only write, and its secrets and rules are for administrators: give the account the role Admin, or set another token",
      ],
    ],
    ["does not say what an App may do", "web", { permission: null }, []],
    ["may be empty", "web", { defaultBranch: undefined, branches: {} }, ["has no commits yet: push its first one"]],
    [
      "may lack a branch",
      { name: "web", branches: { develop: "dev", release: "stable" } },
      {},
      ["develop", "release"].map(
        (kind, index) =>
          `has no branch "${["dev", "stable"][index] ?? ""}" (branches.${kind}); its default branch is develop: create the branch, or set branches as they are, leaving out what there is not`,
      ),
    ],
    [
      "may have somebody else's file at our path",
      "web",
      { branches: { develop: file("name: Images"), main: file("# Managed by Drover: old") } },
      [
        "has a file .github/workflows/images.yml of somebody else's on develop: rename it there, or say adopt: true in the entry to replace it",
      ],
    ],
    [
      "may have it on a third branch that is the default one",
      "web",
      { defaultBranch: "stale", branches: { develop: file(undefined), main: file(undefined), stale: file("x") } },
      [
        "has a file .github/workflows/images.yml of somebody else's on stale: rename it there, or say adopt: true in the entry to replace it",
      ],
    ],
    [
      "gives that file up where the entry says so",
      { name: "web", adopt: true },
      { branches: { develop: file("name: Images"), main: file("name: Images") } },
      [],
    ],
    [
      "may lack the job of a check",
      { name: "web", checks: ["unit_tests"] },
      { branches: { develop: jobs("unit_test", "lint"), main: jobs("lint") } },
      [
        'requires the check "unit_tests", which no job of its workflows reports, so that nothing could be merged; did you mean "unit_test"?',
      ],
    ],
    [
      "may have quite other jobs than a check",
      { name: "web", checks: ["coverage"] },
      { branches: { develop: jobs("unit_test", "lint"), main: jobs("lint") } },
      [
        'requires the check "coverage", which no job of its workflows reports, so that nothing could be merged; its jobs are lint, unit_test; a check of another App is written { name: coverage, app: ID }',
      ],
    ],
    [
      "reports a check on one of the branches",
      { name: "web", checks: ["unit_test"] },
      { branches: { develop: jobs("unit_test"), main: jobs("lint") } },
      [],
    ],
    ["is not asked for jobs of other Apps' checks", { name: "web", checks: [{ name: "cov", app: "any" }] }, {}, []],
    [
      "that is public needs no access level",
      { name: "web", actions: { access: "organization" } },
      {},
      ["is public, so that everybody may use its actions and GitHub refuses actions.access: remove it"],
    ],
    [
      "that is private may have an access level",
      { name: "web", actions: { access: "organization" } },
      { visibility: "private" },
      [],
    ],
    [
      "may name actors that GitHub does not know",
      {
        name: "web",
        protection: { bypass: ["team:devops", "team:nobody", "role:admin"] },
        environments: { prod: { reviewers: ["user:nobody"] } },
      },
      {},
      [
        "names team:nobody (protection.bypass), which GitHub does not know, or the token may not see",
        "names user:nobody (environments.prod.reviewers), which GitHub does not know, or the token may not see",
      ],
    ],
  ];
  for (const [what, entry, facts, problems] of cases)
    it(what, () => assert.deepEqual(problemsOf(entry, facts), problems));

  for (const [what, asked, name, problem] of [
    ["is to be written as GitHub writes it", "jobrunner", "JobRunner", "is written JobRunner on GitHub: write it so"],
    ["may have been renamed", "old", "new", "was renamed to new on GitHub: write the new name"],
  ] as const)
    it(what, () => {
      const reading = readingOf([], { repositories: new Map([[asked, factsOf(name)]]) });
      assert.deepEqual(readingProblems(organizationOf({ repositories: [asked] }), reading, noMemory), [
        `drover:repositories[0] (${asked}) ${problem}`,
      ]);
    });

  it("keeps what is ours where somebody has changed it beyond recognition", () => {
    const memory = Memory.parse({ repositories: { web: { id: 1, workflow: ["develop"] } } });
    assert.deepEqual(problemsOf("web", { branches: { develop: file("changed"), main: file(undefined) } }, memory), []);
  });
});

describe("the branches that need the workflow file", () => {
  const cases: readonly [object, string, string[]][] = [
    [{}, "develop", ["develop", "main"]],
    [{ branches: { release: "main" } }, "main", ["main"]],
    [{ branches: { develop: "develop" } }, "develop", ["develop"]],
    [{ branches: { develop: "develop", release: "master" } }, "main", ["develop", "master", "main"]],
  ];
  for (const [entry, defaultBranch, branches] of cases)
    it(`are ${branches.join(", ")} for ${JSON.stringify(entry)} with the default branch ${defaultBranch}`, () =>
      assert.deepEqual(
        workflowBranches(entryOf({ name: "web", ...entry }), factsOf("web", { defaultBranch })),
        branches,
      ));
});
