import assert from "node:assert/strict";

import type { App, Repository, Team, User } from "../../../../sandbox/github/model.ts";
import { nodeId } from "../../../../sandbox/github/node-id.ts";
import { StandIn } from "../stand-in.ts";

const allowances = `nodes { actor { ... on App { id name slug } ... on Team { id name slug } ... on User { id name login } } }`;

/** What terraform-provider-github reads (util_v4_branch_protection.go, v6.13.0). */
const read = `query($id: ID!) { node(id: $id) { ... on BranchProtectionRule { repository { id name }
  pushAllowances(first: 100) { ${allowances} } reviewDismissalAllowances(first: 100) { ${allowances} }
  bypassForcePushAllowances(first: 100) { ${allowances} } bypassPullRequestAllowances(first: 100) { ${allowances} }
  allowsDeletions allowsForcePushes blocksCreations dismissesStaleReviews id isAdminEnforced pattern
  requiredApprovingReviewCount requiredStatusCheckContexts requiresApprovingReviews requiresCodeOwnerReviews
  requiresCommitSignatures requiresLinearHistory requiresConversationResolution requiresStatusChecks
  requiresStrictStatusChecks restrictsPushes restrictsReviewDismissals requireLastPushApproval lockBranch } } }`;

const create = `mutation($input: CreateBranchProtectionRuleInput!) {
  createBranchProtectionRule(input: $input) { branchProtectionRule { id } } }`;
const update = `mutation($input: UpdateBranchProtectionRuleInput!) {
  updateBranchProtectionRule(input: $input) { branchProtectionRule { id } } }`;
const remove = `mutation($input: DeleteBranchProtectionRuleInput!) {
  deleteBranchProtectionRule(input: $input) { clientMutationId } }`;

const flags = {
  allowsDeletions: true,
  allowsForcePushes: false,
  blocksCreations: true,
  dismissesStaleReviews: true,
  isAdminEnforced: true,
  lockBranch: false,
  requireLastPushApproval: true,
  requiredApprovingReviewCount: 2,
  requiredStatusCheckContexts: ["gate", "unit_test"],
  requiresApprovingReviews: true,
  requiresCodeOwnerReviews: true,
  requiresCommitSignatures: true,
  requiresConversationResolution: true,
  requiresLinearHistory: true,
  requiresStatusChecks: true,
  requiresStrictStatusChecks: true,
  restrictsPushes: true,
  restrictsReviewDismissals: true,
};

describe("classic branch protection by GraphQL", () => {
  let github: StandIn;
  let repository: Repository;
  let team: Team;
  let writer: User;
  let app: App;
  before(async () => {
    github = await StandIn.start();
    writer = github.user("writer");
    team = github.team("release", writer);
    app = github.installedApp("drover", { administration: "write", contents: "write" });
    github.installedApp("reader-app", { contents: "read" });
    repository = await github.repository("auth2");
    repository.collaborators.push({ id: writer.id, role: "write" });
  });
  after(() => github.close());
  afterEach(() => void (repository.branchProtections = []));

  const repositoryId = () => nodeId("Repository", repository.id);

  async function made(input: object): Promise<string> {
    const { data, errors } = await github.query(create, { input: { repositoryId: repositoryId(), ...input } });
    assert.equal(errors, undefined);
    const payload = data?.["createBranchProtectionRule"] as { branchProtectionRule: { id: string } };
    return payload.branchProtectionRule.id;
  }

  async function seen(id: string): Promise<Record<string, unknown>> {
    const { data, errors } = await github.query(read, { id });
    assert.equal(errors, undefined);
    return data?.["node"] as Record<string, unknown>;
  }

  const actor = {
    team: () => ({ id: nodeId("Team", team.id), name: "release", slug: "release" }),
    user: () => ({ id: nodeId("User", writer.id), name: null, login: "writer" }),
    app: () => ({ id: nodeId("App", app.id), name: "drover", slug: "drover" }),
  };

  it("keeps every field and every kind of actor that the provider writes", async () => {
    const id = await made({
      pattern: "develop",
      ...flags,
      pushActorIds: [actor.team().id, actor.user().id],
      reviewDismissalActorIds: [actor.user().id],
      bypassForcePushActorIds: [actor.app().id],
      bypassPullRequestActorIds: [actor.team().id],
    });
    const list = (...actors: object[]) => ({ nodes: actors.map((one) => ({ actor: one })) });
    assert.deepEqual(await seen(id), {
      id,
      pattern: "develop",
      repository: { id: repositoryId(), name: "auth2" },
      ...flags,
      pushAllowances: list(actor.user(), actor.team()),
      reviewDismissalAllowances: list(actor.user()),
      bypassForcePushAllowances: list(actor.app()),
      bypassPullRequestAllowances: list(actor.team()),
    });
  });

  it("changes what is given, and leaves what is null", async () => {
    const id = await made({ pattern: "develop", ...flags, pushActorIds: [actor.team().id] });
    const input = {
      branchProtectionRuleId: id,
      requiresLinearHistory: false,
      pushActorIds: null,
      requiredStatusCheckContexts: [],
    };
    const { errors } = await github.query(update, { input });
    assert.equal(errors, undefined);
    const now = await seen(id);
    assert.deepEqual(
      [now["requiresLinearHistory"], now["requiresStatusChecks"], now["requiredStatusCheckContexts"]],
      [false, true, []],
    );
    assert.deepEqual(now["pushAllowances"], { nodes: [{ actor: actor.team() }] });
  });

  it("says of a rule that is gone what the provider takes for gone", async () => {
    const id = await made({ pattern: "develop" });
    const deleted = await github.query(remove, { input: { branchProtectionRuleId: id, clientMutationId: "mine" } });
    assert.deepEqual(deleted, { data: { deleteBranchProtectionRule: { clientMutationId: "mine" } } });
    for (const answer of [
      await github.query(read, { id }),
      await github.query(remove, { input: { branchProtectionRuleId: id } }),
      await github.query(update, { input: { branchProtectionRuleId: id, pattern: "x" } }),
    ])
      assert.equal(answer.errors?.[0]?.message, `Could not resolve to a node with the global id of '${id}'`);
  });

  const refused: readonly [what: string, input: () => object, as: string, type: string, message: string][] = [
    [
      "a pattern that another rule has",
      () => ({ pattern: "develop" }),
      "olga",
      "UNPROCESSABLE",
      "Name already protected: develop",
    ],
    ["an empty pattern", () => ({ pattern: "" }), "olga", "UNPROCESSABLE", "Pattern can't be blank"],
    [
      "seven approvals",
      () => ({ pattern: "x", requiredApprovingReviewCount: 7 }),
      "olga",
      "UNPROCESSABLE",
      "Required approving review count must be between 0 and 6",
    ],
    [
      "an actor that does not exist",
      () => ({ pattern: "x", pushActorIds: ["T_kgDN"] }),
      "olga",
      "NOT_FOUND",
      "Could not resolve to a node with the global id of 'T_kgDN'",
    ],
    [
      "a writer",
      () => ({ pattern: "x" }),
      "writer",
      "FORBIDDEN",
      "writer does not have the correct permissions to execute `CreateBranchProtectionRule`",
    ],
    [
      "an App that may not",
      () => ({ pattern: "x" }),
      "reader-app",
      "FORBIDDEN",
      "Resource not accessible by integration",
    ],
  ];
  for (const [what, input, as, type, message] of refused)
    it(`refuses ${what}`, async () => {
      await made({ pattern: "develop" });
      const { errors = [] } = await github.query(create, { input: { repositoryId: repositoryId(), ...input() } }, as);
      assert.deepEqual([errors[0]?.type, errors[0]?.message], [type, message]);
      assert.equal(repository.branchProtections.length, 1);
    });

  it("lists a repository's rules to those who may push, as the provider's import does", async () => {
    await made({ pattern: "develop" });
    await made({ pattern: "release/*" });
    const query = `query($id: ID!) { node(id: $id) { ... on Repository { branchProtectionRules(first: 100) {
      nodes { pattern matchingRefs(first: 10) { nodes { name } } } pageInfo { hasNextPage endCursor } } } } }`;
    const patterns = async (as: string) => {
      const { data } = await github.query(query, { id: repositoryId() }, as);
      const { branchProtectionRules } = data?.["node"] as { branchProtectionRules: { nodes: { pattern: string }[] } };
      return branchProtectionRules.nodes.map(({ pattern }) => pattern);
    };
    assert.deepEqual(await patterns("writer"), ["develop", "release/*"]);
    github.user("reader");
    assert.deepEqual(await patterns("reader"), []);
  });

  it("survives a restart", async () => {
    await made({ pattern: "develop" });
    const { Store } = await import("../../../../sandbox/github/store.ts");
    const reopened = new Store(github.store.folder);
    assert.equal(reopened.repository("kbase", "auth2")?.branchProtections[0]?.pattern, "develop");
    await reopened.close();
  });
});
