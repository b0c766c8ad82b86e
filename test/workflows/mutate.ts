/**
 * Changes one word at a time in the workflow files and runs the tests that read them, until one fails. Prints the changes that none notices,
 * and ends with 1 if there are any. Not part of `npm test`: half an hour for all files.
 *
 *     npm run mutate-workflows -- [NAME…] [--static]
 *
 * NAMEs are workflow files without `.yml`, by default all. `--static` leaves out the tests that run scripts, and mutants in scripts.
 */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { execa } from "execa";

import { checkout } from "../../sandbox/world/layout.ts";
import { mutantsOf } from "./mutants.ts";
import type { Mutant } from "./mutants.ts";

const folder = path.join(checkout, ".github/workflows");
const words = process.argv.slice(2);
const isStatic = words.includes("--static");
const names = words.filter((word) => !word.startsWith("--"));

const rules = ["test/workflows/events.test.ts", "test/workflows/rules.test.ts"];
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

/** Whether tests pass with the files of a folder. That shared scripts are the same is no proof of what they do, so it does not count. */
async function pass(workflows: string, files: readonly string[], title: string): Promise<boolean> {
  const mocha = path.join(checkout, "node_modules/mocha/bin/mocha.js");
  const { failed } = await execa(
    process.execPath,
    [mocha, "--exit", "--bail", "--timeout", "120000", "--grep", title, ...files],
    {
      cwd: checkout,
      reject: false,
      timeout: 300_000,
      env: { DROVER_WORKFLOWS: workflows },
    },
  );
  return !failed;
}

async function survives(mutant: Mutant): Promise<boolean> {
  const copy = mkdtempSync(path.join(tmpdir(), "drover-mutant-"));
  try {
    cpSync(folder, copy, { recursive: true });
    writeFileSync(path.join(copy, `${mutant.workflow}.yml`), mutant.text);
    const title = titles[mutant.step ?? ""];
    const tests: readonly (() => Promise<boolean>)[] = [
      () => pass(copy, rules, "^(?!.*are the same in all of them)"),
      () => pass(copy, lint, "have nothing that|pass to the called"),
      ...(isStatic || title === undefined ? [] : [() => pass(copy, scripts, title)]),
    ];
    // Those first that are the likeliest to fail.
    for (const test of mutant.step !== undefined ? tests.toReversed() : tests) if (!(await test())) return false;
    return true;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const mutants = readdirSync(folder)
  .map((file) => path.basename(file, ".yml"))
  .filter((name) => names.length === 0 || names.includes(name))
  .flatMap((name) => mutantsOf(name, readFileSync(path.join(folder, `${name}.yml`), "utf8")))
  .filter(({ step }) => step === undefined || !isStatic);
console.log(`${String(mutants.length)} changes`);
let survivors = 0;
const queue = mutants.entries();
const often = Math.ceil(mutants.length / 20);
async function work(): Promise<void> {
  for (const [index, mutant] of queue) {
    if (index % often === 0) console.error(`${String(index)} of ${String(mutants.length)}`);
    if (!(await survives(mutant))) continue;
    survivors += 1;
    const { workflow, line, before, after } = mutant;
    console.log(`NOT NOTICED ${workflow}.yml:${String(line)}\n  - ${before.trim()}\n  + ${after.trim()}`);
  }
}
await Promise.all([work(), work()]);
console.log(`${String(mutants.length - survivors)} noticed, ${String(survivors)} not`);
process.exitCode = survivors > 0 ? 1 : 0;
