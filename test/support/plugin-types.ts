import * as z from "zod";

import { asLines, asObject, fileName } from "./visible-types.ts";
import type { PackagePart, VisibleProperty, VisibleType } from "./visible-types.ts";

/** A type in a schema: a primitive, a list, a map, or the name of an object type. */
interface TypeSpec {
  readonly type?: string | undefined;
  readonly $ref?: string | undefined;
  readonly items?: TypeSpec | undefined;
  readonly additionalProperties?: TypeSpec | undefined;
  readonly secret?: boolean | undefined;
}

const TypeSpec: z.ZodType<TypeSpec> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    $ref: z.string().optional(),
    items: TypeSpec.optional(),
    additionalProperties: TypeSpec.optional(),
    secret: z.boolean().optional(),
  }),
);
const Properties = z.record(z.string(), TypeSpec).default({});
const Names = z.array(z.string()).default([]);

const ObjectSpec = z.looseObject({
  properties: Properties,
  required: Names,
  language: z
    .looseObject({ nodejs: z.looseObject({ requiredOutputs: z.array(z.string()).optional() }).optional() })
    .optional(),
});
type ObjectSpec = z.infer<typeof ObjectSpec>;

const ResourceSpec = z.looseObject({
  properties: Properties,
  required: Names,
  inputProperties: Properties,
  requiredInputs: Names,
  stateInputs: ObjectSpec.optional(),
});

/** What is compared of a plugin's answer to GetSchema (https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/). */
const Schema = z.looseObject({
  version: z.string(),
  types: z.record(z.string(), ObjectSpec).default({}),
  provider: ResourceSpec,
  resources: z.record(z.string(), ResourceSpec),
  functions: z.record(z.string(), z.looseObject({ inputs: ObjectSpec.optional(), outputs: ObjectSpec.optional() })),
});

type Direction = "in" | "out";

/** Reads the types of a resource plugin out of its schema. */
export class PluginTypes {
  readonly #name: string;
  readonly #schema: z.infer<typeof Schema>;

  /** @param schema the text that `pulumi package get-schema` prints */
  constructor(name: string, schema: string) {
    this.#name = name;
    this.#schema = Schema.parse(JSON.parse(schema));
  }

  /** The version that the plugin says it is. */
  get version(): string {
    return this.#schema.version;
  }

  /** The names of all resources and functions. */
  names(part: "resource" | "function"): string[] {
    const tokens = Object.keys(part === "resource" ? this.#schema.resources : this.#schema.functions);
    // Methods, whose tokens begin with pulumi:, belong to the provider.
    return tokens
      .filter((token) => token.startsWith(`${this.#name}:`))
      .map((token) => token.slice(token.lastIndexOf(":") + 1))
      .sort();
  }

  /** @throws Error for a type that the schema has not, or describes in a way that is not understood here */
  type(part: PackagePart, name: string): VisibleType {
    const token = `${this.#name}:index/${fileName(name)}:${name}`;
    const missing = () => new Error(`the plugin ${this.#name} has no ${part} ${token}`);
    if (part === "function") {
      const found = this.#schema.functions[token];
      if (found === undefined) throw missing();
      return {
        inputs: this.#lines(found.inputs, "in"),
        state: [],
        outputs: this.#lines(found.outputs, "out"),
        secrets: [],
      };
    }
    const found = part === "provider" ? this.#schema.provider : this.#schema.resources[token];
    if (found === undefined) throw missing();
    return {
      inputs: this.#lines({ properties: found.inputProperties, required: found.requiredInputs }, "in"),
      state: this.#lines(found.stateInputs, "in"),
      outputs: part === "provider" ? [] : this.#lines(found, "out"),
      secrets: Object.keys(found.properties)
        .filter((property) => found.properties[property]?.secret === true)
        .sort(),
    };
  }

  #lines(spec: ObjectSpec | undefined, direction: Direction): string[] {
    return spec === undefined ? [] : asLines(this.#properties(spec, direction));
  }

  #properties({ properties, required, language }: ObjectSpec, direction: Direction): VisibleProperty[] {
    const needed = direction === "out" ? (language?.nodejs?.requiredOutputs ?? required) : required;
    return Object.entries(properties).map(([name, spec]) => ({
      name,
      optional: !needed.includes(name),
      type: this.#describe(spec, direction),
    }));
  }

  #describe(spec: TypeSpec, direction: Direction): string {
    if (spec.$ref === "pulumi.json#/Any") return "any";
    if (spec.$ref !== undefined) {
      const type = this.#schema.types[decodeURIComponent(spec.$ref.replace("#/types/", ""))];
      if (type === undefined) throw new Error(`the plugin ${this.#name} has no type ${spec.$ref}`);
      return asObject(this.#properties(type, direction));
    }
    if (spec.items !== undefined) return `${this.#describe(spec.items, direction)}[]`;
    if (spec.additionalProperties !== undefined)
      return `{ [key]: ${this.#describe(spec.additionalProperties, direction)} }`;
    if (spec.type === "integer") return "number";
    if (spec.type === "string" || spec.type === "number" || spec.type === "boolean") return spec.type;
    throw new Error(`the plugin ${this.#name} has a type that is not understood: ${JSON.stringify(spec)}`);
  }
}
