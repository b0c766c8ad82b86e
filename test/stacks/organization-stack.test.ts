import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import * as z from "zod";

import { parseOrganization } from "../../stacks/organization-config.ts";
import type { Organization } from "../../stacks/organization-config.ts";
import { describeOrganization } from "../../stacks/organization-outputs.ts";
import { declareOrganization } from "../../stacks/organization.ts";
import { readingProblems } from "../../stacks/reading/problems.ts";
import type { Reading } from "../../stacks/reading/reading.ts";
import { written } from "../support/configuration.ts";
import { plain, register } from "../support/mocks.ts";
import type { Registration } from "../support/mocks.ts";
import { kbaseFacts, noMemory, readingOf } from "../support/organization.ts";
import { changesBetween, treeOf } from "../support/registrations.ts";
import { committed, stackText } from "../support/stacks.ts";

const golden = path.resolve(import.meta.dirname, "../golden/github.txt");
const secrets = { SLACK_WEBHOOK: "hook-value", CODECOV_TOKEN: "codecov-value" };
const List = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));
const list = List.parse(committed("github")["repositories"]);

/** The committed stack with changes, and secret values. */
function organizationWith(changes: Readonly<Record<string, unknown>> = {}): Organization {
  const config = { ...committed("github"), githubToken: "ghp_not-a-real-one", secrets, ...changes };
  const { organization, problems } = parseOrganization(written(config), new Set(["githubToken", "secrets"]));
  assert.deepEqual(problems, []);
  assert.ok(organization !== undefined);
  return organization;
}

const reading = (changes: Partial<Reading> = {}) => readingOf(kbaseFacts, { names: ["team:devops"], ...changes });
const declare = (organization: Organization, preview = false): Promise<Registration> =>
  register(() => declareOrganization(organization, reading(), noMemory), { stack: "github", preview });

describe("the committed stack github", () => {
  let whole: Registration;
  before(async () => (whole = await declare(organizationWith())));

  it("makes exactly what its golden list has", () => {
    const tree = treeOf(whole);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, tree);
    assert.equal(tree, readFileSync(golden, "utf8"));
  });

  it("can be previewed while nothing is known yet", async () =>
    assert.equal(treeOf(await declare(organizationWith(), true)), readFileSync(golden, "utf8")));

  it("has the 38 repositories of the organisation, as GitHub has them", () => {
    const organization = organizationWith();
    assert.equal(organization.repositories.length, 38);
    assert.deepEqual(
      organization.repositories.map(({ name }) => name).sort(),
      kbaseFacts.map(({ name }) => name).sort(),
    );
    assert.deepEqual(readingProblems(organization, reading(), noMemory), []);
  });

  it("has no secret value", () => assert.doesNotMatch(stackText("github"), /secure:|githubToken: \S|privateKey/));

  it("asks for GitHub through its own provider alone", () => {
    for (const [key, { type, provider }] of whole.resources)
      if (type.startsWith("github:")) assert.equal(provider, "pulumi:providers:github::github", key);
  });

  it("has every object of GitHub's once", () => {
    const claims = [...whole.resources.values()]
      .filter(({ type }) => type.startsWith("github:"))
      .map(({ type, inputs }) => {
        const { repository, name, branch, secretName, environment, branchPattern } = Object(plain(inputs)) as Record<
          string,
          unknown
        >;
        return JSON.stringify([type, repository, name, branch, secretName, environment, branchPattern]);
      });
    assert.equal(new Set(claims).size, claims.length);
  });

  const changed = async (changes: Readonly<Record<string, unknown>>) =>
    changesBetween(whole, await declare(organizationWith(changes)));

  it("without one entry lacks that repository's objects, and nothing else changes", async () => {
    const changes = await changed({ repositories: list.filter((entry) => entry !== "blobstore") });
    const gone = [...whole.resources].filter(([, { name }]) => name === "blobstore" || name.startsWith("blobstore/"));
    assert.deepEqual([...changes.keys()].sort(), gone.map(([key]) => key).sort());
    assert.ok(gone.length > 5);
  });

  it("changes one ruleset when one entry asks for more approvals", async () => {
    const stricter = { name: "blobstore", protection: { approvals: 2, upToDate: true, bypass: ["team:devops"] } };
    const changes = await changed({ repositories: list.map((entry) => (entry === "blobstore" ? stricter : entry)) });
    assert.deepEqual(
      [...changes],
      [
        [
          "github:index/repositoryRuleset:RepositoryRuleset::blobstore/pull-requests",
          ["rules.pullRequest.requiredApprovingReviewCount"],
        ],
      ],
    );
  });

  it("changes every workflow file, and nothing else, with the commit of the workflows", async () => {
    const changes = await changed({
      workflows: { repository: "kbase/drover", commit: "f".repeat(40), version: "v1.1.0" },
    });
    const files = [...whole.resources].filter(([, { type }]) => type === "github:index/repositoryFile:RepositoryFile");
    assert.deepEqual([...changes.keys()].sort(), files.map(([key]) => key).sort());
    for (const paths of changes.values()) assert.deepEqual(paths, ["content"]);
  });

  it("changes a rotated secret where it is used, and nothing else", async () => {
    const changes = await changed({ secrets: { ...secrets, SLACK_WEBHOOK: "rotated" } });
    assert.deepEqual(
      [...changes],
      [["github:index/actionsSecret:ActionsSecret::narrative/actions/SLACK_WEBHOOK", ["value"]]],
    );
  });

  it("is the same in whatever order its entries are listed", async () => {
    assert.deepEqual(await changed({ repositories: [...list].reverse() }), new Map());
  });
});

describe("the outputs of the stack github", () => {
  const packages = [
    { name: "narrative", visibility: "private", repository: "narrative" },
    { name: "narrative-develop", visibility: "public", repository: "narrative" },
  ];
  const { repositories, todo } = describeOrganization(organizationWith(), reading({ packages }));

  it("say of every repository what is managed in it", () => {
    assert.equal(Object.keys(repositories).length, 38);
    assert.deepEqual(JSON.parse(JSON.stringify(repositories["narrative"])), {
      id: kbaseFacts[0]?.id,
      url: "https://github.com/kbase/narrative",
      branches: ["develop", "main"],
      requiredChecks: ["pull-request / gate", "unit_test"],
      workflow: ["develop", "main"],
      secrets: ["CODECOV_TOKEN", "SLACK_WEBHOOK"],
      environments: ["next", "prod"],
      packages: {
        "narrative-develop": "ok",
        narrative: "mismatch",
        "narrative_version-develop": "not pushed yet",
        narrative_version: "not pushed yet",
      },
    });
  });

  it("say what a repository's resources are called where it was renamed, and how it is protected where that is another way", () => {
    const list = [{ name: "narrative", protection: { mode: "classic" } }, "auth2"];
    const names = new Map([["narrative", { resource: "old" }]]);
    const described = describeOrganization(organizationWith({ repositories: list }), reading({ packages }), names);
    const { narrative, auth2 } = described.repositories;
    assert.deepEqual([narrative?.resource, narrative?.protection], ["old", "classic"]);
    assert.deepEqual([auth2?.resource, auth2?.protection], [undefined, undefined]);
  });

  it("say what a person has to do, in short lines", () => {
    const lines = (name: string) => todo.filter((line) => line.startsWith(`${name}: `));
    assert.deepEqual(lines("narrative"), [
      "narrative: remove build_test_pr.yml, build_prodrc_pr.yml, build_and_push_image.yml, tag_latest_image.yaml, release-main.yml, manual-build.yml, pr_build.yml (develop, main), which build the same images as our workflow",
      'narrative: package narrative is private: open https://github.com/orgs/kbase/packages/container/narrative/settings, "Danger Zone", "Change visibility", Public',
    ]);
    assert.deepEqual(lines("service_wizard"), []);
    assert.deepEqual(lines("tablescanner"), [
      "tablescanner: remove pr_build.yml, release-main.yml, manual-build.yml (develop), which build the same images as our workflow",
    ]);
  });

  it("say that packages can't be seen where the token may not see them", () => {
    const unseen = describeOrganization(organizationWith(), reading({ packages: undefined }));
    assert.equal(
      unseen.todo[0],
      "the token may not see container packages, so none was checked: give it read:packages (classic tokens only)",
    );
    assert.equal(unseen.repositories["narrative"]?.packages["narrative-develop"], "unknown");
  });
});
