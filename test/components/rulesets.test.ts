import assert from "node:assert/strict";

import fc from "fast-check";

import { actorParts, bypassActors, needsId, reviewerIds } from "../../components/actors.ts";
import type { BypassActor } from "../../components/actors.ts";
import { requiredChecks, rulesetPrefix, rulesetsOf } from "../../components/rulesets.ts";
import { entryOf } from "../support/organization.ts";

const self: BypassActor = { actorType: "User", actorId: 77, bypassMode: "always" };
const ids = new Map([
  ["team:devops", 12],
  ["team:core", 3],
  ["user:jdoe", 9],
  ["app:renovate", 2740],
]);

describe("the rulesets of a repository", () => {
  const { protection, checks } = entryOf({
    name: "web",
    protection: { approvals: 2, codeOwners: true, dismissStale: false, conversations: false, upToDate: true },
    checks: ["unit", { name: "cov", app: 254 }, { name: "jenkins", app: "any" }],
  });
  const [branches, pullRequests, versions] = rulesetsOf(["develop", "main"], protection, checks, [self]);

  it("let nobody delete a long-lived branch or push over it, whoever may bypass the rest", () =>
    assert.deepEqual(branches, {
      key: "branches",
      name: "Drover: long-lived branches",
      target: "branch",
      includes: ["refs/heads/develop", "refs/heads/main"],
      rules: { deletion: true, nonFastForward: true },
      bypass: [],
    }));

  it("ask for pull requests with what the entry says, the gate, and the repository's own checks", () =>
    assert.deepEqual(pullRequests, {
      key: "pull-requests",
      name: "Drover: pull requests",
      target: "branch",
      includes: ["refs/heads/develop", "refs/heads/main"],
      rules: {
        pullRequest: {
          requiredApprovingReviewCount: 2,
          requireCodeOwnerReview: true,
          dismissStaleReviewsOnPush: false,
          requiredReviewThreadResolution: false,
        },
        requiredStatusChecks: {
          requiredChecks: [
            { context: "pull-request / gate", integrationId: 15368 },
            { context: "cov", integrationId: 254 },
            { context: "jenkins" },
            { context: "unit", integrationId: 15368 },
          ],
          strictRequiredStatusChecksPolicy: true,
        },
      },
      bypass: [self],
    }));

  it("let nobody move or delete a version", () =>
    assert.deepEqual(versions, {
      key: "versions",
      name: "Drover: versions",
      target: "tag",
      includes: ["refs/tags/[0-9]*.[0-9]*.[0-9]*", "refs/tags/v[0-9]*.[0-9]*.[0-9]*"],
      rules: { update: true, deletion: true, nonFastForward: true },
      bypass: [],
    }));

  it("are known by their names to be ours", () => {
    const names = rulesetsOf(["main"], protection, checks, []).map(({ name }) => name);
    assert.equal(new Set(names).size, 3);
    for (const name of names) assert.ok(name.startsWith(rulesetPrefix));
  });

  it("do not change with the order in which checks are listed", () => {
    const names = ["b", "a", "c"].map((name) => ({ name, app: 1 }));
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 3 }), (shuffled) =>
        assert.deepEqual(requiredChecks(shuffled), requiredChecks(names)),
      ),
    );
  });
});

describe("actors by name", () => {
  it("become bypass actors, sorted, each once, with the account that Drover works as", () =>
    assert.deepEqual(
      bypassActors(
        [
          "organization-admins",
          "role:admin",
          "team:devops",
          "app:renovate",
          "deploy-keys",
          "team:devops",
          "role:write",
        ],
        ids,
        self,
      ).map(({ actorType, actorId }) => [actorType, actorId]),
      [
        ["DeployKey", undefined],
        ["OrganizationAdmin", undefined],
        ["RepositoryRole", 4],
        ["RepositoryRole", 5],
        ["Team", 12],
        ["User", 77],
        ["Integration", 2740],
      ],
    ));

  it("come out the same in whatever order they are listed", () => {
    const names = ["organization-admins", "role:admin", "team:devops", "team:core", "user:jdoe", "deploy-keys"];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (shuffled) =>
        assert.deepEqual(bypassActors(shuffled, ids, self), bypassActors(names, ids, self)),
      ),
    );
  });

  it("that GitHub does not know are left out", () =>
    assert.deepEqual(bypassActors(["team:nobody"], ids, undefined), []));

  it("have an id to be asked for where they are teams, users and Apps", () =>
    assert.deepEqual(["team:a", "user:a", "app:a", "role:admin", "organization-admins", "deploy-keys"].map(needsId), [
      true,
      true,
      true,
      false,
      false,
      false,
    ]));

  it("are split at the first colon", () => assert.deepEqual(actorParts("team:a"), ["team", "a"]));

  it("become reviewers, teams and users apart and sorted", () =>
    assert.deepEqual(reviewerIds(["team:devops", "user:jdoe", "team:core", "team:nobody"], ids), {
      teams: [3, 12],
      users: [9],
    }));
});
