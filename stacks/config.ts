import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import * as z from "zod";

import { selectImages } from "../components/environment-images.ts";
import type { AppImage } from "../components/environment-images.ts";
import { environmentSchema } from "./schema.ts";
import type { EnvironmentConfig } from "./schema.ts";

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Below `drover:`, as `pulumi config --path` takes it. */
  readonly key: string;
  /** The rule and the fix, with the value where it is no secret. */
  readonly message: string;
}

/** What an environment's stack works from. */
export interface Environment extends EnvironmentConfig {
  readonly selected: ReadonlyMap<string, AppImage>;
}

/** Keys whose values are text even where they look like JSON. */
const plainKeys = new Set([
  "organization",
  "rancherToken",
  "namespace",
  "host",
  "tlsSecret",
  "ingressClass",
  "registry",
  "channel",
  "app",
  "image",
]);
/** Keys, and parts of keys, whose values never show. */
const secretPath = /^(rancherToken|registries|apps)$|^registries[.[]|(^|\.)(secrets|password)([.[]|$)/;

/**
 * Reads the stack's configuration.
 *
 * @throws RunError that lists everything that is wrong with it, each with key, value, rule and fix
 */
export function readEnvironment(): Environment {
  const prefix = `${pulumi.getProject()}:`;
  const config = Object.entries(pulumi.runtime.allConfig()).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
  );
  const secretKeys = new Set(
    encryptedKeys().flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : [])),
  );
  const { environment, problems } = parseEnvironment(Object.fromEntries(config), secretKeys);
  if (environment !== undefined && problems.length === 0) return environment;
  throw new pulumi.RunError(describeProblems(pulumi.getStack(), problems));
}

/**
 * The keys that are encrypted, in whole or in part: the language host passes them so to every Node.js program.
 * The SDK reads the same variable but does not publish what it found.
 */
function encryptedKeys(): string[] {
  return z.array(z.string()).parse(JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]"));
}

/** Checks a stack's configuration. `config` is what Pulumi hands over: text, and JSON for what has parts. Pure. */
export function parseEnvironment(
  config: Readonly<Record<string, string>>,
  secretKeys: ReadonlySet<string>,
): { environment?: Environment; problems: ConfigProblem[] } {
  const raw = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, plainKeys.has(key) ? value : parsed(value)]),
  );
  const result = environmentSchema.safeParse(raw);
  if (!result.success) return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, raw)) };
  const { images, problems } = selectImages(result.data);
  const known = [...problems, ...exposedSecrets(result.data, secretKeys)];
  return { environment: { ...result.data, selected: images }, problems: known };
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Values that belong encrypted and are not. */
function exposedSecrets(environment: EnvironmentConfig, secretKeys: ReadonlySet<string>): ConfigProblem[] {
  const exposed = (key: string) => ({
    key,
    message: `must be encrypted; set it anew: pulumi config set --secret --path '${key}'`,
  });
  return [
    ...(secretKeys.has("rancherToken") ? [] : [exposed("rancherToken")]),
    ...(secretKeys.has("apps")
      ? []
      : Object.entries(environment.apps).flatMap(([app, { secrets }]) =>
          Object.keys(secrets).map((name) => exposed(`apps.${app}.secrets.${name}`)),
        )),
    ...(secretKeys.has("registries")
      ? []
      : Object.entries(environment.registries).flatMap(([host, { password }]) =>
          password === undefined ? [] : [exposed(`registries["${host}"].password`)],
        )),
  ];
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown): ConfigProblem[] {
  const key = keyOf(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => ({
      key: keyOf([...issue.path, unknown]),
      message: unknownKey(unknown, issue.path),
    }));
  const value = valueAt(raw, issue.path);
  if (value === undefined)
    return [
      {
        key,
        message: `is missing; set it: pulumi config set ${secretPath.test(key) ? "--secret " : ""}${issue.path.length > 1 ? `--path '${key}'` : key} VALUE`,
      },
    ];
  const shown = secretPath.test(key) || typeof value === "object" ? "" : `is ${JSON.stringify(value)}, which `;
  return [{ key, message: `${shown}${issue.message}` }];
}

/** `apps.narrative.port`; a piece with a dot in it is written `["ghcr.io"]`, as `pulumi config --path` takes it. */
const keyOf = (path: readonly PropertyKey[]) =>
  path.reduce<string>((key, piece) => {
    const name = String(piece);
    if (typeof piece === "number") return `${key}[${name}]`;
    if (!/^[\w-]+$/.test(name)) return `${key}["${name}"]`;
    return key === "" ? name : `${key}.${name}`;
  }, "");

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, piece) => (typeof value === "object" && value !== null ? Reflect.get(value, piece) : undefined),
    raw,
  );
}

function unknownKey(unknown: string, path: readonly PropertyKey[]): string {
  const known = knownKeys(path);
  const nearest = [...known].sort((a, b) => distance(unknown, a) - distance(unknown, b))[0];
  const guess = nearest !== undefined && distance(unknown, nearest) <= 2 ? `; did you mean ${nearest}?` : "";
  return `is not a key${guess === "" && known.length > 0 ? `; the keys here are ${known.join(", ")}` : guess}`;
}

/** The keys that an object in the configuration may have. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = environmentSchema;
  for (const piece of path) schema = childSchema(unwrapped(schema), piece);
  const shape = propertyOf(unwrapped(schema), "shape");
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** The schema inside `optional` and `default`. */
function unwrapped(schema: unknown): unknown {
  const inner = propertyOf(propertyOf(schema, "def"), "innerType");
  return inner === undefined ? schema : unwrapped(inner);
}

const childSchema = (schema: unknown, piece: PropertyKey): unknown =>
  propertyOf(propertyOf(schema, "shape"), String(piece)) ?? propertyOf(propertyOf(schema, "def"), "valueType");

/** One text for all problems, a line each. */
export function describeProblems(stack: string, problems: readonly ConfigProblem[]): string {
  const head = `The configuration of stack ${stack} has ${problems.length === 1 ? "a problem" : `${String(problems.length)} problems`}:`;
  return [head, ...problems.map(({ key, message }) => `  drover:${key} ${message}`)].join("\n");
}
