import * as z from "zod";

/** Where a description keeps its named schemas. */
const schemaPrefix = "#/components/schemas/";

/** The names of a description's schemas that a converted schema refers to. */
export type References = Set<string>;

/**
 * Converts a schema of OpenAPI 3.0 into one of JSON Schema 2020-12, which differs in this:
 * - `nullable: true` is a choice of `null`;
 * - beside `$ref` nothing else counts, and it names a schema of the description by its name alone here;
 * - a default is valid, whatever its format: the address of a deployment's log is empty where there is none;
 * - `oneOf` becomes `anyOf`: alternatives of GitHub's description overlap, so that GitHub's own answers match several.
 *
 * @param references gets the names of the description's schemas that the result refers to
 */
export function toJsonSchema(schema: unknown, references: References): JsonSchema {
  return convert(Node.parse(schema), references);
}

/** A JSON schema as far as this file makes them. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const Node = z.record(z.string(), z.unknown());

function convert(node: Readonly<Record<string, unknown>>, references: References): JsonSchema {
  const { $ref: reference, nullable, ...rest } = node;
  if (typeof reference === "string") {
    if (!reference.startsWith(schemaPrefix))
      throw new Error(`a schema refers to ${reference}: only ${schemaPrefix} is known`);
    const name = reference.slice(schemaPrefix.length);
    references.add(name);
    return { $ref: name };
  }
  const converted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (annotations.has(key) || key.startsWith("x-")) continue;
    if (key === "properties" || key === "patternProperties")
      converted[key] = Object.fromEntries(
        Object.entries(Node.parse(value)).map(([name, property]) => [name, toJsonSchema(property, references)]),
      );
    else if (key === "items" || key === "not" || (key === "additionalProperties" && typeof value === "object"))
      converted[key] = toJsonSchema(value, references);
    else if (key === "oneOf" || key === "anyOf" || key === "allOf")
      converted[key === "oneOf" ? "anyOf" : key] = z
        .array(z.unknown())
        .parse(value)
        .map((one) => toJsonSchema(one, references));
    else converted[key] = value;
  }
  const alternatives = [
    ...(nullable === true ? [{ type: "null" }] : []),
    ...(typeof node["default"] === "string" && node["format"] !== undefined ? [{ const: node["default"] }] : []),
  ];
  return alternatives.length === 0 ? converted : { anyOf: [...alternatives, converted] };
}

/** Keywords that say nothing about what is valid. */
const annotations = new Set([
  "title",
  "description",
  "example",
  "examples",
  "default",
  "deprecated",
  "discriminator",
  "externalDocs",
  "readOnly",
  "writeOnly",
]);
