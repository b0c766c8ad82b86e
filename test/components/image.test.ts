import assert from "node:assert/strict";

import fc from "fast-check";

import {
  channelRepository,
  completeImage,
  formatImage,
  isImageOf,
  isRegistry,
  isRepository,
  parseImage,
  pullRequestOf,
} from "../../components/image.ts";
import type { ImageReference } from "../../components/image.ts";
import { digest as anyDigest, folder, name, registry, tag } from "../support/images.ts";

const digest = `sha256:${"0a".repeat(32)}`;

describe("a written image", () => {
  const accepted: readonly [string, ImageReference][] = [
    ["latest", { tag: "latest" }],
    ["pr-12", { tag: "pr-12" }],
    ["5.4.3", { tag: "5.4.3" }],
    ["_x", { tag: "_x" }],
    ["V1", { tag: "V1" }],
    ["t".repeat(128), { tag: "t".repeat(128) }],
    [`pr-12@${digest}`, { tag: "pr-12", digest }],
    ["narrative:pr-30", { repository: "narrative", tag: "pr-30" }],
    ["workspace_deluxe:0.15.0", { repository: "workspace_deluxe", tag: "0.15.0" }],
    ["localhost:5000", { repository: "localhost", tag: "5000" }],
    ["kbase/narrative:1", { repository: "kbase/narrative", tag: "1" }],
    [`kbase/narrative@${digest}`, { repository: "kbase/narrative", digest }],
    ["ghcr.io/kbase/narrative:1.4.2", { registry: "ghcr.io", repository: "kbase/narrative", tag: "1.4.2" }],
    ["ghcr.io/narrative:1", { registry: "ghcr.io", repository: "narrative", tag: "1" }],
    ["localhost/narrative:1", { registry: "localhost", repository: "narrative", tag: "1" }],
    ["127.0.0.1:5000/kbase/a.b_c__d--e:1", { registry: "127.0.0.1:5000", repository: "kbase/a.b_c__d--e", tag: "1" }],
    [`registry:5000/a@${digest}`, { registry: "registry:5000", repository: "a", digest }],
    [`ghcr.io/kbase/narrative:1@${digest}`, { registry: "ghcr.io", repository: "kbase/narrative", tag: "1", digest }],
  ];
  for (const [text, expected] of accepted)
    it(`is read from ${text.slice(0, 60)}`, () => assert.deepEqual(parseImage(text), expected));

  const tagRule = "must be 1 to 128 letters, digits, dots, dashes and underscores, and begin with none of dot and dash";
  const nameRule = "must be lower-case letters and digits, with single dots, underscores or dashes between them";
  const rejected: readonly [string, string][] = [
    ["", `the tag "" ${tagRule}`],
    ["-x", `the tag "-x" ${tagRule}`],
    [".x", `the tag ".x" ${tagRule}`],
    ["a b", `the tag "a b" ${tagRule}`],
    ["t".repeat(129), `the tag "${"t".repeat(129)}" ${tagRule}`],
    ["narrative:", `the tag "" ${tagRule}`],
    ["narrative:a/b:", `the tag "" ${tagRule}`],
    [`@${digest}`, `the tag "" ${tagRule}`],
    [":x", `the name "" ${nameRule}`],
    ["/x:1", `the name "/x" ${nameRule}`],
    ["Kbase/x:1", `the name "Kbase/x" ${nameRule}`],
    ["kbase//x:1", `the name "kbase//x" ${nameRule}`],
    ["kbase/x-:1", `the name "kbase/x-" ${nameRule}`],
    ["kbase/a..b:1", `the name "kbase/a..b" ${nameRule}`],
    ["ghcr.io/:1", `the name "" ${nameRule}`],
    ["ghcr.io/Kbase/x:1", `the name "Kbase/x" ${nameRule}`],
    ["https://ghcr.io/kbase/x:1", `the name "https://ghcr.io/kbase/x" ${nameRule}`],
    ["ghcr.io/kbase/x", `"ghcr.io/kbase/x" needs a tag, as in ghcr.io/kbase/x:latest`],
    [`kbase/${"x".repeat(250)}:1`, `the name "kbase/${"x".repeat(250)}" is longer than 255 characters`],
    ["x@", `the digest "" must be sha256: and 64 digits 0-9, a-f`],
    ["x@sha256:12", `the digest "sha256:12" must be sha256: and 64 digits 0-9, a-f`],
    [`x@${digest.toUpperCase()}`, `the digest "${digest.toUpperCase()}" must be sha256: and 64 digits 0-9, a-f`],
    [`x@${digest}@${digest}`, `the digest "${digest}@${digest}" must be sha256: and 64 digits 0-9, a-f`],
    ["latest\n", `the tag "latest\n" ${tagRule}`],
  ];
  for (const [text, message] of rejected)
    it(`is refused: ${JSON.stringify(text.slice(0, 60))}`, () => assert.throws(() => parseImage(text), { message }));

  const end = fc.oneof(fc.record({ tag }), fc.record({ digest: anyDigest }), fc.record({ tag, digest: anyDigest }));
  const reference: fc.Arbitrary<ImageReference> = fc
    .oneof(
      fc.oneof(fc.record({ tag }), fc.record({ tag, digest: anyDigest })),
      fc.record({ repository: name, tag }),
      fc
        .tuple(
          fc.tuple(folder, name).map((parts) => parts.join("/")),
          end,
        )
        .map(([repository, rest]) => ({ repository, ...rest })),
      fc
        .tuple(
          registry,
          fc.array(name, { minLength: 1, maxLength: 2 }).map((parts) => parts.join("/")),
          end,
        )
        .filter(([host, repository]) => host.length + repository.length < 255)
        .map(([host, repository, rest]) => ({ registry: host, repository, ...rest })),
    )
    .map((image) => ({ ...image }));
  it("comes back as it was after it was written out", () =>
    fc.assert(
      fc.property(reference, (image) => assert.deepEqual(parseImage(formatImage(image)), image)),
      { numRuns: 1000 },
    ));
  it("is written out as it was read", () =>
    fc.assert(
      fc.property(reference.map(formatImage), (text) => assert.equal(formatImage(parseImage(text)), text)),
      { numRuns: 500 },
    ));
  it("is either read or refused with a sentence, whatever it is", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("aZ0.-_/:@ \n")) }), (text) => {
        try {
          assert.equal(formatImage(parseImage(text)), text);
        } catch (error) {
          assert.match(error instanceof Error ? error.message : "", /^(the (tag|name|digest) "|"[^]*" needs a tag)/);
        }
      }),
      { numRuns: 1000 },
    ));
});

describe("the number of a pull request", () => {
  const cases: readonly [string | undefined, number | undefined][] = [
    ["pr-1", 1],
    ["pr-12", 12],
    ["pr-999999999", 999999999],
    ["pr-1000000000", undefined],
    ["pr-0", undefined],
    ["pr-012", undefined],
    ["pr-", undefined],
    ["PR-1", undefined],
    ["pr-1x", undefined],
    ["xpr-1", undefined],
    ["latest", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [text, number] of cases)
    it(`of the tag ${String(text)} is ${String(number)}`, () => assert.equal(pullRequestOf(text), number));
});

describe("an app's repositories", () => {
  it("end in -develop in the develop channel alone", () => {
    assert.equal(channelRepository("kbase/narrative", "develop"), "kbase/narrative-develop");
    assert.equal(channelRepository("kbase/narrative", "release"), "kbase/narrative");
  });
  const cases: readonly [string, boolean][] = [
    ["kbase/narrative", true],
    ["kbase/narrative-develop", true],
    ["kbase/narrative-develop-develop", false],
    ["kbase/narrative2", false],
    ["other/narrative", false],
    ["narrative", false],
  ];
  for (const [repository, expected] of cases)
    it(`${expected ? "count" : "do not count"} ${repository}`, () =>
      assert.equal(isImageOf(repository, "kbase/narrative"), expected));
});

describe("an image of an app", () => {
  const own = { registry: "quay.io", repository: "kbase/narrative" };
  const cases: readonly [string, ImageReference][] = [
    ["auth2:1", { registry: "quay.io", repository: "kbase/auth2", tag: "1" }],
    ["other/auth2:1", { registry: "quay.io", repository: "other/auth2", tag: "1" }],
    ["ghcr.io/other/auth2:1", { registry: "ghcr.io", repository: "other/auth2", tag: "1" }],
    [`pr-1@${digest}`, { registry: "quay.io", repository: "kbase/narrative", tag: "pr-1", digest }],
  ];
  for (const [text, expected] of cases)
    it(`is completed from ${text.slice(0, 30)} by its own place`, () =>
      assert.deepEqual(completeImage(parseImage(text), own), expected));
});

describe("names", () => {
  const registries: readonly [string, boolean][] = [
    ["ghcr.io", true],
    ["127.0.0.1:5000", true],
    ["localhost", true],
    ["localhost:5000", true],
    ["registry:1", true],
    ["kbase", false],
    ["ghcr.io:", false],
    ["ghcr.io:123456", false],
    ["https://ghcr.io", false],
    ["ghcr.io/kbase", false],
    ["a..b", false],
    ["", false],
  ];
  for (const [text, expected] of registries)
    it(`of registries ${expected ? "include" : "exclude"} ${JSON.stringify(text)}`, () =>
      assert.equal(isRegistry(text), expected));
  const repositories: readonly [string, boolean][] = [
    ["kbase/narrative", true],
    ["a", true],
    ["a/b/c", true],
    ["x".repeat(255), true],
    ["x".repeat(256), false],
    ["A", false],
    ["a/", false],
    ["/a", false],
    ["a:1", false],
    ["a___b", false],
    [".github", false],
    ["", false],
  ];
  for (const [text, expected] of repositories)
    it(`of images ${expected ? "include" : "exclude"} ${JSON.stringify(text.slice(0, 20))} of ${String(text.length)} characters`, () =>
      assert.equal(isRepository(text), expected));
});
