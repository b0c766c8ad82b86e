import assert from "node:assert/strict";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { nodeId } from "../../../../sandbox/github/node-id.ts";
import { StandIn } from "../stand-in.ts";

describe("the GraphQL API of the GitHub stand-in", () => {
  let github: StandIn;
  let repository: Repository;
  before(async () => {
    github = await StandIn.start();
    github.user("reader");
    repository = await github.repository("auth2", {
      branches: {
        develop: {
          files: {
            ".github/workflows/images.yml": "on: push\n",
            Dockerfile: "FROM scratch\n",
            "logo.png": Uint8Array.from([0x89, 0x50, 0, 1]),
          },
          message: "Start\n\nWith a body.",
        },
        master: { files: { "README.md": "auth2" }, message: "Release", from: "develop" },
      },
    });
    await github.repository("hidden", { visibility: "private" });
  });
  after(() => github.close());

  it("answers what clients ask for first: who they are, the organization, the repository", async () => {
    const { data, errors } = await github.query(
      `{ viewer { login } organization(login: "KBASE") { login viewerCanAdminister }
         repository(owner: "kbase", name: "AUTH2") { id name nameWithOwner isArchived isPrivate visibility
           viewerPermission viewerCanAdminister defaultBranchRef { name prefix } owner { __typename login } } }`,
    );
    assert.equal(errors, undefined);
    assert.deepEqual(data, {
      viewer: { login: "olga" },
      organization: { login: "kbase", viewerCanAdminister: true },
      repository: {
        id: nodeId("Repository", repository.id),
        name: "auth2",
        nameWithOwner: "kbase/auth2",
        isArchived: false,
        isPrivate: false,
        visibility: "PUBLIC",
        viewerPermission: "ADMIN",
        viewerCanAdminister: true,
        defaultBranchRef: { name: "develop", prefix: "refs/heads/" },
        owner: { __typename: "Organization", login: "kbase" },
      },
    });
  });

  it("reads refs, commits, trees and blobs out of git", async () => {
    const { data, errors } = await github.query(
      `{ repository(owner: "kbase", name: "auth2") {
           refs(refPrefix: "refs/heads/", first: 10) { nodes { name } }
           missing: ref(qualifiedName: "refs/heads/none") { name }
           ref(qualifiedName: "master") { target { ... on Commit { messageHeadline messageBody
             parents(first: 1) { nodes { message messageBody } }
             file(path: ".github/workflows/images.yml") { name mode size type object { ... on Blob { text } } }
             tree { entries { name type path } } } } }
           file: object(expression: "develop:.github/workflows/images.yml") { __typename ... on Blob { text byteSize } }
           binary: object(expression: "develop:logo.png") { ... on Blob { text isBinary } }
           folder: object(expression: "develop:.github") { ... on Tree { entries { path } } }
           absent: object(expression: "develop:absent") { oid } } }`,
    );
    assert.equal(errors, undefined);
    assert.deepEqual(data, {
      repository: {
        refs: { nodes: [{ name: "develop" }, { name: "master" }] },
        missing: null,
        ref: {
          target: {
            messageHeadline: "Release",
            messageBody: "",
            parents: { nodes: [{ message: "Start\n\nWith a body.", messageBody: "With a body." }] },
            file: { name: "images.yml", mode: 0o100644, size: 9, type: "blob", object: { text: "on: push\n" } },
            tree: {
              entries: [
                { name: ".github", type: "tree", path: ".github" },
                { name: "Dockerfile", type: "blob", path: "Dockerfile" },
                { name: "README.md", type: "blob", path: "README.md" },
                { name: "logo.png", type: "blob", path: "logo.png" },
              ],
            },
          },
        },
        file: { __typename: "Blob", text: "on: push\n", byteSize: 9 },
        binary: { text: null, isBinary: true },
        folder: { entries: [{ path: "workflows" }] },
        absent: null,
      },
    });
  });

  const unresolved: readonly [query: string, path: readonly unknown[], message: string, type: string | undefined][] = [
    [
      '{ repository(owner: "kbase", name: "none") { id } }',
      ["repository"],
      "Could not resolve to a Repository with the name 'kbase/none'.",
      "NOT_FOUND",
    ],
    [
      '{ organization(login: "none") { id } }',
      ["organization"],
      "Could not resolve to an Organization with the login of 'none'.",
      "NOT_FOUND",
    ],
    ['{ user(login: "none") { id } }', ["user"], "Could not resolve to a User with the login of 'none'.", "NOT_FOUND"],
    [
      '{ node(id: "R_nothing") { id } }',
      ["node"],
      "Could not resolve to a node with the global id of 'R_nothing'",
      "NOT_FOUND",
    ],
    [
      '{ nodes(ids: ["auth2"]) { id } }',
      ["nodes", 0],
      "Could not resolve to a node with the global id of 'auth2'",
      "NOT_FOUND",
    ],
    [
      '{ repository(owner: "kbase", name: "auth2") { pullRequest(number: 9) { id } } }',
      ["repository", "pullRequest"],
      "Could not resolve to a PullRequest with the number of 9.",
      "NOT_FOUND",
    ],
    [
      '{ repository(owner: "kbase", name: "auth2") { stargazerCount } }',
      ["repository", "stargazerCount"],
      "Drover's stand-in for GitHub does not have Repository.stargazerCount; GitHub itself does",
      "NOT_IN_STAND_IN",
    ],
  ];
  for (const [query, path, message, type] of unresolved)
    it(`says of ${query}: ${message}`, async () => {
      const { errors = [] } = await github.query(query);
      assert.equal(errors.length, 1);
      assert.deepEqual([errors[0]?.path, errors[0]?.message, errors[0]?.type], [path, message, type]);
    });

  it("answers what it can beside an error", async () => {
    const { data } = await github.query(
      `{ a: repository(owner: "kbase", name: "auth2") { name } b: repository(owner: "kbase", name: "none") { name } }`,
    );
    assert.deepEqual(data, { a: { name: "auth2" }, b: null });
  });

  it("refuses what GitHub's schema does not have, in GitHub's words", async () => {
    const { data, errors = [] } = await github.query('{ repository(owner: "kbase", name: "auth2") { nonsense } }');
    assert.equal(data, undefined);
    assert.equal(errors[0]?.message, "Field 'nonsense' doesn't exist on type 'Repository'");
  });

  it("refuses variables that do not fit the schema", async () => {
    const { data, errors = [] } = await github.query("query($id: ID!) { node(id: $id) { id } }", {});
    assert.equal(data, undefined);
    assert.match(errors[0]?.message ?? "", /\$id/u);
  });

  it("finds by global id what it gave the id of", async () => {
    const given = await github.query(
      `{ viewer { id } organization(login: "kbase") { id } repository(owner: "kbase", name: "auth2") { id
         label(name: "bug") { id } ref(qualifiedName: "develop") { id target { id } }
         blob: object(expression: "develop:Dockerfile") { id } } }`,
    );
    const ids = [...JSON.stringify(given.data).matchAll(/"id":"([^"]+)"/gu)].map(([, id]) => id);
    assert.equal(ids.length, 7);
    const { data, errors } = await github.query("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", { ids });
    assert.equal(errors, undefined);
    assert.deepEqual(
      (data?.["nodes"] as { __typename: string; id: string }[]).map(({ __typename, id }) => [__typename, id]),
      ["User", "Organization", "Repository", "Label", "Ref", "Commit", "Blob"].map((name, index) => [name, ids[index]]),
    );
  });

  it("hides private repositories from those who may not see them", async () => {
    github.user("stranger", null);
    const { errors = [] } = await github.query('{ repository(owner: "kbase", name: "hidden") { id } }', {}, "stranger");
    assert.equal(errors[0]?.type, "NOT_FOUND");
    const seen = await github.query(
      '{ repository(owner: "kbase", name: "hidden") { viewerPermission } }',
      {},
      "reader",
    );
    assert.deepEqual(seen.data, { repository: { viewerPermission: "READ" } });
    const list = await github.query(
      `{ organization(login: "kbase") { repositories(first: 10, orderBy: {field: NAME, direction: DESC}) {
           totalCount nodes { name } } } }`,
      {},
      "stranger",
    );
    assert.deepEqual(list.data, { organization: { repositories: { totalCount: 1, nodes: [{ name: "auth2" }] } } });
  });

  it("asks for a token, and for a good one", async () => {
    const nobody = await github.ask("POST /graphql", { as: null, body: { query: "{ viewer { login } }" } });
    assert.equal(nobody.status, 401);
    const wrong = await github.ask("POST /graphql", { as: "nobody", body: { query: "{ viewer { login } }" } });
    assert.deepEqual([wrong.status, (wrong.body as { message: string }).message], [401, "Bad credentials"]);
  });

  it("shows rulesets with rules and, to those who may change them, who may bypass them", async () => {
    const team = github.team("release");
    repository.rulesets = [
      {
        id: github.store.nextId(),
        name: "reviews",
        target: "branch",
        enforcement: "active",
        bypassActors: [
          { actor_id: team.id, actor_type: "Team", bypass_mode: "always" },
          { actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "pull_request" },
        ],
        refName: { include: ["refs/heads/develop"], exclude: [] },
        rules: [
          { type: "deletion" },
          {
            type: "required_status_checks",
            parameters: { required_status_checks: [{ context: "gate" }], strict_required_status_checks_policy: true },
          },
        ],
        createdAt: "2026-01-01T00:00:00Z",
        updatedAt: "2026-01-01T00:00:00Z",
      },
    ];
    const query = `{ repository(owner: "kbase", name: "auth2") { rulesets(first: 10) { nodes { name target enforcement
      conditions { refName { include exclude } }
      bypassActors(first: 10) { nodes { bypassMode repositoryRoleName organizationAdmin actor { ... on Team { slug } } } }
      rules(first: 10) { nodes { type parameters { __typename ... on RequiredStatusChecksParameters {
        strictRequiredStatusChecksPolicy doNotEnforceOnCreate requiredStatusChecks { context integrationId } } } } } } } } }`;
    const { data, errors } = await github.query(query);
    assert.equal(errors, undefined);
    assert.deepEqual(data, {
      repository: {
        rulesets: {
          nodes: [
            {
              name: "reviews",
              target: "BRANCH",
              enforcement: "ACTIVE",
              conditions: { refName: { include: ["refs/heads/develop"], exclude: [] } },
              bypassActors: {
                nodes: [
                  {
                    bypassMode: "ALWAYS",
                    repositoryRoleName: null,
                    organizationAdmin: false,
                    actor: { slug: "release" },
                  },
                  { bypassMode: "PULL_REQUEST", repositoryRoleName: "admin", organizationAdmin: false, actor: null },
                ],
              },
              rules: {
                nodes: [
                  { type: "DELETION", parameters: null },
                  {
                    type: "REQUIRED_STATUS_CHECKS",
                    parameters: {
                      __typename: "RequiredStatusChecksParameters",
                      strictRequiredStatusChecksPolicy: true,
                      doNotEnforceOnCreate: false,
                      requiredStatusChecks: [{ context: "gate", integrationId: null }],
                    },
                  },
                ],
              },
            },
          ],
        },
      },
    });
    const reader = await github.query(query, {}, "reader");
    const { nodes } = (reader.data as { repository: { rulesets: { nodes: { bypassActors: unknown }[] } } }).repository
      .rulesets;
    assert.equal(nodes[0]?.bypassActors, null);
  });
});
