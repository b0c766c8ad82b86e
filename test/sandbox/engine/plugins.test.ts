import assert from "node:assert/strict";

import { newestFirst } from "../../../sandbox/engine/plugins.ts";

describe("installed plugins that will do", () => {
  const cases: readonly [string, readonly string[], readonly string[]][] = [
    ["are of the major version and new enough", ["p-v4.3.1", "p-v4.29.9", "p-v4.30.0", "p-v5.0.0"], ["p-v4.30.0"]],
    [
      "come newest first, by number",
      ["p-v4.34.2", "p-v4.100.0", "p-v4.35.0"],
      ["p-v4.100.0", "p-v4.35.0", "p-v4.34.2"],
    ],
    [
      "are no lock files, other plugins or unfinished versions",
      ["p-v4.34.2.lock", "q-v4.34.2", "p-v4.35.0-alpha.1"],
      [],
    ],
  ];
  for (const [what, folders, expected] of cases)
    it(what, () => {
      assert.deepEqual(newestFirst(folders, "p-v", "4.30.0"), expected);
    });
});
