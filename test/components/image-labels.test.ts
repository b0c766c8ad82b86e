import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import { originOf, readLabels } from "../../components/image-labels.ts";
import { unusedHost, withServer } from "../support/local-server.ts";

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const [asked, part, config] = [digestOf("a"), digestOf("b"), digestOf("c")];
const repository = "kbase/narrative";
const path = (kind: string, digest: string) => `/v2/${repository}/${kind}/${digest}`;
const manifest = { config: { digest: config } };
const attestation = { digest: digestOf("d"), platform: { os: "unknown", architecture: "unknown" } };
const indexOf = (...manifests: object[]) => ({ manifests });
const linux = { digest: part, platform: { os: "linux", architecture: "amd64" } };
const labelled = { config: { Labels: { a: "1" } } };

/** A registry that has these. */
const registry =
  (contents: Readonly<Record<string, unknown>>): RequestListener =>
  ({ url = "" }, response) => {
    const body = contents[url];
    if (body === undefined) response.writeHead(404).end("{}");
    else response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
const read = (host: string) =>
  readLabels({ host, http: true }, { registry: host, repository, tag: "pr-12", digest: asked });

describe("the labels of an image", () => {
  const images: readonly [string, Readonly<Record<string, unknown>>, object][] = [
    [
      "are in its configuration",
      { [path("manifests", asked)]: manifest, [path("blobs", config)]: labelled },
      { a: "1" },
    ],
    [
      "are its first platform's where it has several, attestations left out",
      {
        [path("manifests", asked)]: indexOf(attestation, linux, { ...linux, digest: digestOf("e") }),
        [path("manifests", part)]: manifest,
        [path("blobs", config)]: labelled,
      },
      { a: "1" },
    ],
    ...[{}, { config: null }, { config: {} }, { config: { Labels: null } }].map(
      (without): [string, Readonly<Record<string, unknown>>, object] => [
        `are none in ${JSON.stringify(without)}`,
        { [path("manifests", asked)]: manifest, [path("blobs", config)]: without },
        {},
      ],
    ),
  ];
  for (const [what, contents, labels] of images)
    it(what, () =>
      withServer(registry(contents), async (host, seen) => {
        assert.deepEqual(await read(host), labels);
        assert.deepEqual(
          seen.map(({ url }) => url),
          Object.keys(contents),
        );
      }),
    );

  const failures: readonly [string, Readonly<Record<string, unknown>>, RegExp][] = [
    ["an image that is gone", {}, /^the registry \S+ answers 404 to manifests\/sha256:a{64}$/],
    [
      "a configuration that is gone",
      { [path("manifests", asked)]: manifest },
      /^the registry \S+ answers 404 to blobs\/sha256:c{64}$/,
    ],
    [
      "an index of attestations alone",
      { [path("manifests", asked)]: indexOf(attestation) },
      /^the image is an index without any platform$/,
    ],
    [
      "an index in an index",
      { [path("manifests", asked)]: indexOf(linux), [path("manifests", part)]: indexOf(linux) },
      /^the registry \S+ has no image's description as manifests\/sha256:b{64}$/,
    ],
    ...["<html>", "{}", '{"config":{"digest":"../../x"}}', `"${"x".repeat(5_000_000)}"`].map(
      (body): [string, Readonly<Record<string, unknown>>, RegExp] => [
        `the answer ${body.slice(0, 40)}`,
        { [path("manifests", asked)]: body },
        /^the registry \S+ has no image's description as manifests\/sha256:a{64}$/,
      ],
    ),
    [
      "labels that are no text",
      { [path("manifests", asked)]: manifest, [path("blobs", config)]: { config: { Labels: { a: 1 } } } },
      /^the registry \S+ has no image's description as blobs\/sha256:c{64}$/,
    ],
  ];
  for (const [what, contents, message] of failures)
    it(`can't be read of ${what}`, () =>
      withServer(registry(contents), (host) => assert.rejects(read(host), { message })));

  it("can't be read where no registry is", async () => {
    const host = await unusedHost();
    await assert.rejects(read(host), { message: `the registry ${host} can't be asked: connect ECONNREFUSED ${host}` });
  });
});

describe("where an image comes from", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const own = { repository: "narrative", commit };
  const cases: readonly [source: string | undefined, revision: string | undefined, web: string, object | undefined][] =
    [
      ["https://github.com/kbase/narrative", commit, "https://github.com", own],
      ["https://github.com/KBase/narrative/", commit, "https://github.com", own],
      ["https://github.com/kbase/narrative.git", commit, "https://github.com", own],
      ["https://github.com/kbase/next-gen.ui_2", commit, "https://github.com", { repository: "next-gen.ui_2", commit }],
      ["https://github.example.org/kbase/narrative", commit, "https://github.example.org", own],
      ["http://127.0.0.1:8080/kbase/narrative", commit, "http://127.0.0.1:8080", own],
      ["https://github.com/kbase/narrative", commit, "https://github.example.org", undefined],
      ["http://github.com/kbase/narrative", commit, "https://github.com", undefined],
      ["https://github.com.example.org/kbase/narrative", commit, "https://github.com", undefined],
      ["https://github.com@example.org/kbase/narrative", commit, "https://github.com", undefined],
      ["http://127.0.0.1:8081/kbase/narrative", commit, "http://127.0.0.1:8080", undefined],
      ["https://github.com/other/narrative", commit, "https://github.com", undefined],
      ["https://github.com/kbase/narrative/tree/main", commit, "https://github.com", undefined],
      ["https://github.com/kbase/..", commit, "https://github.com", undefined],
      ["https://github.com/kbase/a%2fb", commit, "https://github.com", undefined],
      ["https://github.com/kbase", commit, "https://github.com", undefined],
      ["github.com/kbase/narrative", commit, "https://github.com", undefined],
      ["git@github.com:kbase/narrative", commit, "https://github.com", undefined],
      [undefined, commit, "https://github.com", undefined],
      ["https://github.com/kbase/narrative", undefined, "https://github.com", undefined],
      ["https://github.com/kbase/narrative", "main", "https://github.com", undefined],
      ["https://github.com/kbase/narrative", commit.slice(1), "https://github.com", undefined],
    ];
  for (const [source, revision, web, expected] of cases)
    it(`is ${expected === undefined ? "unknown" : "known"} of ${source ?? "no source"} at ${revision?.slice(0, 7) ?? "no revision"}, on ${web}`, () => {
      const labels = {
        ...(source === undefined ? {} : { "org.opencontainers.image.source": source }),
        ...(revision === undefined ? {} : { "org.opencontainers.image.revision": revision }),
      };
      assert.deepEqual(originOf(labels, web, "kbase"), expected);
    });
});
