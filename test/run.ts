/**
 * Runs the tests: types, lint and unit tests, then the whole in a sandbox of its own. `--check` leaves the latter out.
 * The last line is `N passed, N failed`; the exit code says the same.
 */
import { globSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";
import Mocha from "mocha";

import { checkout } from "../sandbox/world/layout.ts";

interface Count {
  passed: number;
  failed: number;
}

const count: Count = { passed: 0, failed: 0 };

/** Runs a checker of `node_modules/.bin`; it counts as one test. */
async function checker(name: string, ...args: string[]): Promise<void> {
  const { failed, all } = await execa(process.execPath, [path.join(checkout, "node_modules", name), ...args], {
    cwd: checkout,
    reject: false,
    all: true,
  });
  if (failed) console.log(all);
  console.log(`  ${failed ? "✗" : "✓"} ${path.basename(name)} ${args.join(" ")}`);
  count[failed ? "failed" : "passed"] += 1;
}

/** Runs mocha over test files. */
async function mocha(pattern: string, timeout: number, exclude: readonly string[] = []): Promise<void> {
  const files = globSync(pattern, { cwd: checkout, exclude }).sort();
  const runner = new Mocha({
    reporter: "spec",
    timeout,
    forbidOnly: true,
    forbidPending: pattern.includes("end-to-end") && process.env["DROVER_REAL_NODE"] === "required",
  });
  for (const file of files) runner.addFile(path.join(checkout, file));
  await runner.loadFilesAsync();
  const { passes, failures } = await new Promise<Mocha.Stats>((resolve, reject) => {
    const run = runner.run(() => {
      if (run.stats === undefined) reject(new Error("mocha has no statistics"));
      else resolve(run.stats);
    });
  });
  count.passed += passes;
  count.failed += failures;
}

const started = Date.now();
await Promise.all([
  checker("typescript/bin/tsc", "--noEmit", "-p", "."),
  checker("eslint/bin/eslint.js", "."),
  checker("prettier/bin/prettier.cjs", "--check", "--log-level=warn", "**/*.{ts,mjs}"),
]);
const quick = process.argv.includes("--check");
/** They start a server and real git for each test. */
const slow = ["test/sandbox/github/core/**"];
await mocha("test/{components,stacks,support,sandbox,workflows}/**/*.test.ts", 10_000, quick ? slow : []);
if (!quick) await mocha("test/end-to-end/**/*.test.ts", 300_000);
console.log(`Took ${String(Math.round((Date.now() - started) / 1000))} s.`);
console.log(`${String(count.passed)} passed, ${String(count.failed)} failed`);
process.exitCode = count.failed > 0 ? 1 : 0;
