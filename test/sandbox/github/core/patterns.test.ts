import assert from "node:assert/strict";

import * as fc from "fast-check";

import { parseDiff } from "../../../../sandbox/github/git/diff.ts";
import { isRefName } from "../../../../sandbox/github/git/ref-name.ts";
import { formatTree, isTreePath, parseTree } from "../../../../sandbox/github/git/tree.ts";
import type { TreeEntry } from "../../../../sandbox/github/git/tree.ts";
import { packet, flush, readPackets, sideBand } from "../../../../sandbox/github/git-http/pkt-line.ts";
import { nodeId, parseNodeId } from "../../../../sandbox/github/node-id.ts";
import { pageLinks } from "../../../../sandbox/github/pagination.ts";
import { ownersOf, parseCodeOwners } from "../../../../sandbox/github/rules/code-owners.ts";
import { fnmatch } from "../../../../sandbox/github/rules/fnmatch.ts";
import { matchesPattern } from "../../../../sandbox/github/rules/patterns.ts";

describe("a pattern of ref names", () => {
  for (const [pattern, name, matches] of [
    ["refs/heads/main", "refs/heads/main", true],
    ["refs/heads/main", "refs/heads/main2", false],
    ["refs/heads/*", "refs/heads/develop", true],
    ["refs/heads/*", "refs/heads/feature/one", false],
    ["refs/heads/**/*", "refs/heads/feature/one", true],
    ["refs/heads/**/*", "refs/heads/develop", true],
    ["refs/heads/release/**/*", "refs/heads/release/1/2", true],
    ["refs/heads/release/**", "refs/heads/release/1/2", false],
    ["release-?", "release-1", true],
    ["release-?", "release-", false],
    ["v[0-9]*", "v1.2", true],
    ["v[!0-9]*", "v1.2", false],
    ["v[0-9].*", "vx.1", false],
    ["a.b", "axb", false],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    ["[a/b]", "/", false],
  ] as const)
    it(`${pattern} ${matches ? "matches" : "does not match"} ${name}`, () =>
      assert.equal(fnmatch(pattern, name), matches));
  it("without special characters matches its own text and nothing else", () => {
    const text = fc.stringMatching(/^[\w./+()|^$-]{1,12}$/);
    fc.assert(fc.property(text, text, (a, b) => fnmatch(a, b) === (a === b)));
  });
});

describe("CODEOWNERS", () => {
  const lines = parseCodeOwners(
    [
      "# comment",
      "* @all",
      "*.js @js # scripts",
      "/build/ @build",
      "docs/* @docs",
      "apps/ @apps @more",
      "/apps/github",
      "",
    ].join("\n"),
  );
  for (const [path, owners] of [
    ["README.md", ["@all"]],
    ["src/deep/a.js", ["@js"]],
    ["build/x/y", ["@build"]],
    ["src/build/x", ["@all"]],
    ["docs/a.md", ["@docs"]],
    ["docs/deep/a.md", ["@all"]],
    ["src/apps/x", ["@apps", "@more"]],
    ["apps/github", []],
    ["apps/github/x", []],
  ] as const)
    it(`gives ${path} to ${owners.join(" and ") || "nobody"}`, () => assert.deepEqual(ownersOf(lines, path), owners));
});

describe("a pattern of a rule", () => {
  for (const [operator, pattern, text, matches] of [
    ["starts_with", "fix", "fix: x", true],
    ["ends_with", "!", "fix!", true],
    ["contains", "JIRA", "no", false],
    ["regex", "^v\\d+$", "v12", true],
    ["regex", "(", "(", false],
  ] as const)
    it(`${operator} ${pattern} of ${text} is ${String(matches)}, and negated the contrary`, () => {
      assert.equal(matchesPattern({ operator, pattern }, text), matches);
      assert.equal(matchesPattern({ operator, pattern, negate: true }, text), !matches);
    });
});

describe("names that git takes", () => {
  for (const [ref, good] of [
    ["refs/heads/main", true],
    ["refs/heads/feature/one", true],
    ["refs/heads/ä", true],
    ["refs/heads", false],
    ["main", false],
    ["refs/heads/a..b", false],
    ["refs/heads/a b", false],
    ["refs/heads/.a", false],
    ["refs/heads/a.lock", false],
    ["refs/heads/a/", false],
    ["refs/heads/a@{b", false],
    ["refs/heads/a.", false],
  ] as const)
    it(`${ref} is ${good ? "" : "not "}a ref`, () => assert.equal(isRefName(ref), good));
  for (const [path, good] of [
    ["a/b", true],
    [".github/x", true],
    ["a/.git/b", false],
    ["../a", false],
    ["a//b", false],
    ["", false],
  ] as const)
    it(`"${path}" is ${good ? "" : "not "}a path`, () => assert.equal(isTreePath(path), good));
});

describe("what the stand-in writes", () => {
  it("as trees is read as it was, in git's order", () => {
    const entry = fc.record<TreeEntry>({
      name: fc.stringMatching(/^[\w.-]{1,8}$/),
      mode: fc.constantFrom("100644", "100755", "120000", "040000"),
      sha: fc.stringMatching(/^[0-9a-f]{40}$/),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 8 }), (entries) => {
        const key = ({ name, mode }: TreeEntry) => (mode === "040000" ? `${name}/` : name);
        const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
        assert.deepEqual(
          parseTree(formatTree(entries)),
          sorted.map(({ mode, name, sha }) => ({ mode, name, sha })),
        );
      }),
    );
  });
  it("as packets is read as it was, with what follows", () => {
    const data = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(data, { maxLength: 5 }), data, (packets, rest) => {
        const body = Buffer.concat([...packets.map(packet), flush, rest]);
        assert.deepEqual(readPackets(body), { packets, rest });
      }),
    );
    assert.throws(() => readPackets(Buffer.from("00zz")), /not a list of packets/);
  });
  it("on a side band comes in packets that are not too long", () => {
    const { packets } = readPackets(Buffer.concat([sideBand(2, Buffer.alloc(100_000, "x")), flush]));
    assert.deepEqual(
      packets.map((one) => [one[0], one.length]),
      [
        [2, 65_516],
        [2, 34_486],
      ],
    );
  });
  it("as node ids is read as it was", () => {
    const id = fc.integer({ min: 1, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(id, id, (a, b) => {
        assert.deepEqual(parseNodeId(nodeId("Repository", a)), { kind: "Repository", ids: [a] });
        assert.deepEqual(parseNodeId(nodeId("PullRequest", a, b)), { kind: "PullRequest", ids: [a, b] });
      }),
    );
    assert.match(nodeId("Repository", 1), /^R_kgDO/);
    for (const text of ["narrative", "R_", "X_kgDOAAAAAQ", "R_kgDOAAA"]) assert.equal(parseNodeId(text), undefined);
  });
  it("as links names no page that there is not", () => {
    const at = "http://x/y?per_page=2";
    assert.equal(pageLinks(at, 1, 1), "");
    assert.equal(pageLinks(at, 1, 0), "");
    assert.equal(pageLinks(at, 1, 2), `<${at}&page=2>; rel="next", <${at}&page=2>; rel="last"`);
    assert.equal(pageLinks(at, 9, 2), `<${at}&page=2>; rel="prev", <${at}&page=1>; rel="first"`);
  });
});

describe("what git says about differences", () => {
  it("is read with renames, binary files and names of all kinds", () => {
    const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(40));
    const output = [
      `:100644 100644 ${a ?? ""} ${b ?? ""} M\0plain.txt\0`,
      `:100644 100644 ${a ?? ""} ${c ?? ""} R090\0old name\0new "name"\0`,
      `:000000 100644 ${"0".repeat(40)} ${c ?? ""} A\0image.png\0`,
      `:100644 000000 ${b ?? ""} ${"0".repeat(40)} D\0gone\0`,
      `1\t2\tplain.txt\0`,
      `3\t0\t\0old name\0new "name"\0`,
      `-\t-\timage.png\0`,
      `0\t1\tgone\0`,
      `\0diff --git a/plain.txt b/plain.txt\nindex 1..2\n--- a/plain.txt\n+++ b/plain.txt\n@@ -1,2 +1 @@\n-x\n-y\n+z\n`,
      `diff --git "a/old name" "b/new"\nsimilarity index 90%\n@@ -1 +1,4 @@\n+q\n`,
      `diff --git a/image.png b/image.png\nBinary files differ\n`,
      `diff --git a/gone b/gone\n@@ -1 +0,0 @@\n-diff --git is text here\n`,
    ].join("");
    assert.deepEqual(
      parseDiff(output).map(({ path, previousPath, status, additions, deletions, sha, patch }) => [
        path,
        previousPath,
        status,
        additions,
        deletions,
        sha,
        patch?.split("\n")[0],
      ]),
      [
        ["plain.txt", undefined, "modified", 1, 2, b, "@@ -1,2 +1 @@"],
        ['new "name"', "old name", "renamed", 3, 0, c, "@@ -1 +1,4 @@"],
        ["image.png", undefined, "added", 0, 0, c, undefined],
        ["gone", undefined, "removed", 0, 1, b, "@@ -1 +0,0 @@"],
      ],
    );
    assert.deepEqual(parseDiff(""), []);
  });
});
