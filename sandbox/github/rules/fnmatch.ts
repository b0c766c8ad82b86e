/**
 * Whether a name matches a pattern as Ruby's `File.fnmatch` with FNM_PATHNAME does it, which is what GitHub uses for names of
 * refs and branches: `*` and `?` stop at a slash, a whole part `**` crosses slashes, `[…]` is one character of a set.
 */
export const fnmatch = (pattern: string, name: string): boolean => toRegExp(pattern).test(name);

const known = new Map<string, RegExp>();

function toRegExp(pattern: string): RegExp {
  let expression = known.get(pattern);
  if (expression === undefined) known.set(pattern, (expression = new RegExp(`^${source(pattern)}$`, "su")));
  return expression;
}

function source(pattern: string): string {
  const token = /\*\*\/|\*+|\?|\[(?<not>[!^]?)(?<set>\]?[^\]]*)\]|\\(?<literal>.)|(?<other>.)/gsu;
  return [...pattern.matchAll(token)]
    .map(({ 0: text, index, groups = {} }) => {
      const atPart = index === 0 || pattern.charAt(index - 1) === "/";
      if (text === "**/") return atPart ? "(?:[^/]+/)*" : "[^/]*/";
      if (text.startsWith("*")) return "[^/]*";
      if (text === "?") return "[^/]";
      const { not, set, literal, other } = groups;
      if (set !== undefined) return `(?!/)[${not === "" ? "" : "^"}${set.replaceAll(/[\\[\]&~]/gu, "\\$&")}]`;
      return escape(literal ?? other ?? "");
    })
    .join("");
}

const escape = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
