import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import * as z from "zod";

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Below `drover:`, as `pulumi config --path` takes it. */
  readonly key: string;
  /** The rule and the fix, with the value where it is no secret. */
  readonly message: string;
}

/** A stack's configuration as Pulumi hands it over: text, and JSON for what has parts; keys without `drover:`. */
export type RawConfig = Readonly<Record<string, string>>;

/** What a check found: the value, the problems, or both. */
export interface Checked<Value> {
  readonly value?: Value;
  readonly problems: readonly ConfigProblem[];
}

/** What a schema made of a configuration. */
export interface Parsed<Value> extends Checked<Value> {
  /** The configuration as the schema saw it, for rules between keys. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One kind of stack's configuration. */
export interface ConfigKind<Value> {
  readonly schema: z.ZodType<Value>;
  /** Keys, and parts of keys, whose values never show. */
  readonly secretPath: RegExp;
  /** Brings short forms into the long one before the schema sees them; what it does not know it leaves alone. */
  readonly normalize?: (raw: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/**
 * Reads the stack's configuration.
 *
 * @param check looks at it and at the keys that are encrypted, in whole or in part
 * @throws RunError that lists everything that is wrong with it, each with key, value, rule and fix
 */
export function readConfig<Value>(
  check: (config: RawConfig, secretKeys: ReadonlySet<string>) => Checked<Value>,
): Value {
  const prefix = `${pulumi.getProject()}:`;
  const own = (key: string) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []);
  const config = Object.entries(pulumi.runtime.allConfig()).flatMap(([key, value]) =>
    own(key).map((name) => [name, value] as const),
  );
  const { value, problems } = check(Object.fromEntries(config), new Set(encryptedKeys().flatMap(own)));
  if (value !== undefined && problems.length === 0) return value;
  throw new pulumi.RunError(describeProblems(pulumi.getStack(), problems));
}

/**
 * The keys that are encrypted, in whole or in part: the language host passes them so to every Node.js program.
 * The SDK reads the same variable but does not publish what it found.
 */
function encryptedKeys(): string[] {
  return z.array(z.string()).parse(JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]"));
}

/** Checks a configuration against its kind's schema. Pure. */
export function parseConfig<Value>(kind: ConfigKind<Value>, config: RawConfig): Parsed<Value> {
  const written = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, isText(childSchema(kind.schema, key)) ? value : parsed(value)]),
  );
  const raw = kind.normalize?.(written) ?? written;
  const result = kind.schema.safeParse(raw, { error: ruleOf });
  return result.success
    ? { value: result.data, raw, problems: [] }
    : { raw, problems: result.error.issues.flatMap((issue) => problemsOf(kind, issue, raw)) };
}

/** The rule in words, where the schema leaves them to the library. */
const ruleOf: z.core.$ZodErrorMap = (issue) => {
  if (isStructure(issue)) return issue.expected === "array" ? "must be a list" : "must be an object: keys with values";
  if (issue.code === "invalid_type" && issue.expected === "string") return "must be text";
  if (issue.code === "too_small" && issue.origin === "array")
    return `must have at least ${String(issue.minimum)} ${issue.minimum === 1 ? "item" : "items"}`;
  return undefined;
};

/** Whether an object or a list is expected: what is there instead may have secrets anywhere in it. */
const isStructure = (issue: z.core.$ZodRawIssue | z.core.$ZodIssue) =>
  issue.code === "invalid_type" && ["object", "record", "array"].includes(String(issue.expected));

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A problem for a value that belongs encrypted and is not. */
export const exposed = (key: string): ConfigProblem => ({
  key,
  message: `must be encrypted; set it anew: pulumi config set --secret --path '${key}'`,
});

function problemsOf<Value>(kind: ConfigKind<Value>, issue: z.core.$ZodIssue, raw: unknown): ConfigProblem[] {
  const key = keyOf(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => ({
      key: keyOf([...issue.path, unknown]),
      message: unknownKey(unknown, knownKeys(kind.schema, issue.path)),
    }));
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ key, message }));
  const value = valueAt(raw, issue.path);
  if (value === undefined)
    return [
      {
        key,
        message: `is missing; set it: pulumi config set ${kind.secretPath.test(key) ? "--secret " : ""}${issue.path.length > 1 ? `--path '${key}'` : key} VALUE`,
      },
    ];
  const hidden = kind.secretPath.test(key) || typeof value === "object" || isStructure(issue);
  const shown = hidden ? "" : `is ${JSON.stringify(value)}, which `;
  return [{ key, message: `${shown}${issue.message}` }];
}

/** `apps.narrative.port`; a piece with a dot in it is written `["ghcr.io"]`, as `pulumi config --path` takes it. */
export const keyOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((key, piece) => {
    const name = String(piece);
    if (typeof piece === "number") return `${key}[${name}]`;
    if (!/^[\w-]+$/.test(name)) return `${key}["${name}"]`;
    return key === "" ? name : `${key}.${name}`;
  }, "");

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, piece) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, piece)
        ? Reflect.get(value, piece)
        : undefined,
    raw,
  );
}

function unknownKey(unknown: string, known: readonly string[]): string {
  const nearest = nearestTo(unknown, known);
  const guess = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `is not a key${guess === "" && known.length > 0 ? `; the keys here are ${known.join(", ")}` : guess}`;
}

/** The name that a person probably meant: at most two letters away. */
export function nearestTo(wanted: string, known: Iterable<string>): string | undefined {
  const nearest = [...known].sort((a, b) => distance(wanted, a) - distance(wanted, b))[0];
  return nearest !== undefined && distance(wanted, nearest) <= 2 ? nearest : undefined;
}

/** The keys that an object in the configuration may have. */
function knownKeys(schema: unknown, path: readonly PropertyKey[]): string[] {
  const shape = propertyOf(unwrapped(path.reduce(childSchema, schema)), "shape");
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** The schema inside `optional`, `default` and `transform`. */
function unwrapped(schema: unknown): unknown {
  const def = propertyOf(schema, "def");
  const inner = propertyOf(def, "innerType") ?? propertyOf(def, "in");
  return inner === undefined ? schema : unwrapped(inner);
}

function childSchema(schema: unknown, piece: PropertyKey): unknown {
  const parent = unwrapped(schema);
  const def = propertyOf(parent, "def");
  return (
    propertyOf(propertyOf(parent, "shape"), String(piece)) ?? propertyOf(def, "valueType") ?? propertyOf(def, "element")
  );
}

/** Whether a schema takes text, which stays text where it looks like JSON. */
const isText = (schema: unknown): boolean =>
  ["string", "enum"].includes(String(propertyOf(propertyOf(unwrapped(schema), "def"), "type")));

/** One text for all problems, a line each. */
export function describeProblems(stack: string, problems: readonly ConfigProblem[]): string {
  const head = `The configuration of stack ${stack} has ${problems.length === 1 ? "a problem" : `${String(problems.length)} problems`}:`;
  return [head, ...problems.map(({ key, message }) => `  drover:${key} ${message}`)].join("\n");
}
