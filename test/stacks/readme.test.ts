import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { organizationSchema, entrySchema } from "../../stacks/organization-schema.ts";

const readme = readFileSync(path.resolve(import.meta.dirname, "../../README.md"), "utf8");
const section = readme.slice(readme.indexOf("### The stack `github`"), readme.indexOf("## On a real Rancher"));
/** Names in backticks in the first column of the section's tables, and the words in the others. */
const rows = section.split("\n").filter((line) => line.startsWith("| `"));

describe("the README", () => {
  for (const key of Object.keys(organizationSchema.shape))
    it(`has the key ${key} of the stack github`, () =>
      assert.ok(rows.some((row) => new RegExp(`^\\| \`${key}[\`.]`).test(row))));
  for (const [key, schema] of Object.entries(entrySchema.shape))
    it(`has the key ${key} of an entry, with everything below it`, () => {
      const own = rows.filter((row) => new RegExp(`\`${key}[\`.]`).test(row.split(" | ")[0] ?? ""));
      assert.ok(own.length > 0);
      const inner: unknown = "unwrap" in schema ? schema.unwrap() : schema;
      const shape: unknown = typeof inner === "object" && inner !== null ? Reflect.get(inner, "shape") : undefined;
      for (const below of Object.keys(Object(shape) as object))
        assert.ok(
          own.some((row) => new RegExp(`\\b${below}\\b`).test(row)),
          below,
        );
    });
});
