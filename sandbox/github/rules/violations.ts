import type { Rule, Ruleset } from "../model.ts";
import { activeRulesets } from "./applicable.ts";
import { broughtCommits, isBehind, isForced } from "./attempt.ts";
import type { Attempt } from "./attempt.ts";
import { bypassOf } from "./bypass.ts";
import { matchesPattern } from "./patterns.ts";
import { checksProblem } from "./required-checks.ts";
import { reviewProblems } from "./reviews.ts";

/** What rulesets say to an attempt, in GitHub's words. */
export interface Verdict {
  readonly violations: readonly string[];
  /** Violations that the actor is let by. */
  readonly bypassed: readonly string[];
}

/** Holds an attempt against all active rulesets. */
export async function judge(attempt: Attempt): Promise<Verdict> {
  const violations: string[] = [];
  const bypassed: string[] = [];
  for (const ruleset of activeRulesets(attempt.repository, attempt.ref)) {
    const found = (await Promise.all(ruleset.rules.map((rule) => problems(rule, attempt)))).flat();
    (letsBy(ruleset, attempt) ? bypassed : violations).push(...found);
  }
  return { violations: [...new Set(violations)], bypassed: [...new Set(bypassed)] };
}

function letsBy(ruleset: Ruleset, { store, repository, actor, merge }: Attempt): boolean {
  const bypass = bypassOf(store, repository, ruleset, actor);
  return bypass === "always" || bypass === "exempt" || (bypass === "pull_request" && merge !== undefined);
}

/** Why one rule does not allow an attempt. */
async function problems(rule: Rule, attempt: Attempt): Promise<string[]> {
  const { repository, from, to, merge } = attempt;
  const when = (condition: boolean, message: string) => (condition ? [message] : []);
  switch (rule.type) {
    case "creation":
      return when(from === null, "Cannot create ref due to creations being restricted.");
    case "deletion":
      return when(to === null, "Cannot delete this branch");
    case "update":
      return when(from !== null && to !== null, "Cannot update this protected ref.");
    case "non_fast_forward":
      return when(await isForced(attempt), "Cannot force-push to this branch");
    case "required_linear_history": {
      const merges = (await broughtCommits(attempt)).filter(({ parents }) => parents.length > 1);
      return listed("This branch must not contain merge commits.", merges);
    }
    case "required_signatures": {
      const unsigned = (await broughtCommits(attempt)).filter(
        ({ signature, committer }) => signature === undefined && committer.email !== "noreply@github.com",
      );
      return listed("Commits must have verified signatures.", unsigned);
    }
    case "pull_request":
      if (from === null || to === null) return [];
      if (merge === undefined) return ["Changes must be made through a pull request."];
      return [...methodProblem(rule, attempt), ...(await reviewsOf(rule, attempt))];
    case "required_status_checks": {
      if (to === null || (from === null && rule.parameters.do_not_enforce_on_create === true)) return [];
      const required = rule.parameters.required_status_checks.map(({ context, integration_id: id }) => ({
        context,
        appId: id ?? null,
      }));
      const problem = checksProblem(repository, merge?.pull.head.sha ?? to, required);
      const behind = rule.parameters.strict_required_status_checks_policy && (await isBehind(attempt));
      return [
        ...(problem === undefined ? [] : [problem]),
        ...when(behind, "This branch is out-of-date with the base branch."),
      ];
    }
    case "required_deployments": {
      const sha = merge?.pull.head.sha ?? to;
      const missing = rule.parameters.required_deployment_environments.filter(
        (environment) =>
          !repository.deployments.some(
            (one) => one.sha === sha && one.environment === environment && one.statuses.at(-1)?.state === "success",
          ),
      );
      return when(to !== null && missing.length > 0, `Missing successful active ${missing.join(", ")} deployment.`);
    }
    case "merge_queue":
      return when(from !== null && to !== null, "Changes must be made through the merge queue");
    case "branch_name_pattern":
    case "tag_name_pattern": {
      const name = attempt.ref.replace(/^refs\/(heads|tags)\//u, "");
      return when(
        from === null && !matchesPattern(rule.parameters, name),
        `The name ${name} does not match the pattern.`,
      );
    }
    case "commit_message_pattern":
    case "commit_author_email_pattern":
    case "committer_email_pattern": {
      const field = {
        commit_message_pattern: "message",
        commit_author_email_pattern: "author email",
        committer_email_pattern: "committer email",
      }[rule.type];
      const wrong = (await broughtCommits(attempt)).filter(({ message, author, committer }) => {
        const texts = { message, "author email": author.email, "committer email": committer.email };
        return !matchesPattern(rule.parameters, texts[field as keyof typeof texts]);
      });
      return listed(`Commit ${field} must match the pattern.`, wrong);
    }
  }
}

const listed = (message: string, commits: readonly { sha: string }[]): string[] =>
  commits.length === 0
    ? []
    : [
        [
          message,
          `Found ${String(commits.length)} violation${commits.length === 1 ? "" : "s"}:`,
          ...commits.map(({ sha }) => sha),
        ].join("\n"),
      ];

type PullRequestRule = Extract<Rule, { type: "pull_request" }>;

function methodProblem(
  { parameters: { allowed_merge_methods: allowed } }: PullRequestRule,
  { merge }: Attempt,
): string[] {
  if (merge === undefined || allowed?.includes(merge.method) !== false) return [];
  return [`This branch allows only these merge methods: ${allowed.join(", ")}.`];
}

async function reviewsOf({ parameters }: PullRequestRule, { store, repository, merge }: Attempt): Promise<string[]> {
  if (merge === undefined) return [];
  return reviewProblems(store, repository, merge.issue, merge.pull, {
    approvals: parameters.required_approving_review_count,
    codeOwners: parameters.require_code_owner_review,
    lastPush: parameters.require_last_push_approval,
    resolvedConversations: parameters.required_review_thread_resolution,
  });
}
