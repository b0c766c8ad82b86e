/**
 * A pattern of a workflow's `branches`, `tags` or `paths` as a regular expression (docs.github.com, "Workflow syntax", filter pattern cheat sheet):
 * `*` is anything but a slash, `**` anything, `?` and `+` repeat the character or class before them, `[]` is a class, `\` takes the meaning away.
 */
export function filterPattern(pattern: string): RegExp {
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (character === "*" && pattern.charAt(index + 1) === "*") {
      index += 1;
      // `**/` also stands for no folder at all.
      const folders = pattern.charAt(index + 1) === "/" && (source === "" || source.endsWith("/"));
      if (folders) index += 1;
      source += folders ? "(?:.*/)?" : ".*";
    } else if (character === "*") source += "[^/]*";
    else if (character === "?" || character === "+") source += character;
    else if (character === "[" && pattern.includes("]", index + 1)) {
      const end = pattern.indexOf("]", index + 1);
      source += `[${pattern.slice(index + 1, end).replaceAll("\\", "\\\\")}]`;
      index = end;
    } else {
      if (character === "\\") index += 1;
      source += (character === "\\" ? pattern.charAt(index) : character).replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
    }
  }
  return new RegExp(`^${source}$`, "u");
}

/** Whether a name passes a list in which the last pattern that matches decides; one that begins with `!` takes the name out again. */
export const passesPatterns = (patterns: readonly string[], name: string): boolean =>
  patterns.reduce(
    (passes, pattern) => (filterPattern(pattern.replace(/^!/u, "")).test(name) ? !pattern.startsWith("!") : passes),
    false,
  );
