import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type * as z from "zod";

/**
 * Writes a document so that a reader, or a process that starts after this one was killed, finds the old or the new one whole.
 * Returns when it is written: who is told of a change can rely on it.
 */
export function writeDocument(file: string, document: unknown): void {
  const next = `${file}.next`;
  writeFileSync(next, JSON.stringify(document), { mode: 0o600 });
  renameSync(next, file);
}

/**
 * Reads a document.
 * @throws Error that names the file and every wrong key, never a value
 */
export function readDocument<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, "utf8")), { reportInput: false });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  throw new Error(
    `${file} is not a document of the GitHub stand-in: ${wrong}; remove the folder to start from nothing`,
  );
}
