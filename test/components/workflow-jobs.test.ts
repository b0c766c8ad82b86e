import assert from "node:assert/strict";

import { legacyWorkflows } from "../../components/legacy-workflows.ts";
import { jobChecks } from "../../components/workflow-jobs.ts";

describe("the checks that a workflow's jobs report", () => {
  const workflow = `
on: push
jobs:
  unit_test:
    runs-on: ubuntu-24.04
  lint:
    name: Lint (all)
  matrix:
    strategy: { matrix: { python: ["3.11"] } }
  named:
    name: Tests on \${{ matrix.os }}
    strategy: { matrix: { os: [linux] } }
  called:
    uses: ./.github/workflows/x.yml
  empty:
`;
  const cases: readonly [string, boolean][] = [
    ["unit_test", true],
    ["Unit_Test", true],
    ["unit", false],
    ["unit_test (3.11)", false],
    ["Lint (all)", true],
    ["lint", false],
    ["matrix", true],
    ["matrix (3.11)", true],
    ["matrix / x", false],
    ["Tests on linux", true],
    ["Tests on linux (linux)", true],
    ["Tests on ", false],
    ["called / build", true],
    ["called", false],
    ["empty", true],
  ];
  for (const [check, reported] of cases)
    it(`${reported ? "include" : "do not include"} "${check}"`, () =>
      assert.equal(jobChecks(workflow).reports(check), reported));

  it("have names to be shown", () =>
    assert.deepEqual(jobChecks(workflow).names, [
      "unit_test",
      "Lint (all)",
      "matrix",
      "Tests on ${{ matrix.os }}",
      "called",
      "empty",
    ]));

  for (const text of ["", "no: jobs", "jobs: [1]", "{", "jobs:\n\ta: b", "null"])
    it(`are none of ${JSON.stringify(text)}`, () => {
      const { names, reports } = jobChecks(text);
      assert.deepEqual([names, reports("a")], [[], false]);
    });
});

describe("workflow files of earlier generations", () => {
  const legacy = [
    "pr_build.yml",
    "pr_build.yaml",
    "release-main.yaml",
    "manual-build.yml",
    "build_test_pr.yml",
    "build_prodrc_pr.yml",
    "build_and_push_image.yml",
    "tag_latest_image.yaml",
    "build-develop-open.yml",
    "build-main-merge.yml",
    "tag_environments.yml",
    "docker-publish.yml",
    "build-push-gtdb-image.yml",
    "build-test-push.yml",
    "test-push-release.yml",
    "build_publish_scan_managed.yml",
    "prod_release.yml",
    "reusable_build.yml",
  ];
  const others = ["test.yml", "unit_test.yml", "codeql.yml", "trivy.yml", "images.yml", "release.yml", "pr_build.sh"];
  it("are known by their names, and no others", () =>
    assert.deepEqual(legacyWorkflows([...legacy, ...others].map((name) => ({ name }))), legacy));
});
