import type { GraphQLError, GraphQLFormattedError } from "graphql";

import type { GitHubError } from "../errors.ts";

/** The `type` of an error in an answer of GitHub's GraphQL API, as far as this stand-in gives them. */
export type ProblemType =
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "INSUFFICIENT_SCOPES"
  | "UNPROCESSABLE"
  | "STALE_DATA"
  | "MISSING_PAGINATION_BOUNDARIES"
  | "EXCESSIVE_PAGINATION"
  | "INVALID_CURSOR_ARGUMENTS"
  | "MAX_NODE_LIMIT_EXCEEDED"
  | "NOT_IN_STAND_IN";

/** An error that GitHub's GraphQL API would answer: a message, and the `type` that it puts beside it. */
export class Problem extends Error {
  readonly type: ProblemType;

  constructor(type: ProblemType, message: string) {
    super(message);
    this.type = type;
  }
}

/** What the REST API would refuse, in the form of the GraphQL API. */
export function problemOf({ status, message, errors = [] }: GitHubError): Problem {
  const details = errors.map((one) => (typeof one === "string" ? one : (one.message ?? fieldProblem(one.field))));
  const type = status === 403 ? "FORBIDDEN" : status === 404 ? "NOT_FOUND" : "UNPROCESSABLE";
  return new Problem(type, details.length > 0 ? details.join(", ") : message);
}

const fieldProblem = (field = "value") =>
  field === "head" || field === "base"
    ? `${field === "head" ? "Head" : "Base"} ref must be a branch`
    : `${field} is invalid`;

/** No object has this global id. The provider takes exactly this text for "it is gone". */
export const noNode = (id: string) =>
  new Problem("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);

/** No object of a type has this name, as `Could not resolve to a Repository with the name 'a/b'.` */
export const noSuch = (type: "Repository", name: string) =>
  new Problem("NOT_FOUND", `Could not resolve to a ${type} with the name '${name}'.`);

/** No account, team or the like has this login. */
export const noLogin = (type: "Organization" | "User", login: string) =>
  new Problem(
    "NOT_FOUND",
    `Could not resolve to ${type === "User" ? "a User" : "an Organization"} with the login of '${login}'.`,
  );

/** GitHub's schema has this field, and the stand-in does not: never answered with a null that could be taken for a fact. */
export const notInStandIn = (type: string, field: string) =>
  new Problem("NOT_IN_STAND_IN", `Drover's stand-in for GitHub does not have ${type}.${field}; GitHub itself does`);

/** An error as it stands in the answer: GitHub puts `type` beside the message. */
export type AnsweredError = GraphQLFormattedError & { readonly type?: string };

/**
 * Gives an error GitHub's form. An error that is neither the query's nor a `Problem` is a defect of the stand-in; its
 * text goes to the log, and the answer says what GitHub says in such a case.
 */
export function answeredError(error: GraphQLError, log: (line: string) => void): AnsweredError {
  const { originalError } = error;
  const formatted = error.toJSON();
  if (originalError instanceof Problem) return { type: originalError.type, ...formatted };
  if (originalError === undefined || originalError.name === "GraphQLError") return formatted;
  log(`GraphQL: ${error.path?.join(".") ?? ""}: ${originalError.stack ?? originalError.message}`);
  return {
    ...formatted,
    message: "Something went wrong while executing your query. This is the stand-in's fault; its log says more.",
  };
}

/** The commonest mistake in a query in GitHub's words, which name type and field; others stay in those of the library. */
export function validationError(error: GraphQLError): AnsweredError {
  const { message, ...rest } = error.toJSON();
  const found = /^Cannot query field "(?<field>\w+)" on type "(?<type>\w+)"/u.exec(message)?.groups;
  const { type, field } = found ?? {};
  if (type === undefined || field === undefined) return { message, ...rest };
  const extensions = { code: "undefinedField", typeName: type, fieldName: field };
  return { message: `Field '${field}' doesn't exist on type '${type}'`, ...rest, extensions };
}
