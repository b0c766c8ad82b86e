import picocolors from "picocolors";

/** Says one line to the person who waits; on standard error, so that standard output stays for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Writes a heading. */
export const heading = (text: string): void => {
  say(`\n${picocolors.bold(text)}`);
};

/** Ends the process with what went wrong, without a stack trace. */
export function fail(error: unknown): void {
  say(`${picocolors.red("error:")} ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
