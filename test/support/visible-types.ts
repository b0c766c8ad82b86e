/** What of a package a type is: how its file and its schema entry are found. */
export type PackagePart = "resource" | "function" | "provider";

/**
 * One type of a provider's package as a program sees it: sorted lines like `reviewers?: { teams?: number[]; users?: number[] }[]`,
 * with nested types written out, so that two sources of the same type compare as text.
 */
export interface VisibleType {
  /** What a constructor or a function takes. */
  readonly inputs: readonly string[];
  /** What looking up an existing resource takes; nothing for functions and providers. */
  readonly state: readonly string[];
  /** What a resource or a function's answer has; nothing for providers. */
  readonly outputs: readonly string[];
  /** The outputs that stay secret whatever the inputs were. */
  readonly secrets: readonly string[];
}

/** A property of a type, its own type as text. */
export interface VisibleProperty {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
}

/** Properties as sorted lines. */
export const asLines = (properties: readonly VisibleProperty[]): string[] =>
  properties.map(({ name, optional, type }) => `${name}${optional ? "?" : ""}: ${type}`).sort();

/** Properties as the text of an object type. */
export const asObject = (properties: readonly VisibleProperty[]): string => `{ ${asLines(properties).join("; ")} }`;

/** The name of a function's or resource's file in an npm package, and of its module in a token. */
export const fileName = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
