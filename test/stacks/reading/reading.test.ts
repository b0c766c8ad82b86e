import assert from "node:assert/strict";

import * as z from "zod";

import { GitHubClient } from "../../../components/github-client.ts";
import { Memory } from "../../../stacks/organization-memory.ts";
import type { Organization } from "../../../stacks/organization-config.ts";
import { selfOf } from "../../../stacks/reading/actors.ts";
import { readGitHub } from "../../../stacks/reading/reading.ts";
import { StandIn, tokenOf } from "../../sandbox/github/stand-in.ts";
import { noMemory, organizationOf } from "../../support/organization.ts";
import { unusedHost, withServer } from "../../support/local-server.ts";
import { seal } from "../../support/sealed-box.ts";

const branches = {
  develop: { files: { "README.md": "# web\n" }, message: "First" },
  main: { files: {}, message: "", from: "develop" },
};

describe("reading GitHub before anything is declared", () => {
  let standIn: StandIn;
  let requests: string[] = [];
  before(async () => {
    standIn = await StandIn.start({
      log: (line) => {
        const [, method, url = "", status] = /^(GET|POST|PUT) (\S+) (\d+)/.exec(line) ?? [];
        if (method !== undefined) requests.push(`${method} ${url.replace("/api/v3", "")} ${status ?? ""}`);
      },
    });
    standIn.user("rita", "member", ["repo", "workflow", "read:org"]);
    standIn.team("devops");
    await standIn.repository("web", { branches });
    await standIn.repository("api", { visibility: "private" });
  });
  after(() => standIn.close());
  beforeEach(() => (requests = []));

  const organization = (changes: Readonly<Record<string, unknown>> = {}): Organization =>
    organizationOf({ github: { url: standIn.origin }, githubToken: tokenOf("olga"), ...changes });
  const read = async (wanted: Organization, memory = noMemory) =>
    readGitHub(await GitHubClient.open(wanted), wanted, memory);
  /** What was read; it must have been possible. */
  const reading = async (wanted: Organization, memory = noMemory) => {
    const { reading: found, problems } = await read(wanted, memory);
    assert.deepEqual(problems, []);
    assert.ok(found !== undefined);
    return found;
  };

  it("takes one request for the organization, one for packages, one for the account and one for all repositories", async () => {
    const { repositories } = await reading(
      organization({ repositories: ["web", { name: "api", branches: { release: "main" } }] }),
    );
    assert.deepEqual(
      [...repositories.values()].map(({ name, visibility, permission, defaultBranch }) => [
        name,
        visibility,
        permission,
        defaultBranch,
      ]),
      [
        ["web", "public", "ADMIN", "develop"],
        ["api", "private", "ADMIN", "main"],
      ],
    );
    assert.deepEqual(Object.keys(repositories.get("web")?.branches ?? {}).sort(), ["develop", "main"]);
    assert.deepEqual(requests.sort(), [
      "GET /orgs/kbase 200",
      "GET /orgs/kbase/packages 200",
      "POST /api/graphql 200",
      "POST /api/graphql 200",
    ]);
  });

  it("takes one more for every 25 repositories, and finds those that are there", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `missing-${String(index)}`);
    const { repositories } = await reading(organization({ repositories: [...names, "web"] }));
    assert.deepEqual([...repositories.keys()], ["web"]);
    assert.equal(requests.filter((request) => request === "POST /api/graphql 200").length, 4);
  });

  it("finds the text of our file, the names of others beside it, and rulesets", async () => {
    const path = "/api/v3/repos/kbase/files/contents/.github/workflows";
    const content = (text: string) => Buffer.from(text).toString("base64");
    await standIn.repository("files", { branches });
    for (const [file, text] of [
      ["images.yml", "# Managed by Drover\n"],
      ["test.yml", "jobs: { unit: {} }\n"],
    ] as const)
      await standIn.ask(`PUT ${path}/${file}`, { body: { message: "x", branch: "develop", content: content(text) } });
    const rules = {
      name: "Drover: versions",
      target: "tag",
      enforcement: "active",
      rules: [{ type: "deletion" }],
      conditions: { ref_name: { include: ["~ALL"], exclude: [] } },
    };
    const { body } = await standIn.ask("POST /api/v3/repos/kbase/files/rulesets", { body: rules });
    const plain = await reading(organization({ repositories: ["files"] }));
    assert.deepEqual(plain.repositories.get("files")?.branches["develop"], {
      file: "# Managed by Drover\n",
      workflows: [
        { name: "images.yml", text: undefined },
        { name: "test.yml", text: undefined },
      ],
    });
    assert.deepEqual(plain.repositories.get("files")?.branches["main"], { file: undefined, workflows: [] });
    assert.deepEqual(plain.repositories.get("files")?.rulesets, [
      { id: Reflect.get(Object(body) as object, "id") as unknown, name: "Drover: versions" },
    ]);
    const withChecks = await reading(organization({ repositories: [{ name: "files", checks: ["unit"] }] }));
    assert.deepEqual(withChecks.repositories.get("files")?.branches["develop"]?.workflows[1], {
      name: "test.yml",
      text: "jobs: { unit: {} }\n",
    });
  });

  it("finds the ids of actors, and says nothing of those that there are not", async () => {
    const entry = {
      name: "web",
      protection: { bypass: ["team:devops", "team:nobody", "role:admin"] },
      environments: { prod: { reviewers: ["user:rita", "user:nobody"] } },
    };
    const { actors, self } = await reading(organization({ repositories: [entry] }));
    assert.deepEqual([...actors.keys()].sort(), ["team:devops", "user:rita"]);
    assert.equal(actors.get("user:rita"), standIn.store.user("rita")?.id);
    assert.deepEqual(self, { actorType: "User", actorId: standIn.store.user("olga")?.id, bypassMode: "always" });
  });

  it("asks for the dates of secrets where some are remembered, once a store", async () => {
    const entry = { name: "web", secrets: ["A", "B"], environments: { prod: { secrets: ["A"] } } };
    const wanted = organization({ secrets: { A: "1", B: "2" }, repositories: [entry] });
    assert.equal((await reading(wanted)).dates.size, 0);
    assert.ok(!requests.some((request) => request.includes("/secrets")));
    await standIn.ask("PUT /api/v3/repos/kbase/web/environments/prod", { body: {} });
    const key = await standIn.ask("GET /api/v3/repos/kbase/web/actions/secrets/public-key");
    const { key_id, key: publicKey } = z.object({ key_id: z.string(), key: z.string() }).parse(key.body);
    for (const name of ["A", "B"])
      await standIn.ask(`PUT /api/v3/repos/kbase/web/actions/secrets/${name}`, {
        body: { key_id, encrypted_value: seal("value", publicKey) },
      });
    requests = [];
    const written = "2026-01-01T00:00:00Z";
    const memory = Memory.parse({
      secrets: {
        "web/actions/A": { written },
        "web/environments/prod/A": { written },
        "web/actions/GONE": { written },
      },
    });
    assert.deepEqual(
      [...(await reading(wanted, memory)).dates],
      [
        ["web/actions/A", written],
        ["web/actions/B", written],
      ],
    );
    assert.deepEqual(requests.filter((request) => request.includes("/secrets")).sort(), [
      "GET /repos/kbase/web/actions/secrets 200",
      "GET /repos/kbase/web/environments/prod/secrets 200",
    ]);
  });

  it("asks for variables where the last update did not know the repository", async () => {
    const wanted = organization({ repositories: [{ name: "web", variables: { LEVEL: "x" } }] });
    await standIn.ask("POST /api/v3/repos/kbase/web/actions/variables", { body: { name: "LEVEL", value: "old" } });
    assert.deepEqual([...(await reading(wanted)).variables], ["web/LEVEL"]);
    const memory = Memory.parse({ repositories: { web: { id: 1 } } });
    assert.deepEqual([...(await reading(wanted, memory)).variables], []);
  });

  describe("says at once", () => {
    const cases: readonly [string, Readonly<Record<string, unknown>>, RegExp][] = [
      [
        "that the organization is a user",
        { organization: "olga" },
        /^drover:organization is "olga", which is a user: Drover works for organizations$/,
      ],
      [
        "that there is no such organization",
        { organization: "nobody" },
        /^drover:organization is "nobody", which does not exist, or the token may not see it$/,
      ],
      [
        "that the token is refused",
        { githubToken: "ghp_wrong" },
        /refuses the token \(401\): it is wrong, expired or revoked/,
      ],
    ];
    for (const [what, changes, message] of cases)
      it(what, async () => {
        const { reading: found, problems } = await read(organization(changes));
        assert.equal(found, undefined);
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? "", message);
      });

    it("which scopes the token lacks, and what for", async () => {
      standIn.user("sam", "admin", ["read:org"]);
      const { problems } = await read(organization({ githubToken: tokenOf("sam") }));
      assert.deepEqual(problems, [
        "The token (drover:githubToken) lacks the scope repo, which rules, secrets and files of repositories need; set one that has it: pulumi config set --secret githubToken",
        "The token (drover:githubToken) lacks the scope workflow, which files below .github/workflows need; set one that has it: pulumi config set --secret githubToken",
      ]);
    });

    it("that nobody answers", async () => {
      const host = await unusedHost();
      const { problems } = await read(organization({ github: { url: `http://${host}` } }));
      assert.deepEqual(problems, [
        `GitHub at http://${host} can't be reached: connect ECONNREFUSED ${host}; nothing was changed`,
      ]);
    });

    it("that something else answers", () =>
      withServer(
        (_, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"hello":1}'),
        async (host) => {
          const { problems } = await read(organization({ github: { url: `http://${host}` } }));
          assert.deepEqual(problems, [
            `GitHub at http://${host} answers, but not as GitHub does: is drover:github.url right?`,
          ]);
        },
      ));
  });

  it("goes on without packages where the token may not see them", async () => {
    standIn.user("nopackages", "admin", ["repo", "workflow", "read:org"]);
    assert.equal((await reading(organization({ githubToken: tokenOf("nopackages") }))).packages, undefined);
  });
});

describe("the account that Drover works as", () => {
  const token = { kind: "token", token: "x" } as const;
  const app = { kind: "app", id: "12", installationId: "34", privateKey: "x" } as const;
  const bypassMode = "always";
  const cases = [
    ["is the token's user on github.com", selfOf(token, 7, false), { actorType: "User", actorId: 7, bypassMode }],
    [
      "is any administrator on an Enterprise Server, which takes no users",
      selfOf(token, 7, true),
      { actorType: "RepositoryRole", actorId: 5, bypassMode },
    ],
    [
      "is the App where it works as one",
      selfOf(app, undefined, true),
      { actorType: "Integration", actorId: 12, bypassMode },
    ],
    ["is nobody where GitHub does not say", selfOf(token, undefined, false), undefined],
  ] as const;
  for (const [what, actual, expected] of cases)
    it(what, () => {
      assert.deepEqual(actual, expected);
    });
});
