/**
 * Changes one word at a time in the workflow files and runs the tests that read them, until one fails. Prints the changes that none notices,
 * and ends with 1 if there are any. Not part of `npm test`.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { Command } from "commander";
import { execa } from "execa";

import { fail } from "../../sandbox/terminal.ts";
import { checkout } from "../../sandbox/world/layout.ts";
import { mutantsOf } from "./mutants.ts";
import type { Mutant } from "./mutants.ts";

const folder = path.join(checkout, ".github/workflows");
const rules = ["events", "rules", "settings", "steps"].map((name) => `test/workflows/${name}.test.ts`);
const lint = ["test/workflows/lint.test.ts"];
const scripts = ["test/end-to-end/4-image-scripts.test.ts", "test/end-to-end/4-other-scripts.test.ts"];

/** Titles of the tests that run the script of a step; of all the others, none. */
const titles: Readonly<Record<string, string>> = {
  "Build and test": "the build",
  "Check the request": "a request to retag",
  Comment: "the project's own",
  "Compare with the release branch": "the comparison",
  Decide: "the gate",
  "Find and remove": "clean-up",
  "Find the release candidate": "a merge of the release",
  "Find what was tested": "a merge into develop",
  "Give the version": "a release",
  "Move latest": "a release",
  "Move the tag": "a merge",
  "Only the newest": "the project's own",
  "Open or update": "the next release",
  Push: "push of|a merge into develop",
  Report: "the project's own",
  Retag: "a retag",
  Stacks: "the project's own",
  "Start BuildKit": "the build",
};

/**
 * Whether tests pass with the files of a folder. That shared scripts are the same is no proof of what they do, so it does not count.
 *
 * @throws Error when they come to no end
 */
async function pass(workflows: string, files: readonly string[], title: string): Promise<boolean> {
  const mocha = path.join(checkout, "node_modules/mocha/bin/mocha.js");
  const { failed, timedOut } = await execa(
    process.execPath,
    [mocha, "--exit", "--bail", "--timeout", "120000", "--grep", title, ...files],
    {
      cwd: checkout,
      reject: false,
      timeout: 600_000,
      env: { DROVER_WORKFLOWS: workflows },
    },
  );
  if (timedOut) throw new Error(`${files.join(", ")} (${title}) did not end within ten minutes`);
  return !failed;
}

/** Whether all tests pass with a copy of the files, in a folder as it must be for them to be found, of which one may have another text. */
async function passAll(scriptTitle: string | undefined, mutant?: Mutant): Promise<boolean> {
  const copy = mkdtempSync(path.join(tmpdir(), "drover-mutant-"));
  try {
    const workflows = path.join(copy, ".github/workflows");
    mkdirSync(workflows, { recursive: true });
    cpSync(folder, workflows, { recursive: true });
    if (mutant !== undefined) writeFileSync(path.join(workflows, `${mutant.workflow}.yml`), mutant.text);
    const tests: readonly (() => Promise<boolean>)[] = [
      () => pass(workflows, rules, "^(?!.*are the same in all of them)"),
      () => pass(workflows, lint, "have nothing that|pass to the called"),
      ...(scriptTitle === undefined ? [] : [() => pass(workflows, scripts, scriptTitle)]),
    ];
    // Those first that are the likeliest to fail.
    for (const test of mutant?.step === undefined ? tests : tests.toReversed()) if (!(await test())) return false;
    return true;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The mutants of some files, by default of all; scripts are left out where no test runs them. */
function chosen(names: readonly string[], isStatic: boolean): Mutant[] {
  const all = readdirSync(folder).map((file) => path.basename(file, ".yml"));
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no workflow ${unknown.join(", ")}; there are ${all.sort().join(", ")}`);
  return all
    .filter((name) => names.length === 0 || names.includes(name))
    .flatMap((name) => mutantsOf(name, readFileSync(path.join(folder, `${name}.yml`), "utf8")))
    .filter(({ step }) => step === undefined || !isStatic);
}

async function main(names: readonly string[], isStatic: boolean): Promise<void> {
  const mutants = chosen(names, isStatic);
  console.log(`${String(mutants.length)} changes`);
  // Otherwise every change would count as noticed.
  if (!(await passAll(isStatic ? undefined : "")))
    throw new Error("the tests fail without any change: npm test says why");
  let survivors = 0;
  const queue = mutants.entries();
  const often = Math.ceil(mutants.length / 20);
  const work = async () => {
    for (const [index, mutant] of queue) {
      if (index % often === 0) console.error(`${String(index)} of ${String(mutants.length)}`);
      if (!(await passAll(isStatic ? undefined : titles[mutant.step ?? ""], mutant))) continue;
      survivors += 1;
      const { workflow, line, before, after } = mutant;
      console.log(`NOT NOTICED ${workflow}.yml:${String(line)}\n  - ${before.trim()}\n  + ${after.trim()}`);
    }
  };
  await Promise.all([work(), work()]);
  console.log(`${String(mutants.length - survivors)} noticed, ${String(survivors)} not`);
  process.exitCode = survivors > 0 ? 1 : 0;
}

await new Command("mutate-workflows")
  .description("Changes the workflows word by word, and says which changes no test notices. All of them take an hour.")
  .argument("[names...]", "workflow files without .yml; all where none is named")
  .option("--static", "without the tests that run scripts, and changes in scripts", false)
  .showHelpAfterError()
  .action((names: string[], options: { static: boolean }) => main(names, options.static))
  .parseAsync()
  .catch(fail);
