import { GitHubError } from "../errors.ts";
import type { Attempt } from "./attempt.ts";
import { classicProblems } from "./classic.ts";
import { judge } from "./violations.ts";

/** Why a change of a ref is refused. */
export interface Refusal {
  /** Whether rulesets refuse it, or classic branch protection. */
  readonly by: "rulesets" | "protection";
  /** In GitHub's words. */
  readonly messages: readonly string[];
}

/** What is said to an attempt: a refusal, or what its actor was let by. */
export interface Ruling {
  readonly refusal?: Refusal;
  readonly bypassed: readonly string[];
}

/** Holds an attempt against rulesets and classic branch protection. */
export async function rulingOn(attempt: Attempt): Promise<Ruling> {
  const { violations, bypassed } = await judge(attempt);
  if (violations.length > 0) return { refusal: { by: "rulesets", messages: violations }, bypassed };
  const messages = await classicProblems(attempt);
  return messages.length > 0 ? { refusal: { by: "protection", messages }, bypassed } : { bypassed };
}

const documentation =
  "https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets";

/** A refusal as the message of an answer. */
export const refusalMessage = ({ by, messages }: Refusal): string =>
  by === "rulesets"
    ? `Repository rule violations found\n\n${messages.map((message) => `${message}\n\n`).join("")}`
    : messages.join(" ");

/**
 * Refuses an attempt that rules do not allow.
 * @param status of the answer: 409 for files, 405 for merges, 422 for refs
 * @param what what GitHub says before the reasons of classic branch protection
 * @throws GitHubError
 */
export async function enforce(attempt: Attempt, status: 405 | 409 | 422, what = ""): Promise<void> {
  const { refusal } = await rulingOn(attempt);
  if (refusal === undefined) return;
  const message = refusal.by === "rulesets" ? refusalMessage(refusal) : `${what}${refusalMessage(refusal)}`;
  throw new GitHubError(status, message, { documentationUrl: documentation });
}
