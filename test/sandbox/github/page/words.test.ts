import assert from "node:assert/strict";

import fc from "fast-check";

import { BranchProtection } from "../../../../sandbox/github/model.ts";
import type { BypassActor, Rule, Ruleset } from "../../../../sandbox/github/model.ts";
import { html } from "../../../../sandbox/github/page/html.ts";
import { bypassWords, protectionWords, ruleWords, targetWords } from "../../../../sandbox/github/page/rule-words.ts";
import { StandIn } from "../stand-in.ts";

describe("rules in words", () => {
  let github: StandIn;
  before(async () => {
    github = await StandIn.start();
    github.installedApp("drover", {});
    github.team("release");
  });
  after(() => github.close());

  const appId = () => github.store.accounts.apps[0]?.id ?? 0;
  const teamId = () => github.store.accounts.teams[0]?.id ?? 0;
  const pullRequest = {
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_approving_review_count: 0,
    required_review_thread_resolution: false,
  };

  const rules: readonly [rule: () => Rule, words: string][] = [
    [() => ({ type: "creation" }), "Nobody may create it."],
    [() => ({ type: "update" }), "Nobody may push to it."],
    [() => ({ type: "deletion" }), "Nobody may delete it."],
    [() => ({ type: "non_fast_forward" }), "No force push."],
    [() => ({ type: "required_linear_history" }), "No merge commits."],
    [() => ({ type: "required_signatures" }), "Commits must be signed."],
    [() => ({ type: "pull_request", parameters: pullRequest }), "Changes only by pull request: no approval."],
    [
      () => ({
        type: "pull_request",
        parameters: {
          allowed_merge_methods: ["merge", "squash"],
          dismiss_stale_reviews_on_push: true,
          require_code_owner_review: true,
          require_last_push_approval: true,
          required_approving_review_count: 2,
          required_review_thread_resolution: true,
        },
      }),
      "Changes only by pull request: 2 approvals; code owners must approve; a push dismisses approvals; " +
        "somebody else than who pushed last must approve; conversations must be resolved; merged by merge, squash.",
    ],
    [
      () => ({
        type: "required_status_checks",
        parameters: {
          required_status_checks: [{ context: "gate", integration_id: appId() }, { context: "unit" }],
          strict_required_status_checks_policy: true,
        },
      }),
      "Needs check “gate” of drover and check “unit”, on top of the newest base.",
    ],
    [
      () => ({ type: "required_deployments", parameters: { required_deployment_environments: ["ci", "next"] } }),
      "Needs a deployment to ci and next.",
    ],
    [
      () => ({ type: "commit_message_pattern", parameters: { operator: "starts_with", pattern: "DEVOPS-" } }),
      "The commit message must start with “DEVOPS-”.",
    ],
    [
      () => ({ type: "tag_name_pattern", parameters: { negate: true, operator: "regex", pattern: "^v" } }),
      "The tag name must not match “^v”.",
    ],
    [() => ({ type: "merge_queue", parameters: {} }), "Merges go through a queue."],
  ];
  for (const [rule, words] of rules) it(words, () => assert.equal(ruleWords(github.store, rule()), words));

  const actors: readonly [actor: () => BypassActor, words: string][] = [
    [() => ({ actor_id: appId(), actor_type: "Integration", bypass_mode: "always" }), "App drover"],
    [() => ({ actor_id: teamId(), actor_type: "Team", bypass_mode: "pull_request" }), "team release, in pull requests"],
    [() => ({ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" }), "role admin"],
    [() => ({ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "always" }), "owners of the organization"],
    [() => ({ actor_id: null, actor_type: "DeployKey", bypass_mode: "always" }), "deploy keys"],
    [() => ({ actor_id: 77, actor_type: "Integration", bypass_mode: "always" }), "App 77"],
  ];
  for (const [actor, words] of actors)
    it(`bypass: ${words}`, () => assert.equal(bypassWords(github.store, actor()), words));

  it("say what a ruleset is about", async () => {
    const repository = await github.repository("auth2");
    const about = (target: Ruleset["target"], include: string[], exclude: string[] = []) =>
      targetWords({ target, refName: { include, exclude } } as Ruleset, repository);
    assert.equal(about("branch", ["refs/heads/develop", "refs/heads/x/**"]), "Branches develop, x/**");
    assert.equal(about("branch", ["~DEFAULT_BRANCH"]), "Branches the default branch (main)");
    assert.equal(about("tag", ["~ALL"], ["refs/tags/v*"]), "Tags all but v*");
  });

  it("say what classic protection demands", () => {
    const rule = (more: object) =>
      protectionWords(github.store, BranchProtection.parse({ id: 1, pattern: "x", ...more }));
    assert.deepEqual(rule({}), ["Nobody may delete it.", "No force push."]);
    assert.deepEqual(
      rule({
        allowsDeletions: true,
        allowsForcePushes: true,
        requiresStatusChecks: true,
        requiredStatusChecks: [{ context: "gate", appId: null }],
        isAdminEnforced: true,
        requiresConversationResolution: true,
      }),
      ["Conversations must be resolved.", "Needs check “gate”.", "Administrators must keep to it too."],
    );
  });
});

describe("HTML", () => {
  it("never lets text become markup, in text or in an attribute", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", "/", " ") }), (value) => {
        const { text } = html`<p title="${value}">${[value, [value]]}</p>`;
        assert.match(text, /^<p title="[^"<>]*">[^<>]*<\/p>$/u);
      }),
    ));

  it("puts lists together and leaves out what is missing", () =>
    assert.equal(html`${[1, undefined, null, false, html`<b>${"&"}</b>`]}`.text, "1<b>&amp;</b>"));
});
