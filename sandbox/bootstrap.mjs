// Plain JavaScript for any Node.js: installs the packages where they are missing or old, then runs a script with the Node.js they contain.
// Usage: node sandbox/bootstrap.mjs SCRIPT [ARGUMENT ...]
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...names) => path.join(checkout, ...names);

/** Whether node_modules has what the lock file says: npm keeps a copy of it there. */
function isInstalled() {
  const installed = at("node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const packages = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const there = packages(installed);
  return Object.entries(packages(at("package-lock.json"))).every(
    ([name, { version, optional }]) => name === "" || optional === true || there[name]?.version === version,
  );
}

if (!isInstalled()) {
  process.stderr.write("Installing the npm packages …\n");
  const { status } = spawnSync("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: checkout,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

const node = at("node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const [script, ...rest] = process.argv.slice(2);
if (script === undefined) throw new Error("which script?");
// Node.js then compiles each file, and strips its types, once.
const env = { NODE_COMPILE_CACHE: at("node_modules", ".cache", "node"), ...process.env };
const child = spawn(existsSync(node) ? node : process.execPath, [at(script), ...rest], { stdio: "inherit", env });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
