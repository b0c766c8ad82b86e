import type { BranchProtection, Repository, Ruleset } from "../model.ts";
import { fnmatch } from "./fnmatch.ts";

/** Whether a pattern of a ruleset's condition names a ref. */
function names(pattern: string, ref: string, repository: Repository): boolean {
  if (pattern === "~ALL") return true;
  if (pattern === "~DEFAULT_BRANCH") return ref === `refs/heads/${repository.defaultBranch}`;
  return fnmatch(pattern, ref);
}

/** Whether a ruleset is about a ref, enforced or not. */
export function concerns(ruleset: Ruleset, ref: string, repository: Repository): boolean {
  const prefix = ruleset.target === "tag" ? "refs/tags/" : "refs/heads/";
  const { include, exclude } = ruleset.refName;
  return (
    ruleset.target !== "push" &&
    ref.startsWith(prefix) &&
    include.some((pattern) => names(pattern, ref, repository)) &&
    !exclude.some((pattern) => names(pattern, ref, repository))
  );
}

/** The rulesets that are enforced on a ref. */
export const activeRulesets = (repository: Repository, ref: string): Ruleset[] =>
  repository.rulesets.filter((ruleset) => ruleset.enforcement === "active" && concerns(ruleset, ref, repository));

/** The classic protection of a branch: the one whose pattern is its very name, else the first that matches. */
export const protectionOf = (repository: Repository, branch: string): BranchProtection | undefined =>
  repository.branchProtections.find(({ pattern }) => pattern === branch) ??
  repository.branchProtections.find(({ pattern }) => fnmatch(pattern, branch));

/** Whether anything protects a branch. */
export const isProtected = (repository: Repository, branch: string): boolean =>
  protectionOf(repository, branch) !== undefined || activeRulesets(repository, `refs/heads/${branch}`).length > 0;
