import * as z from "zod";

import { parseEnvironment } from "../../stacks/environment-config.ts";
import { environmentSchema } from "../../stacks/environment-schema.ts";

/** The smallest configuration of an environment: one app `web`. */
const smallest = {
  organization: "kbase",
  rancher: { url: "https://rancher.example.org", cluster: "c-m-abc12345", project: "appdev" },
  rancherToken: "token-abc12:not-a-real-one",
  host: "appdev.example.org",
  channel: "develop",
  apps: { web: { port: 80 } },
};

/** A configuration as Pulumi hands it over: text as it is, anything else as JSON; undefined leaves a key out. */
export const written = (config: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)]],
    ),
  );

/** The smallest configuration with changes, parsed. */
export const parsed = (
  changes: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[] = ["rancherToken", "registries", "apps", "githubToken", "githubApp"],
): ReturnType<typeof parseEnvironment> => parseEnvironment(written({ ...smallest, ...changes }), new Set(secretKeys));

/** What is wrong with the smallest configuration with changes: `key message`. */
export const problemsOf = (changes: Readonly<Record<string, unknown>>, secretKeys?: readonly string[]): string[] =>
  parsed(changes, secretKeys).problems.map(({ key, message }) => `${key} ${message}`);

/** A change of the app `web`. */
export const withApp = (changes: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  apps: { web: { port: 80, ...changes } },
});

/** Every key of an environment's configuration, with `*` for names that people choose. */
export const keysOf = (): string[] => keysBelow(environmentSchema, []).filter((key) => key !== "");

function keysBelow(schema: unknown, path: readonly string[]): string[] {
  const inner = unwrapped(schema);
  const own = path.join(".");
  if (inner instanceof z.ZodObject)
    return [own, ...Object.entries(inner.shape).flatMap(([key, child]) => keysBelow(child, [...path, key]))];
  if (inner instanceof z.ZodRecord) return [own, ...keysBelow(inner.valueType, [...path, "*"])];
  return [own];
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrapped(schema.unwrap());
  return schema instanceof z.ZodPipe && schema.in instanceof z.ZodObject ? schema.in : schema;
}
