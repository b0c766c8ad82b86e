import * as z from "zod";

import { isRegistry } from "../components/image.ts";

/** What to say of a value that YAML may have read otherwise than it was meant. */
export const quoteHint = "; put it in quotes, as YAML reads an unquoted 1.10 as a number";

/** Text of a form; `rule` says which, and how to keep it. */
export const text = (rule: string, pattern: RegExp, maximum = 253) =>
  z
    .string({ error: `must be text${quoteHint}` })
    .max(maximum, `may have at most ${String(maximum)} characters`)
    .regex(pattern, rule);

/** A whole number between two others, both included. */
export const count = (minimum: number, maximum: number, what: string) => {
  const rule = `must be ${what}, a whole number from ${String(minimum)} to ${String(maximum)}`;
  return z.int({ error: rule }).min(minimum, rule).max(maximum, rule);
};

export const flag = z.boolean({ error: "must be true or false" });

/** A value that is secret and not empty. */
export const secret = z.string({ error: "must be text" }).min(1, "must not be empty");

/** A GitHub organization's name, in lower case as images have it. */
export const organization = text(
  "must be the GitHub organization's name: letters, digits and single dashes, as in kbase",
  /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/,
  39,
).transform((name) => name.toLowerCase());

export const registryHost = z.string().refine(isRegistry, "must be a registry's host, as in ghcr.io or 127.0.0.1:5000");
