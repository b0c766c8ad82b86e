import assert from "node:assert/strict";

import fc from "fast-check";

import { momentOf, secretKey, triggerOf } from "../../components/secret-changes.ts";
import type { SecretMemory } from "../../components/secret-changes.ts";

describe("a moment", () => {
  const cases: readonly [string | undefined, string | undefined][] = [
    ["2026-11-25T07:00:00Z", "2026-11-25T07:00:00Z"],
    ["2026-11-25 07:00:00 +0000 UTC", "2026-11-25T07:00:00Z"],
    ["2026-11-25 09:30:00 +0230 CEST", "2026-11-25T07:00:00Z"],
    ["2026-11-25T07:00:00.123+00:00", "2026-11-25T07:00:00Z"],
    ["", undefined],
    [undefined, undefined],
    ["yesterday", undefined],
    ["2026-13-25T07:00:00Z", undefined],
  ];
  for (const [written, moment] of cases)
    it(`written ${JSON.stringify(written)} is ${String(moment)}`, () => {
      assert.equal(momentOf(written), moment);
    });
});

describe("a secret is written again", () => {
  const ours = "2026-11-25T07:00:00Z";
  const theirs = "2026-11-25T08:00:00Z";
  const cases: readonly [string, SecretMemory | undefined, string | undefined, string][] = [
    ["never where nothing is remembered", undefined, theirs, ""],
    ["never where nobody knows when it was written", { trigger: "" }, theirs, ""],
    ["never where GitHub was not asked, or has it no more", { written: ours, trigger: "" }, undefined, ""],
    ["never where nobody else wrote it", { written: ours, trigger: "" }, "2026-11-25 07:00:00 +0000 UTC", ""],
    ["for the reason it had, as long as nothing happens", { written: ours, trigger: "because" }, ours, "because"],
    ["when somebody else wrote it", { written: ours, trigger: "" }, theirs, `written by somebody else at ${theirs}`],
  ];
  for (const [when, memory, listed, trigger] of cases)
    it(when, () => {
      assert.equal(triggerOf(memory, listed), trigger);
    });

  it("exactly once for each time that somebody else writes it, whatever happens in between", () => {
    // A run of an update: some write by hand before it, or not; some updates are killed before they remember anything.
    const run = fc.record({ byHand: fc.boolean(), killed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
        let clock = 0;
        const tick = () => new Date(Date.UTC(2026, 0, 1, 0, 0, clock++)).toISOString();
        let remote = tick();
        let state = { trigger: "", value: "ours" };
        let memory: SecretMemory = { written: momentOf(remote), trigger: "" };
        let writes = 0;
        let causes = 0;
        for (const { byHand, killed } of runs) {
          if (byHand) {
            remote = tick();
            state = { ...state, value: "theirs" };
            causes += 1;
          }
          const trigger = triggerOf(memory, remote);
          if (trigger !== state.trigger) {
            remote = tick();
            state = { trigger, value: "ours" };
            writes += 1;
          }
          assert.equal(state.value, "ours");
          // What was killed before it remembered costs one more write at most.
          if (killed) causes += 1;
          else memory = { written: momentOf(remote), trigger };
        }
        assert.ok(writes <= causes, `${String(writes)} writes for ${String(causes)} reasons`);
        const settled = triggerOf(memory, remote);
        if (runs.at(-1)?.killed === false) assert.equal(settled, state.trigger);
      }),
    );
  });
});

it("a secret's key tells repository, store and name", () =>
  assert.equal(secretKey("narrative", "environments/prod", "TOKEN"), "narrative/environments/prod/TOKEN"));
