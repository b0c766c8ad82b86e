import { readFileSync } from "node:fs";

import * as z from "zod";

const Reference = z.object({ $ref: z.string() });
const Content = z.record(z.string(), z.object({ schema: z.unknown().optional() }));
const Parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean().optional(),
  schema: z.unknown().optional(),
  "x-multi-segment": z.boolean().optional(),
});
const Response = z.object({ content: Content.optional() });
const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(z.union([Reference, Parameter])).optional(),
  requestBody: z.object({ required: z.boolean().optional(), content: Content }).optional(),
  responses: z.record(z.string(), z.union([Reference, Response])),
});
const Named = z.record(z.string(), z.unknown());
const Description = z.object({
  paths: z.record(z.string(), Named),
  "x-webhooks": Named,
  components: z.object({ schemas: Named, parameters: Named, responses: Named }),
});

/** A body's schema by media type. */
export type Bodies = z.infer<typeof Content>;

/** One operation of GitHub's description, its references to parameters and responses resolved. */
export interface Operation {
  /** GitHub's name of it, as `repos/create-repo-ruleset`. */
  readonly id: string;
  readonly parameters: readonly z.infer<typeof Parameter>[];
  readonly requestBody: { readonly required?: boolean | undefined; readonly content: Bodies } | undefined;
  /** By status. */
  readonly responses: ReadonlyMap<number, z.infer<typeof Response>>;
}

/** GitHub's published description of its REST API, out of `@octokit/openapi`. */
export class GithubDescription {
  readonly #document: z.infer<typeof Description>;

  /** Reads the description: 13 megabytes, about 0.2 s. */
  constructor() {
    const file = new URL("generated/api.github.com.json", import.meta.resolve("@octokit/openapi"));
    this.#document = Description.parse(JSON.parse(readFileSync(file, "utf8")));
  }

  /** All paths, as `/repos/{owner}/{repo}`, each with its methods in lower case. */
  get paths(): readonly (readonly [path: string, methods: readonly string[]])[] {
    return Object.entries(this.#document.paths).map(([path, operations]) => [path, Object.keys(operations)] as const);
  }

  /** A named schema, unconverted. */
  schema(name: string): unknown {
    return this.#document.components.schemas[name];
  }

  /** An operation of a path that the description has. */
  operation(path: string, method: string): Operation {
    const {
      operationId,
      parameters = [],
      requestBody,
      responses,
    } = Operation.parse(this.#document.paths[path]?.[method]);
    return {
      id: operationId,
      parameters: parameters.map((one) => Parameter.parse("$ref" in one ? this.#resolve(one.$ref) : one)),
      requestBody,
      responses: new Map(
        Object.entries(responses).map(([status, one]) => [
          Number(status),
          Response.parse("$ref" in one ? this.#resolve(one.$ref) : one),
        ]),
      ),
    };
  }

  /** The names of a path's parameters that may hold slashes, as `path` in `/repos/{owner}/{repo}/contents/{path}`. */
  multiSegment(path: string): ReadonlySet<string> {
    const names = new Set<string>();
    for (const method of Object.keys(this.#document.paths[path] ?? {}))
      for (const parameter of this.operation(path, method).parameters)
        if (parameter.in === "path" && parameter["x-multi-segment"] === true) names.add(parameter.name);
    return names;
  }

  /** The schema of a webhook's payload, as `pull-request-opened`; undefined where GitHub has no such webhook. */
  webhook(name: string): unknown {
    const hook = z
      .object({ post: z.object({ requestBody: z.object({ content: Content }) }) })
      .safeParse(this.#document["x-webhooks"][name]);
    return hook.data?.post.requestBody.content["application/json"]?.schema;
  }

  #resolve(reference: string): unknown {
    const [kind, name] = reference.replace("#/components/", "").split("/");
    if (name !== undefined && (kind === "parameters" || kind === "responses"))
      return this.#document.components[kind][name];
    throw new Error(`GitHub's description refers to ${reference}: only parameters and responses are expected here`);
  }
}
