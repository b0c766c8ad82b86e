import assert from "node:assert/strict";

import fc from "fast-check";

import { FixedWindow, SlidingWindow } from "../../../../sandbox/github/limits/window.ts";

const steps = fc.array(fc.record({ pause: fc.integer({ min: 0, max: 40 }), amount: fc.integer({ min: 1, max: 5 }) }), {
  maxLength: 60,
});

describe("windows of limits", () => {
  it("sliding: whoever waits as told never uses more than the limit within any span", () =>
    fc.assert(
      fc.property(steps, fc.integer({ min: 5, max: 20 }), (wanted, limit) => {
        const window = new SlidingWindow(100);
        const uses: { at: number; amount: number }[] = [];
        let now = 0;
        for (const { pause, amount } of wanted) {
          now = window.fitsAt(now + pause, amount, limit);
          window.use(now, amount);
          uses.push({ at: now, amount });
        }
        for (const { at } of uses) {
          const within = uses.filter((use) => use.at > at - 100 && use.at <= at);
          assert.ok(within.reduce((sum, { amount }) => sum + amount, 0) <= limit);
        }
      }),
    ));

  it("sliding: nobody is told to wait longer than needed", () =>
    fc.assert(
      fc.property(steps, fc.integer({ min: 5, max: 20 }), (wanted, limit) => {
        const window = new SlidingWindow(100);
        let now = 0;
        for (const { pause, amount } of wanted) {
          now += pause;
          const at = window.fitsAt(now, amount, limit);
          if (at > now) {
            const earlier = new SlidingWindow(100);
            for (const use of used) earlier.use(use.at, use.amount);
            assert.ok(earlier.used(at - 1) + amount > limit);
          }
          now = at;
          window.use(now, amount);
          used.push({ at: now, amount });
        }
        used = [];
      }),
    ));
  let used: { at: number; amount: number }[] = [];
  beforeEach(() => (used = []));

  it("fixed: begins with the first use, and frees everything at its end", () => {
    const window = new FixedWindow(3600);
    assert.equal(window.resetAt(50), 3650);
    window.use(100, 3);
    assert.deepEqual([window.used(200), window.resetAt(200)], [3, 3700]);
    assert.equal(window.fitsAt(200, 2, 5), 200);
    assert.equal(window.fitsAt(200, 3, 5), 3700);
    assert.deepEqual([window.used(3699), window.used(3700)], [3, 0]);
    assert.equal(window.resetAt(5000), 8600);
  });

  it("fixed: what is given back can be used again", () => {
    const window = new FixedWindow(3600);
    window.use(0, 2);
    window.giveBack(1, 1);
    assert.equal(window.used(2), 1);
  });

  it("what is more than a limit never fits", () => {
    assert.equal(new SlidingWindow(1).fitsAt(0, 6, 5), Number.POSITIVE_INFINITY);
    assert.equal(new FixedWindow(1).fitsAt(0, 6, 5), Number.POSITIVE_INFINITY);
  });
});
