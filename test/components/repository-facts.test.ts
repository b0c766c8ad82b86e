import assert from "node:assert/strict";

import { parse, validate } from "graphql";

import { parseRepository, repositoryFields } from "../../components/repository-facts.ts";
import type { RepositoryQuestion } from "../../components/repository-facts.ts";
import { githubSchema } from "../../sandbox/github/graphql/schema.ts";

const question: RepositoryQuestion = { name: "web", branches: ["develop", 'ma"in'], texts: true };
const answer = {
  databaseId: 42,
  name: "web",
  isArchived: false,
  visibility: "PUBLIC",
  viewerPermission: "ADMIN",
  defaultBranchRef: { name: "develop" },
  rulesets: { nodes: [{ databaseId: 7, name: "Drover: versions" }, null] },
  ref0: { name: "develop" },
  file0: { text: "# Managed by Drover", isTruncated: false },
  folder0: {
    entries: [
      { name: "images.yml", object: { text: "x" } },
      { name: "folder", object: {} },
    ],
  },
  ref1: null,
  file1: null,
  folder1: null,
  fileDefault: { text: "# Managed by Drover", isTruncated: false },
  folderDefault: null,
};

describe("the question about a repository", () => {
  for (const texts of [true, false])
    it(`is one that GitHub's schema knows, ${texts ? "with" : "without"} the workflows' texts`, () => {
      const query = `query { a: ${repositoryFields("kbase", { ...question, texts })} }`;
      assert.deepEqual(validate(githubSchema(), parse(query)), []);
      assert.equal(query.includes("object { ... on Blob { text } }"), texts);
    });
});

describe("what GitHub says of a repository", () => {
  it("is read with the branches that are there", () =>
    assert.deepEqual(parseRepository(answer, question), {
      id: 42,
      name: "web",
      archived: false,
      visibility: "public",
      permission: "ADMIN",
      defaultBranch: "develop",
      branches: {
        develop: {
          file: "# Managed by Drover",
          workflows: [
            { name: "images.yml", text: "x" },
            { name: "folder", text: undefined },
          ],
        },
      },
      rulesets: [{ id: 7, name: "Drover: versions" }],
    }));

  it("may be that there is none", () => {
    assert.equal(parseRepository(null, question), undefined);
  });

  it("may be that it has no commits, and not which role the token has", () => {
    const empty = { ...answer, defaultBranchRef: null, ref0: null, viewerPermission: null, rulesets: null };
    const { defaultBranch, branches, permission, rulesets } = parseRepository(empty, question) ?? {};
    assert.deepEqual([defaultBranch, branches, permission, rulesets], [undefined, {}, null, []]);
  });

  for (const [what, file] of [
    ["too long to be shown", { text: "# Managed by Drover", isTruncated: true }],
    ["no text", { text: null, isTruncated: false }],
    ["a folder", {}],
  ] as const)
    it(`takes what is ${what} for somebody else's file`, () =>
      assert.equal(parseRepository({ ...answer, file0: file }, question)?.branches["develop"]?.file, ""));

  it("is refused where it is something else", () => {
    assert.throws(() => parseRepository({ name: "web" }, question));
    assert.throws(() => parseRepository("web", question));
  });
});
