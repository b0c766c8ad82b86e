import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import type { GithubDescription } from "./description.ts";
import { toJsonSchema } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

/** A value that does not fit: where in it, as a JSON pointer, and what is wrong there. */
export interface Misfit {
  readonly pointer: string;
  readonly problem: string;
}

/** Validators of the schemas of GitHub's description, compiled when first needed. */
export class Validators {
  readonly #description: GithubDescription;
  readonly #bodies = ajv(false);
  /** Parameters are texts; a text that reads as the wanted type fits. */
  readonly #parameters = ajv(true);
  readonly #known = new Set<string>();
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(description: GithubDescription) {
    this.#description = description;
  }

  /**
   * Checks a body.
   * @param name what the schema is kept under: the same name always means the same schema
   * @param schema in OpenAPI's form
   */
  body(name: string, schema: unknown, value: unknown): Misfit | undefined {
    return misfit(
      this.#validator(this.#bodies, name, () => this.#convert(schema)),
      value,
    );
  }

  /** Checks parameters, all of one kind; every one that `schemas` does not have is a misfit. */
  parameters(
    name: string,
    schemas: readonly { readonly name: string; readonly required: boolean; readonly schema: unknown }[],
    values: Readonly<Record<string, unknown>>,
  ): Misfit | undefined {
    const schema = () => ({
      type: "object",
      additionalProperties: false,
      required: schemas.filter(({ required }) => required).map((one) => one.name),
      properties: Object.fromEntries(schemas.map((one) => [one.name, this.#convert(one.schema ?? {})])),
    });
    // Reading a text as a number changes the object.
    return misfit(this.#validator(this.#parameters, name, schema), { ...values });
  }

  #validator(compiler: Ajv2020, name: string, schema: () => JsonSchema): ValidateFunction {
    let validator = this.#compiled.get(name);
    if (validator === undefined) {
      validator = compiler.compile(schema());
      this.#compiled.set(name, validator);
    }
    return validator;
  }

  /** Converts a schema and adds all that it refers to, near and far, to both compilers. */
  #convert(schema: unknown): JsonSchema {
    const references = new Set<string>();
    const converted = toJsonSchema(schema, references);
    for (const name of references) {
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      const named = this.#convert(this.#description.schema(name));
      for (const compiler of [this.#bodies, this.#parameters]) compiler.addSchema(named, name);
    }
    return converted;
  }
}

function ajv(coerce: boolean): Ajv2020 {
  const compiler = new Ajv2020({
    strict: false,
    logger: false,
    validateSchema: false,
    coerceTypes: coerce ? "array" : false,
    verbose: true,
  });
  addFormats.default(compiler);
  return compiler;
}

function misfit(validate: ValidateFunction, value: unknown): Misfit | undefined {
  if (validate(value)) return undefined;
  const errors = validate.errors ?? [];
  // Of the alternatives that did not fit, the one that got furthest was most likely meant.
  const deepest = errors.reduce<ErrorObject | undefined>(
    (best, one) => (best === undefined || depth(one) > depth(best) ? one : best),
    undefined,
  );
  return { pointer: deepest?.instancePath ?? "", problem: describe(deepest) };
}

const depth = ({ instancePath }: ErrorObject) => instancePath.split("/").length;

function describe(error: ErrorObject | undefined): string {
  if (error === undefined) return "does not fit";
  const { keyword, message = "does not fit", params, data } = error as ErrorObject<string, Record<string, unknown>>;
  if (keyword === "additionalProperties")
    return `has ${String(params["additionalProperty"])}, which GitHub does not document`;
  if (keyword === "enum")
    return `is ${JSON.stringify(data)}: must be one of ${JSON.stringify(params["allowedValues"])}`;
  if (keyword === "required") return message;
  return `is ${shortened(data)}: ${message}`;
}

const shortened = (value: unknown) => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? "missing" : text.length > 80 ? `${text.slice(0, 77)}...` : text;
};
