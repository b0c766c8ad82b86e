import { isMap } from "../../shared/values.ts";
import type { Plain } from "../../shared/values.ts";
import { at, list, number, parseJson, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { AwaitContext } from "./awaiter.ts";

/** A condition of the annotation `pulumi.com/waitFor`: whether an object meets it. May say what is missing. */
export type Condition = (object: KubernetesObject, context: AwaitContext) => boolean;

/**
 * Reads the annotation `pulumi.com/waitFor`: an expression `jsonpath={.path}=value`, `jsonpath={.path}`, `condition=Type` or
 * `condition=Type=Status`, or a JSON list of them, all of which have to be met. Of JSONPath, names and list positions are understood.
 * @throws Error when it can't be read
 */
export async function parseWaitFor(annotation: string): Promise<Condition> {
  const expressions = expressionsOf(annotation);
  if (expressions.length === 0) throw new Error("at least one condition must be specified");
  const conditions = await Promise.all(
    expressions.map(async (expression) => {
      if (expression.startsWith("jsonpath=")) return await jsonPath(expression.slice("jsonpath=".length));
      if (expression.startsWith("condition=")) return condition(expression.slice("condition=".length));
      throw new Error(`expected a "jsonpath=" or "condition=" prefix, got "${expression}"`);
    }),
  );
  return (object, context) => conditions.every((meets) => meets(object, context));
}

function expressionsOf(annotation: string): string[] {
  try {
    const parsed = parseJson(annotation);
    if (Array.isArray(parsed) && parsed.every((item) => typeof item === "string")) return parsed;
  } catch {
    // Not a list: one expression.
  }
  return [annotation];
}

function condition(expression: string): Condition {
  const [type = "", ...rest] = expression.split("=");
  const wanted = rest.length === 0 ? "True" : rest.join("=");
  return (object, context) => {
    if (at(object, "status", "conditions") === undefined) {
      context.say("warning", "Has no .status.conditions");
      return false;
    }
    const found = list(object, "status", "conditions").find(
      (entry) => text(entry, "type").toLowerCase() === type.toLowerCase(),
    );
    if (found === undefined || text(found, "status") === "") return false;
    const generation = number(object, "metadata", "generation");
    const observed = number(found, "observedGeneration") ?? number(object, "status", "observedGeneration");
    if (generation !== undefined && observed !== undefined && observed < generation) {
      context.say("info", `Generation ${String(observed)} is less than expected ${String(generation)}`);
      return false;
    }
    const status = text(found, "status");
    if (status.toLowerCase() === wanted.toLowerCase()) return true;
    context.say("info", `Resource has condition ${type}=${status} (want ${wanted})`);
    return false;
  };
}

/** JSONPath comes from a library, loaded only when an object asks for it. */
async function jsonPath(expression: string): Promise<Condition> {
  const [path = "", value, ...rest] = expression
    .replaceAll("==", "\u0000")
    .split("=")
    .map((part) => part.replaceAll("\u0000", "=="));
  if (rest.length > 0) throw new Error(`format should be {.path}=value or {.path}, got "${expression}"`);
  if (value === "") throw new Error(`${path}= requires a value`);
  if (path.startsWith("'") && path.endsWith("'")) throw new Error(`${path} should omit shell quotes`);
  const inner = /\{\s*(.*?)\s*\}/.exec(path)?.[1];
  if (inner === undefined) throw new Error(`${path} should be wrapped in brackets { ... }`);
  const { JSONPath } = await import("jsonpath-plus");
  const query = inner.startsWith("$") ? inner : `$${inner}`;
  const shown = value === undefined ? path : `${path}=${value}`;
  return (object, context) => {
    const [generation, observed] = [
      number(object, "metadata", "generation"),
      number(object, "status", "observedGeneration"),
    ];
    if (generation !== undefined && observed !== undefined && observed < generation) return false;
    const results: Plain[] = JSONPath({ path: query, json: object, wrap: true, eval: false });
    const [first] = results;
    if (first === undefined) {
      context.say("info", `${path} selected nothing`);
      return false;
    }
    if (Array.isArray(first) || isMap(first)) {
      if (value !== undefined) throw new Error(`"${path}" has a non-primitive value`);
      return true;
    }
    const met = value === undefined || String(first) === value;
    context.say("info", met ? `Found ${shown}` : `Waiting for ${shown} (found "${String(first)}")`);
    return met;
  };
}
