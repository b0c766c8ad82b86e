import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

import { imageDigest, parseChallenge } from "../../../sandbox/plugins/docker/image-digest.ts";
import { parseImageName } from "../../../sandbox/plugins/docker/image-name.ts";
import { readAccounts } from "../../../sandbox/plugins/docker/registry-auth.ts";

describe("an image's name", () => {
  const cases: readonly [string, string, string, string][] = [
    ["alpine", "registry-1.docker.io", "library/alpine", "latest"],
    ["me/app:1", "registry-1.docker.io", "me/app", "1"],
    ["ghcr.io/kbase/app:pr-1", "ghcr.io", "kbase/app", "pr-1"],
    ["127.0.0.1:5000/kbase/app", "127.0.0.1:5000", "kbase/app", "latest"],
    ["localhost/app:1", "localhost", "app", "1"],
    ["a/b/c:1", "a", "b/c", "1"],
    ["ghcr.io/kbase/app:1@sha256:ab", "ghcr.io", "kbase/app", "sha256:ab"],
  ];
  for (const [name, registry, repository, reference] of cases)
    it(`${name} is ${repository} at ${registry}`, () => {
      assert.deepEqual(parseImageName(name), { registry, repository, reference });
    });
});

describe("the setting registryAuth", () => {
  it("says by its address whether a registry is asked over http or https", () => {
    const accounts = readAccounts(
      JSON.stringify([
        { address: "http://a:1/v2", username: "u", password: "p" },
        { address: "b", authDisabled: "true" },
      ]),
      {},
    );
    assert.deepEqual(
      [...accounts],
      [
        ["a:1", { address: "http://a:1", username: "u", password: "p" }],
        ["b", { address: "https://b", username: "username", password: "password" }],
      ],
    );
  });

  it("takes accounts from a Docker configuration", () => {
    const configFileContent = JSON.stringify({
      auths: { "ghcr.io": { auth: Buffer.from("me:se:cret").toString("base64") } },
    });
    const accounts = readAccounts(JSON.stringify([{ address: "ghcr.io", configFileContent }]), {});
    assert.deepEqual(accounts.get("ghcr.io"), { address: "https://ghcr.io", username: "me", password: "se:cret" });
  });

  it("is refused where it can't be read", () => {
    assert.throws(
      () => readAccounts('[{"username":"x"}]', {}),
      /^Error: Error loading registry auth config: registryAuth: .*address/s,
    );
    assert.throws(
      () => readAccounts('[{"address":"x","configFile":"/no/such"}]', {}),
      /could not open config file from filePath: \/no\/such/,
    );
  });
});

describe("a challenge", () => {
  it("is taken apart", () => {
    const header = 'Bearer realm="http://x/token",service="reg istry",scope="repository:a:pull,push"';
    assert.deepEqual(
      [...(parseChallenge(header) ?? [])],
      [
        ["realm", "http://x/token"],
        ["service", "reg istry"],
        ["scope", "repository:a:pull,push"],
      ],
    );
    assert.equal(parseChallenge('Basic realm="x"'), undefined);
  });
});

describe("an image's digest", () => {
  const basic = `Basic ${Buffer.from("u:p").toString("base64")}`;

  /** Asks a registry that answers as told; returns the digest or the error, and the requests that came. */
  async function ask(
    answer: (request: IncomingMessage, response: ServerResponse, base: string) => void,
    auth: object = { username: "u", password: "p" },
  ) {
    const asked: string[] = [];
    let base = "";
    const server = createServer((request, response) => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      answer(request, response, base);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address !== "string");
    const host = `127.0.0.1:${String(address.port)}`;
    base = `http://${host}`;
    const accounts = readAccounts(JSON.stringify([{ address: base, ...auth }]), {});
    const result = await imageDigest(`${host}/kbase/app:pr-1`, accounts, false).catch((error: unknown) =>
      error instanceof Error ? error.message : "",
    );
    server.close();
    return { result, asked };
  }
  const failure = (reason: string) =>
    `Got error when attempting to fetch image version kbase/app:pr-1 from registry: ${reason}`;

  it("is the header of one request, made with the account", async () => {
    const { result, asked } = await ask((request, response) => {
      assert.equal(request.headers.authorization, basic);
      assert.equal(request.headers.accept?.split(", ").length, 4);
      response.writeHead(200, { "Docker-Content-Digest": "sha256:ab" }).end();
    });
    assert.equal(result, "sha256:ab");
    assert.deepEqual(asked, ["HEAD /v2/kbase/app/manifests/pr-1"]);
  });

  it("is asked for again with the token that the registry wants", async () => {
    const { result, asked } = await ask((request, response, base) => {
      if (request.url?.startsWith("/token") === true) {
        assert.equal(request.headers.authorization, basic);
        response.end('{"access_token":"abc"}');
      } else if (request.headers.authorization === "Bearer abc")
        response.writeHead(200, { "Docker-Content-Digest": "sha256:cd" }).end();
      else response.writeHead(401, { "WWW-Authenticate": `Bearer realm="${base}/token",service="r"` }).end();
    });
    assert.equal(result, "sha256:cd");
    assert.equal(asked[1], "GET /token?service=r&scope=repository%3Akbase%2Fapp%3Apush%2Cpull");
  });

  const refusals: readonly [number, string, string][] = [
    [404, "", "got bad response from registry: 404 Not Found"],
    [403, "", "got bad response from registry: 403 Forbidden"],
    [500, "", "got bad response from registry: 500 Internal Server Error"],
    [401, 'Basic realm="r"', "bad credentials: 401 Unauthorized"],
  ];
  for (const [status, challenge, reason] of refusals)
    it(`is refused with ${String(status)}: ${reason}`, async () => {
      const { result } = await ask((_request, response) =>
        response.writeHead(status, challenge === "" ? {} : { "WWW-Authenticate": challenge }).end(),
      );
      assert.equal(result, failure(reason));
    });

  it("is not to be had from a registry that is down", async () => {
    const accounts = readAccounts('[{"address":"http://127.0.0.1:1","authDisabled":true}]', {});
    await assert.rejects(imageDigest("127.0.0.1:1/kbase/app:pr-1", accounts, false), {
      message: failure(
        'Error during registry request: Head "http://127.0.0.1:1/v2/kbase/app/manifests/pr-1": dial tcp 127.0.0.1:1: connect: connection refused',
      ),
    });
  });
});
