/** A pattern of a rule about names, messages or addresses. */
export interface Pattern {
  readonly operator: "starts_with" | "ends_with" | "contains" | "regex";
  readonly pattern: string;
  readonly negate?: boolean | undefined;
}

/** Whether a text is as a pattern wants it. A regular expression that is none matches nothing. */
export function matchesPattern({ operator, pattern, negate = false }: Pattern, text: string): boolean {
  const matches = {
    starts_with: () => text.startsWith(pattern),
    ends_with: () => text.endsWith(pattern),
    contains: () => text.includes(pattern),
    regex: () => {
      try {
        return new RegExp(pattern, "u").test(text);
      } catch {
        return false;
      }
    },
  }[operator]();
  return matches !== negate;
}
