import assert from "node:assert/strict";

import { parseWaitFor } from "../../../sandbox/plugins/kubernetes/await/wait-for.ts";
import { contextFor, named } from "./support.ts";

describe("the annotation waitFor", () => {
  const object = named({
    status: {
      observedGeneration: 1,
      phase: "Ready",
      conditions: [{ type: "Synced", status: "False" }],
      list: [{ n: 1 }],
    },
  });
  const cases: readonly [string, boolean][] = [
    ["jsonpath={.status.phase}=Ready", true],
    ["jsonpath={.status.phase}=Lost", false],
    ["jsonpath={.status.list[0].n}=1", true],
    ["jsonpath={.status.none}", false],
    ["condition=Synced", false],
    ["condition=synced=false", true],
    ['["jsonpath={.status.phase}", "condition=Synced=False"]', true],
    ['["jsonpath={.status.phase}", "condition=Synced"]', false],
  ];
  for (const [annotation, expected] of cases)
    it(`${annotation} is ${expected ? "" : "not "}met`, async () => {
      const condition = await parseWaitFor(annotation);
      assert.equal(condition(object, contextFor(object).context), expected);
    });

  it("does not trust the status of an older generation", async () => {
    const condition = await parseWaitFor("jsonpath={.status.phase}=Ready");
    assert.equal(condition({ ...object, metadata: { name: "app", generation: 2 } }, contextFor(object).context), false);
  });

  for (const [annotation, message] of [
    ["phase=Ready", /expected a "jsonpath=" or "condition=" prefix, got "phase=Ready"/],
    ["jsonpath=.status", /should be wrapped in brackets/],
    ["jsonpath={.a}=b=c", /format should be/],
    ["[]", /at least one condition/],
  ] as const)
    it(`${annotation} can't be read`, async () => {
      await assert.rejects(parseWaitFor(annotation), { message });
    });
});
