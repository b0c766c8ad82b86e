import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";

/** What expressions see: `github`, `inputs`, `vars`, … */
export type Contexts = Readonly<Record<string, unknown>>;

/** How a job ended, in GitHub's words. */
export type Result = "success" | "failure" | "cancelled" | "skipped";

const statuses = ["success", "always", "failure", "cancelled"] as const;

/** Functions that ask how the jobs that this one needs ended, and those that they needed; of a run that nobody cancelled. */
const statusFunctions = (ended: readonly Result[]): ReadonlyMap<string, FunctionDefinition> => {
  const values = {
    success: ended.every((one) => one === "success"),
    always: true,
    failure: ended.includes("failure"),
    cancelled: false,
  };
  return new Map(
    statuses.map((name) => [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(values[name]) }]),
  );
};

/**
 * What an expression, without `${{ }}` around it, gives by GitHub's own evaluator.
 * @throws Error for one that is wrong
 */
function evaluated(expression: string, contexts: Contexts, ended: readonly Result[] = []): data.ExpressionData {
  const functions = statusFunctions(ended);
  const json = JSON.stringify(contexts);
  const context: unknown = JSON.parse(json, data.reviver);
  if (!(context instanceof data.Dictionary)) throw new Error("contexts are an object");
  const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), [...functions.values()]).parse();
  return new Evaluator(tree, context, new Map(functions)).evaluate();
}

/** Text with its `${{ }}` replaced. */
export const interpolate = (text: string, contexts: Contexts): string =>
  text.replaceAll(/\$\{\{(.*?)\}\}/gsu, (_, expression: string) => evaluated(expression, contexts).coerceString());

/** Whether a value counts as true: all but false, 0, NaN, the empty text and null. */
function isTruthy(value: data.ExpressionData): boolean {
  if (!value.primitive) return true;
  const number = value.kind === data.Kind.Number || value.kind === data.Kind.Boolean;
  return number ? value.number() !== 0 && !Number.isNaN(value.number()) : value.coerceString() !== "";
}

/** What a job's `if:` says before any job has run; undefined where that depends on other jobs. Without a condition it is true. */
export function condition(text: string | number | boolean | undefined, contexts: Contexts): boolean | undefined {
  if (text === undefined) return true;
  const expression = bare(text);
  if (/\bneeds\b/u.test(expression)) return undefined;
  return isTruthy(evaluated(expression, contexts));
}

/**
 * Whether a job runs once all that it needs has ended. Without a word about how they ended, all must have succeeded.
 *
 * @param contexts with `needs`
 * @param ended results of the jobs that it needs, and of those that they needed
 */
export function runsAfter(
  text: string | number | boolean | undefined,
  contexts: Contexts,
  ended: readonly Result[],
): boolean {
  const expression = text === undefined ? "success()" : bare(text);
  const says = new RegExp(`\\b(?:${statuses.join("|")})\\s*\\(`, "u").test(expression);
  return (says || ended.every((one) => one === "success")) && isTruthy(evaluated(expression, contexts, ended));
}

/** An expression without `${{ }}` around it. */
const bare = (text: string | number | boolean): string =>
  String(text)
    .trim()
    .replace(/^\$\{\{(.*)\}\}$/su, "$1");
