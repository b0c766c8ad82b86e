import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";

/** What expressions see: `github`, `inputs`, `vars`, … */
export type Contexts = Readonly<Record<string, unknown>>;

/** Functions that ask how other jobs ended, and what they say before any has failed or was cancelled. */
const statusFunctions = new Map<string, FunctionDefinition>(
  Object.entries({ success: true, always: true, failure: false, cancelled: false }).map(([name, value]) => [
    name,
    { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) },
  ]),
);

/**
 * What an expression, without `${{ }}` around it, gives by GitHub's own evaluator.
 * @throws Error for one that is wrong
 */
function evaluated(expression: string, contexts: Contexts): data.ExpressionData {
  const json = JSON.stringify(contexts);
  const context: unknown = JSON.parse(json, data.reviver);
  if (!(context instanceof data.Dictionary)) throw new Error("contexts are an object");
  const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), [
    ...statusFunctions.values(),
  ]).parse();
  return new Evaluator(tree, context, statusFunctions).evaluate();
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
  const expression = String(text)
    .trim()
    .replace(/^\$\{\{(.*)\}\}$/su, "$1");
  if (/\bneeds\b/u.test(expression)) return undefined;
  return isTruthy(evaluated(expression, contexts));
}
