import assert from "node:assert/strict";

import fc from "fast-check";

import { channelRepository, formatImage, isImageOf, parseImage, pullRequestOf } from "../../components/image.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("an image reference", () => {
  const accepted: [string, object][] = [
    ["pr-12", { tag: "pr-12" }],
    ["1.4.2", { tag: "1.4.2" }],
    [`pr-12@${digest}`, { tag: "pr-12", digest }],
    ["narrative:pr-30", { repository: "narrative", tag: "pr-30" }],
    ["kbase/narrative:latest", { repository: "kbase/narrative", tag: "latest" }],
    ["ghcr.io/kbase/narrative:1.4.2", { registry: "ghcr.io", repository: "kbase/narrative", tag: "1.4.2" }],
    [`127.0.0.1:5000/kbase/auth2@${digest}`, { registry: "127.0.0.1:5000", repository: "kbase/auth2", digest }],
    ["localhost/a:b", { registry: "localhost", repository: "a", tag: "b" }],
  ];
  for (const [text, expected] of accepted)
    it(`reads ${text}`, () => {
      assert.deepEqual(parseImage(text), expected);
    });

  const refused: [string, RegExp][] = [
    ["", /^the tag "" must be 1 to 128 letters/],
    ["pr 12", /^the tag "pr 12" must be/],
    ["-x", /^the tag "-x" must be/],
    ["a".repeat(129), /must be 1 to 128 letters/],
    ["kbase/narrative", /^"kbase\/narrative" needs a tag, as in kbase\/narrative:latest$/],
    ["Narrative:pr-1", /^the name "Narrative" must be lower-case letters/],
    ["ghcr.io/a//b:c", /^the name "a\/\/b" must be/],
    ["pr-12@sha256:12", /^the digest "sha256:12" must be sha256: and 64 digits/],
    [`${"a".repeat(256)}:b`, /is longer than 255 characters$/],
  ];
  for (const [text, message] of refused)
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.throws(() => parseImage(text), { message });
    });

  const alphabet = (characters: string) => fc.constantFrom(...characters);
  const word = fc.string({ unit: alphabet("abcz019"), minLength: 1, maxLength: 8 });
  const part = fc.array(word, { minLength: 1, maxLength: 3 }).chain((words) => fc.constantFrom(".", "_", "__", "-", "--").map((by) => words.join(by)));
  const tag = fc.tuple(alphabet("aZ0_"), fc.string({ unit: alphabet("aZ0_.-"), maxLength: 30 })).map(([first, rest]) => first + rest);
  const folders = fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join("/"));
  const registry = fc.constantFrom("ghcr.io", "127.0.0.1:5000", "localhost", "registry.example.org:443");
  const digests = fc.string({ unit: alphabet("0123456789abcdef"), minLength: 64, maxLength: 64 }).map((hex) => `sha256:${hex}`);

  it("is read as it was written, whatever its name", () => {
    const reference = fc.oneof(
      fc.record({ tag, digest: digests }, { requiredKeys: ["tag"] }),
      fc.record({ repository: part, tag, digest: digests }, { requiredKeys: ["repository", "tag"] }),
      fc.record({ registry, repository: folders, tag, digest: digests }, { requiredKeys: ["registry", "repository", "tag"] }),
      fc.record({ registry, repository: folders, digest: digests }),
    );
    fc.assert(
      fc.property(reference, (it) => {
        assert.deepEqual(parseImage(formatImage(it)), { ...it });
      }),
    );
  });
});

describe("channels and pull requests", () => {
  it("builds of develop have a name of their own", () => {
    assert.equal(channelRepository("kbase/narrative", "develop"), "kbase/narrative-develop");
    assert.equal(channelRepository("kbase/narrative", "release"), "kbase/narrative");
    assert.ok(isImageOf("kbase/narrative-develop", "kbase/narrative"));
    assert.ok(!isImageOf("kbase/narrative-other", "kbase/narrative"));
  });
  for (const [tag, number] of [["pr-12", 12], ["pr-0", undefined], ["pr-012", undefined], ["xpr-1", undefined], ["latest", undefined], [undefined, undefined]] as const)
    it(`finds the pull request of ${tag ?? "no tag"}`, () => {
      assert.equal(pullRequestOf(tag), number);
    });
});
