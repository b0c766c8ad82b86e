/** A workflow file with one word changed. */
export interface Mutant {
  /** Of the file, without `.yml`. */
  readonly workflow: string;
  /** From 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
  /** The step whose script it is in. */
  readonly step: string | undefined;
  /** Of the whole file. */
  readonly text: string;
}

/** Words and what they become; each place of each is a mutant. */
type Change = readonly [pattern: RegExp, replacement: string];

/** In expressions: conditions, tags, groups, outputs. */
const ofExpressions: readonly Change[] = [
  [/ == /gu, " != "],
  [/ != /gu, " == "],
  [/ && /gu, " || "],
  [/ \|\| /gu, " && "],
  [/(?<=[ (]|^)!(?=github|cancelled)/gu, ""],
  [/'[^']+'/gu, "'mutated'"],
  [/''/gu, "'mutated'"],
  [/\balways\(\)/gu, "success()"],
  [/\bpr-(?=\$)/gu, "mutated-"],
];

/** In lines of YAML that have no expression. */
const ofSettings: readonly Change[] = [
  [/(?<=: )(?:write|read)(?= #|$)/gu, "none"],
  [/(?<=: )write(?= #|$)/gu, "read"],
  [/(?<=: )read(?= #|$)/gu, "write"],
  [/^permissions: \{\}$/gu, "permissions: write-all"],
  [/(?<=^ +)permissions: \{\}$/gu, "permissions: write-all"],
  [/\bfalse\b/gu, "true"],
  [/\btrue\b/gu, "false"],
  [/(?<=^ *(?:timeout-minutes|default): )\d+/gu, "999"],
  [/(?<=^ *(?:default|group|environment|needs|type|runs-on|cron|shell): )[\w'][^#]*$/gu, "mutated"],
  // A job's; those of workflows and steps are for people to read.
  [/(?<=^ {4}name: )\w.*$/gu, "mutated"],
  [/(?<=@)[0-9a-f]{40}/gu, "f".repeat(40)],
  [/(?<=^ *- cron: ).*$/gu, "0 0 1 1 *"],
  [/(?<=branches: \[)main/gu, "mutated"],
];

/** In scripts. */
const ofScripts: readonly Change[] = [
  [/(?<=\]\] \| |\] )\|\|/gu, "&&"],
  [/(?<=\] )&&/gu, "||"],
  [/(?<=\[ .*) = (?=.*\])/gu, " != "],
  [/(?<=\[ .*) != (?=.*\])/gu, " = "],
  [/(?<=\[ )-n(?= )/gu, "-z"],
  [/(?<=\[ )-z(?= )/gu, "-n"],
  [/ == /gu, " != "],
  [/(?<!\[.*) != (?!.*\])/gu, " == "],
  [/ and /gu, " or "],
  [/ \| not\b/gu, ""],
  [/\ball\(/gu, "any("],
  [/\bany\(/gu, "all("],
  [/ <= /gu, " > "],
  [/ >= /gu, " < "],
  [/\bexit 1\b/gu, "exit 0"],
  [/\breturn 1\b/gu, "return 0"],
  [/\bsha-(?=[$"])/gu, "mutated-"],
  [/\bpr-(?=[$\\])/gu, "mutated-"],
  [/:0:12/gu, ":0:11"],
  [/ latest$/gu, " mutated"],
  [/#v\}/gu, "}"],
  [/-develop"/gu, '-mutated"'],
  [/--prefer-index=false /gu, ""],
  [/--network none /gu, ""],
  [/--provenance=false /gu, ""],
  [/,rewrite-timestamp=true/gu, ""],
  [/(?<=org\.opencontainers\.image\.|drover\.)\w+/gu, "mutated"],
  [/draft: true/gu, "draft: false"],
  [/--request \w+/gu, "--request PUT"],
];

/** What only people read: its words may change without anything being wrong. */
const isProse = (line: string) =>
  /^\s*(?:#|echo |printf |row |description:|\*\)|true\*\))|refuse "|::(?:error|notice|warning)/u.test(line);

/** All mutants of a workflow file. Comments and words for people stay as they are. */
export function mutantsOf(workflow: string, text: string): Mutant[] {
  const lines = text.split("\n");
  let script: number | undefined;
  let condition: number | undefined;
  let step = "";
  return lines.flatMap((before, index) => {
    const indent = /^ */u.exec(before)?.[0].length ?? 0;
    const isBlank = before.trim() === "";
    if (script !== undefined && !isBlank && indent <= script) script = undefined;
    if (condition !== undefined && !isBlank && indent <= condition) condition = undefined;
    if (script === undefined) step = /^ {6,}(?:- )?name: (.+)$/u.exec(before)?.[1] ?? step;
    if (isBlank || isProse(before)) return [];
    const of = script === undefined ? undefined : step;
    const changes =
      of !== undefined
        ? ofScripts
        : condition !== undefined || before.includes("${{") || /^ *if: /u.test(before)
          ? ofExpressions
          : ofSettings;
    if (/^ *run: .*\|$/u.test(before)) script = indent;
    if (/^ *if: >-$/u.test(before)) condition = indent;
    const changed = changes.flatMap(([pattern, replacement]) =>
      [...before.matchAll(pattern)].map(
        ({ index: at, 0: word }) => before.slice(0, at) + replacement + before.slice(at + word.length),
      ),
    );
    return [...new Set(changed)]
      .filter((after) => after !== before)
      .map((after) => ({
        workflow,
        line: index + 1,
        before,
        after,
        step: of,
        text: lines.with(index, after).join("\n"),
      }));
  });
}
