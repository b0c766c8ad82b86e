import { execute, getOperationAST, GraphQLError, parse, validate } from "graphql";
import type { DocumentNode, GraphQLFieldResolver, GraphQLTypeResolver, OperationDefinitionNode } from "graphql";

import { nodeLimit, queryCost } from "./cost.ts";
import type { Cost } from "./cost.ts";
import { answeredError, notInStandIn, validationError } from "./problem.ts";
import type { AnsweredError } from "./problem.ts";
import { githubSchema } from "./schema.ts";

/** A request to the GraphQL API. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string | undefined;
}

/** The body of the answer; the status is 200 even where it holds errors. */
export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly AnsweredError[];
}

/** A request that is well-formed by GitHub's schema, and the operation in it that is to run. */
export interface Prepared {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cost: Cost;
}

/**
 * An object of a GraphQL type: its members are the type's fields, as values or as functions of the field's arguments.
 * What the schema has and the object has not is answered with an error that says so. `__typename` names the object's type
 * where a field can hold objects of several.
 */
export type View = object;

/** Parses and validates a request against GitHub's schema. */
export function prepare({ query, variables, operationName }: GraphqlRequest): Prepared | GraphqlAnswer {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error.toJSON()] };
    throw error;
  }
  const problems = validate(githubSchema(), document).filter((problem) => !differsInNullability(problem));
  if (problems.length > 0) return { errors: problems.map(validationError) };
  const operation = getOperationAST(document, operationName);
  if (operation == null) return { errors: [{ message: "An operation name is required" }] };
  const cost = queryCost(document, operation, variables);
  if (cost.nodes > nodeLimit) {
    const message = `This query requests up to ${cost.nodes} possible nodes which exceeds the maximum limit of ${nodeLimit}.`;
    return { errors: [{ type: "MAX_NODE_LIMIT_EXCEEDED", message }] };
  }
  return { document, operation, variables, cost };
}

/**
 * Whether fields of the same name can't be merged only because one may be null: GitHub's server lets that pass, and its
 * Terraform provider asks for the `name` of an App, a Team or a User.
 */
function differsInNullability({ message }: GraphQLError): boolean {
  const [, one, other] = / return conflicting types "([^"]+)" and "([^"]+)"/u.exec(message) ?? [];
  return one !== undefined && one.replaceAll("!", "") === other?.replaceAll("!", "");
}

/** Runs a request on the objects that hang on `root`. Fields of a mutation run one after the other, as GraphQL says. */
export async function run(prepared: Prepared, root: View, log: (line: string) => void): Promise<GraphqlAnswer> {
  const { document, operation, variables } = prepared;
  const { data, errors } = await execute({
    schema: githubSchema(),
    document,
    operationName: operation.name?.value,
    rootValue: root,
    variableValues: variables,
    fieldResolver,
    typeResolver,
  });
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map((error) => answeredError(error, log)) }),
  };
}

const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, _context, info) => {
  const member: unknown = isObject(source) ? Reflect.get(source, info.fieldName) : undefined;
  if (member === undefined) throw notInStandIn(info.parentType.name, info.fieldName);
  if (typeof member !== "function") return member;
  return Reflect.apply(member, source, [args]) as unknown;
};

const typeResolver: GraphQLTypeResolver<unknown, unknown> = (value) => {
  const name: unknown = isObject(value) ? Reflect.get(value, "__typename") : undefined;
  return typeof name === "string" ? name : undefined;
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
