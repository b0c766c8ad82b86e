import { chmodSync, renameSync, writeFileSync } from "node:fs";

/** Writes an executable that runs a script of ours with the Node.js that runs now. */
export function writeLauncher(executable: string, script: string): void {
  const temporary = `${executable}.${String(process.pid)}`;
  writeFileSync(temporary, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`);
  chmodSync(temporary, 0o755);
  renameSync(temporary, executable);
}

/** A text as one word of a POSIX shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
