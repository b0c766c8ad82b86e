import { invalidForms, isKnownStatus } from "./deviations.ts";
import { GithubDescription } from "./description.ts";
import type { Bodies, Operation } from "./description.ts";
import { bySpecificity, describedPath, findPath, pathTemplate } from "./paths.ts";
import { Validators } from "./validators.ts";
import type { Misfit } from "./validators.ts";

/** A request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Parsed; undefined where there was none. */
  readonly requestBody: unknown;
  readonly status: number;
  /** The answer's media type, in full. */
  readonly contentType: string | undefined;
  /** Undefined where the body can't be seen, as that of a stream. */
  readonly responseBody: string | undefined;
}

/** A request or answer that is not as GitHub describes it. */
export interface Mismatch {
  /** Method, and path with query. */
  readonly request: string;
  readonly status: number;
  /** The operation's id; undefined where GitHub describes none. */
  readonly operation?: string;
  /** As `response 200 /rules/0/type`. */
  readonly where: string;
  readonly problem: string;
}

/** A mismatch in one line. */
export const mismatchText = ({ request, status, operation, where, problem }: Mismatch) =>
  `${request} (${status}${operation === undefined ? "" : `, ${operation}`}): ${where} ${problem}`;

/** Compares requests and answers with GitHub's published description of its REST API. */
export class DescriptionCheck {
  readonly #description = new GithubDescription();
  readonly #validators = new Validators(this.#description);
  readonly #templates = this.#description.paths
    .map(([path, methods]) => pathTemplate(path, methods, this.#description.multiSegment(path)))
    .sort(bySpecificity);
  readonly #operations = new Map<string, Operation>();

  /**
   * All that is wrong with a request and its answer. A request that is not as described counts only where it was
   * accepted: refusing it is right.
   */
  check(exchange: Exchange): Mismatch[] {
    const { method, url, status } = exchange;
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const verb = method === "HEAD" ? "get" : method.toLowerCase();
    const path = describedPath(pathname);
    const found = findPath(this.#templates, verb, path.length > 1 ? path.replace(/\/$/u, "") : path);
    const request = `${method} ${url}`;
    if (found === undefined)
      return status < 400 ? [{ request, status, where: "path", problem: "GitHub describes no such operation" }] : [];
    const operation = this.#operation(found.path, verb);
    const mismatches: Mismatch[] = [];
    const report = (where: string, { pointer, problem }: Misfit) => {
      const place = pointer === "" ? where : `${where} ${pointer}`;
      mismatches.push({ request, status, operation: operation.id, where: place, problem });
    };
    if (status < 400) this.#request(operation, found.parameters, searchParams, exchange.requestBody, report);
    this.#response(operation, exchange, report);
    return mismatches;
  }

  /** What is wrong with a webhook's payload; undefined is nothing. `name` is as in `pull-request-opened`. */
  webhook(name: string, payload: unknown): Misfit | undefined {
    const schema = this.#description.webhook(name);
    if (schema === undefined) return { pointer: "", problem: `is of ${name}, which GitHub does not describe` };
    return this.#validators.body(`webhook ${name}`, schema, payload);
  }

  #operation(path: string, method: string): Operation {
    const key = `${method} ${path}`;
    let operation = this.#operations.get(key);
    if (operation === undefined) {
      operation = this.#description.operation(path, method);
      this.#operations.set(key, operation);
    }
    return operation;
  }

  #request(
    { id, parameters, requestBody }: Operation,
    inPath: Readonly<Record<string, string>>,
    query: URLSearchParams,
    body: unknown,
    report: (where: string, misfit: Misfit) => void,
  ): void {
    const values = { path: inPath, query: queryValues(query) };
    for (const kind of ["path", "query"] as const) {
      const schemas = parameters
        .filter((one) => one.in === kind)
        .map(({ name, required = false, schema }) => ({ name, required, schema }));
      const misfit = this.#validators.parameters(`${id} ${kind}`, schemas, values[kind]);
      if (misfit !== undefined) report(kind, misfit);
    }
    if (body === undefined) {
      if (requestBody?.required === true) report("request body", { pointer: "", problem: "is missing" });
      return;
    }
    const schema = requestBody?.content["application/json"]?.schema;
    const misfit = schema === undefined ? undefined : this.#validators.body(`${id} request`, schema, body);
    if (misfit !== undefined) report("request body", misfit);
  }

  #response(operation: Operation, exchange: Exchange, report: (where: string, misfit: Misfit) => void): void {
    const { method, status, contentType = "", responseBody: text } = exchange;
    const where = `response ${status}`;
    const response = operation.responses.get(status);
    if (response === undefined && !isKnownStatus(operation.id, status)) {
      const known = [...operation.responses.keys()].join(", ");
      report(where, {
        pointer: "",
        problem: `is a status that GitHub does not document here: documented are ${known}`,
      });
      return;
    }
    if (method === "HEAD" || status === 304 || text === undefined) return;
    const schema =
      response === undefined ? { $ref: "#/components/schemas/basic-error" } : schemaFor(response.content, contentType);
    if (text === "") {
      if (schema !== undefined && status < 300) report(where, { pointer: "", problem: "has no body" });
      return;
    }
    if (response !== undefined && response.content === undefined) {
      if (status < 300) report(where, { pointer: "", problem: "has a body, and GitHub sends none" });
      return;
    }
    if (schema === undefined || !isJson(contentType)) return;
    const body: unknown = JSON.parse(text);
    const misfit = this.#validators.body(
      response === undefined ? "basic-error" : `${operation.id} ${status} ${mediaType(contentType)}`,
      schema,
      body,
    );
    if (misfit === undefined || (status === 422 && this.#isInvalidForm(body))) return;
    report(where, misfit);
  }

  #isInvalidForm(body: unknown): boolean {
    return invalidForms.some((name) => {
      const schema = { $ref: `#/components/schemas/${name}` };
      return this.#validators.body(name, schema, body) === undefined;
    });
  }
}

/** Values by name; one that is repeated, or named with `[]`, is a list. */
function queryValues(query: URLSearchParams): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    const all = query.getAll(name);
    values[name.replace(/\[\]$/u, "")] = all.length > 1 || name.endsWith("[]") ? all : (all[0] ?? "");
  }
  return values;
}

const mediaType = (contentType: string) => contentType.replace(/;.*$/su, "").trim();

/** The raw form of a file or diff bears the name of JSON and is not. */
const isJson = (contentType: string) => /[/+]json$/u.test(mediaType(contentType)) && !contentType.includes(".raw");

/** The schema of a body; GitHub's own media types are described without their suffix `+json`. */
function schemaFor(content: Bodies | undefined, contentType: string): unknown {
  const type = mediaType(contentType);
  return (content?.[type] ?? content?.[type.replace(/\+json$/u, "")] ?? content?.["application/json"])?.schema;
}
