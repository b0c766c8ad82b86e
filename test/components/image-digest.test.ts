import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import { nearestTags, registryProvider, resolveDigest } from "../../components/image-digest.ts";
import type { PinnedImage } from "../../components/image-digest.ts";
import type { ImageReference } from "../../components/image.ts";
import type { RegistryAccess } from "../../components/registry-client.ts";
import { unusedHost, withServer } from "../support/local-server.ts";
import { plain, register } from "../support/mocks.ts";
import type { Functions } from "../support/mocks.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const account = { username: "reader", password: "hunter2" };
const lookup = "docker:index/getRegistryImage:getRegistryImage";
const fails: Functions = {
  [lookup]: () => {
    throw new Error("the provider's words\n    at a stack trace");
  },
};

/** What becomes of an image: itself with its digest, or an error's message. */
async function outcome(
  access: RegistryAccess,
  reference: ImageReference,
  functions: Functions,
): Promise<PinnedImage | string> {
  let result: PinnedImage | string = "nothing";
  const image = { registry: access.host, repository: "kbase/narrative-develop", ...reference };
  await register(
    async () => {
      const provider = registryProvider("registries", [access], {});
      result = await resolveDigest(image, access, provider).catch((error: unknown) =>
        error instanceof Error ? error.message : "?",
      );
    },
    { functions },
  );
  assert.doesNotMatch(JSON.stringify(result), /hunter2/);
  return result;
}

const tags =
  (...names: string[]): RequestListener =>
  (request, response) => {
    if (request.url?.includes("/tags/list") === true) response.end(JSON.stringify({ tags: names }));
    else response.writeHead(404).end();
  };
const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end();

describe("the provider for registries", () => {
  it("knows the registries that need an account or plain http, and no Docker daemon", async () => {
    const { resources } = await register(() =>
      registryProvider(
        "registries",
        [
          { host: "ghcr.io", http: false },
          { host: "quay.io", http: false, account },
          { host: "127.0.0.1:5000", http: true },
        ],
        {},
      ),
    );
    const { host, registryAuth } = Object(
      plain(resources.get("pulumi:providers:docker::registries")?.inputs),
    ) as Record<string, string>;
    assert.equal(host, "ssh://unused@localhost");
    assert.deepEqual(JSON.parse(registryAuth ?? ""), [
      { address: "https://quay.io", ...account },
      { address: "http://127.0.0.1:5000", authDisabled: true },
    ]);
  });
});

describe("the digest of an image", () => {
  it("is what the provider says of the tag", async () => {
    const asked: unknown[] = [];
    const functions: Functions = { [lookup]: (inputs) => (asked.push(inputs), { sha256Digest: digest }) };
    assert.deepEqual(await outcome({ host: "ghcr.io", http: false }, { tag: "pr-12" }, functions), {
      registry: "ghcr.io",
      repository: "kbase/narrative-develop",
      tag: "pr-12",
      digest,
    });
    assert.deepEqual(asked, [{ name: "ghcr.io/kbase/narrative-develop:pr-12" }]);
  });

  it("that the reference has is kept once the registry has it", () =>
    withServer(
      (_, response) => response.setHeader("docker-content-digest", digest).end(),
      async (host, seen) => {
        assert.deepEqual(await outcome({ host, http: true }, { tag: "pr-12", digest }, {}), {
          registry: host,
          repository: "kbase/narrative-develop",
          tag: "pr-12",
          digest,
        });
        assert.deepEqual(
          seen.map(({ url }) => url),
          [`/v2/kbase/narrative-develop/manifests/${digest}`],
        );
      },
    ));

  const missing: readonly [string, string[], ImageReference, string][] = [
    [
      "with the nearest tags",
      ["latest", "pr-1", "pr-13"],
      { tag: "pr-12" },
      "kbase/narrative-develop has pr-13, pr-1, latest",
    ],
    [
      "with eight tags and the number of the rest",
      Array.from({ length: 11 }, (_, index) => `pr-${String(index + 1)}`),
      { tag: "pr-12" },
      "kbase/narrative-develop has pr-11, pr-10, pr-9, pr-8, pr-7, pr-6, pr-5, pr-4 and 3 more",
    ],
    ["without tags", [], { tag: "pr-12" }, "kbase/narrative-develop has no tags that can be listed"],
  ];
  for (const [what, names, reference, end] of missing)
    it(`of a tag that is not there is an error ${what}`, () =>
      withServer(tags(...names), async (host) =>
        assert.equal(
          await outcome({ host, http: true }, reference, fails),
          `${host}/kbase/narrative-develop:pr-12 is not in the registry; ${end}`,
        ),
      ));
  it("that is not there is an error", () =>
    withServer(tags("pr-1"), async (host) =>
      assert.equal(
        await outcome({ host, http: true }, { digest }, {}),
        `${host}/kbase/narrative-develop@${digest} is not in the registry; kbase/narrative-develop has pr-1`,
      ),
    ));

  it("is an error in the provider's own words, without a stack trace, where the registry has the image after all", () =>
    withServer(
      (_, response) => response.setHeader("docker-content-digest", digest).end(),
      async (host) =>
        assert.equal(
          await outcome({ host, http: true }, { tag: "pr-12" }, fails),
          `${host}/kbase/narrative-develop:pr-12: the provider's words`,
        ),
    ));
  it("of a tag that is not there is an error even where the tags can't be listed", () =>
    withServer(
      (request, response) => {
        if (request.url?.includes("/tags/list") === true) request.socket.destroy();
        else response.writeHead(404).end();
      },
      async (host) =>
        assert.equal(
          await outcome({ host, http: true }, { tag: "pr-12" }, fails),
          `${host}/kbase/narrative-develop:pr-12 is not in the registry; kbase/narrative-develop has no tags that can be listed`,
        ),
    ));

  for (const code of [401, 403]) {
    it(`is an error that asks for an account where there is none and the registry answers ${String(code)}`, () =>
      withServer(status(code), async (host) =>
        assert.equal(
          await outcome({ host, http: true }, { tag: "pr-12" }, fails),
          `${host}/kbase/narrative-develop:pr-12: the registry ${host} refuses (${String(code)}): drover:registries has no account for it; a registry may also say so of a repository that does not exist`,
        ),
      ));
    it(`is an error that names the account where the registry answers ${String(code)}`, () =>
      withServer(status(code), async (host) =>
        assert.equal(
          await outcome({ host, http: true, account }, { tag: "pr-12" }, fails),
          `${host}/kbase/narrative-develop:pr-12: the registry ${host} refuses (${String(code)}): the account "reader" in drover:registries is wrong or may not read kbase/narrative-develop; a registry may also say so of a repository that does not exist`,
        ),
      ));
  }
  it("is an error that says how the registry failed", () =>
    withServer(status(503), async (host) =>
      assert.equal(
        await outcome({ host, http: true, account }, { tag: "pr-12" }, fails),
        `${host}/kbase/narrative-develop:pr-12: the registry ${host} can't be asked: it answered 503 Service Unavailable; nothing was changed, try again when it answers`,
      ),
    ));
  it("is an error that says that the registry is not there", async () => {
    const host = await unusedHost();
    assert.equal(
      await outcome({ host, http: true, account }, { tag: "pr-12" }, fails),
      `${host}/kbase/narrative-develop:pr-12: the registry ${host} can't be asked: connect ECONNREFUSED ${host}; nothing was changed, try again when it answers`,
    );
  });
});

describe("the nearest tags", () => {
  const cases: readonly [string, readonly string[], number, readonly string[]][] = [
    ["pr-12", ["pr-2", "pr-13", "pr-120", "pr-11"], 2, ["pr-13", "pr-11"]],
    ["pr-12", ["pr-120", "latest", "pr-14"], 3, ["pr-14", "pr-120", "latest"]],
    ["1.4.2", ["1.4.1", "2.0.0", "1.4.20"], 2, ["1.4.1", "1.4.20"]],
    ["latset", ["pr-1", "latest"], 1, ["latest"]],
    ["x", ["b", "a"], 2, ["a", "b"]],
    ["x", ["a"], 0, []],
    ["x", [], 5, []],
  ];
  for (const [wanted, all, count, expected] of cases)
    it(`to ${wanted} among ${all.join(", ") || "none"} are ${expected.join(", ") || "none"}`, () =>
      assert.deepEqual(nearestTags(wanted, all, count), expected));
});
