/** One line of a CODEOWNERS file. */
export interface OwnedPattern {
  readonly pattern: string;
  /** `@login`, `@org/team` or an address; none takes the ownership of an earlier line away. */
  readonly owners: readonly string[];
}

/** Where GitHub looks for the file; the first one counts. */
export const codeOwnersPaths = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] as const;

/** Parses a CODEOWNERS file. */
export const parseCodeOwners = (text: string): OwnedPattern[] =>
  text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/u, "").trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [pattern = "", ...owners] = line.split(/\s+/u);
      return { pattern, owners };
    });

/** Who owns a file: the owners of the last pattern that matches. */
export const ownersOf = (lines: readonly OwnedPattern[], path: string): readonly string[] =>
  lines.findLast(({ pattern }) => toRegExp(pattern).test(path))?.owners ?? [];

/**
 * A pattern as in .gitignore, with GitHub's exceptions: no `!`, no `[…]`. One with a slash, but at its end, is rooted;
 * a folder includes all that it has.
 */
function toRegExp(pattern: string): RegExp {
  const rooted = /\/./u.test(pattern);
  const body = pattern.replace(/^\//u, "").replace(/\/$/u, "");
  const parts = body
    .split(/(\*\*\/|\/\*\*|\*|\?)/u)
    .map((part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "/**") return "/.*";
      if (part === "*") return "[^/]*";
      return part === "?" ? "[^/]" : part.replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
    })
    .join("");
  // `docs/*` is what is in docs itself; everything else also means what lies below.
  const below = pattern.endsWith("/") ? "/.+" : pattern.endsWith("/*") ? "" : "(?:/.*)?";
  return new RegExp(`^${rooted ? "" : "(?:.*/)?"}${parts}${below}$`, "su");
}
