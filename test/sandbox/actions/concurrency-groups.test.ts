import assert from "node:assert/strict";

import { ConcurrencyGroups } from "../../../sandbox/actions/concurrency-groups.ts";
import type { Member } from "../../../sandbox/actions/concurrency-groups.ts";

/** A member that keeps why it was cancelled, and a promise of whether it entered. */
function join(groups: ConcurrencyGroups, name: string, cancelInProgress = false) {
  const cancelled: string[] = [];
  const member: Member = { cancelInProgress, cancel: (reason) => cancelled.push(reason) };
  return { member, cancelled, entered: groups.enter(name, member), leave: () => groups.leave(name, member) };
}

/** Whether a promise is decided by now. */
const isDecided = async (promise: Promise<unknown>) => {
  const undecided = Symbol("undecided");
  return (await Promise.race([promise, Promise.resolve(undecided)])) !== undecided;
};

describe("a concurrency group", () => {
  let groups = new ConcurrencyGroups();
  beforeEach(() => (groups = new ConcurrencyGroups()));

  it("lets one in and the next one when it leaves", async () => {
    const [one, two] = [join(groups, "a"), join(groups, "a")];
    assert.equal(await one.entered, true);
    assert.equal(await isDecided(two.entered), false);
    one.leave();
    assert.equal(await two.entered, true);
    assert.deepEqual(one.cancelled, []);
  });

  it("has one place to wait: who comes later takes it, and the first one goes on", async () => {
    const [one, two, three] = [join(groups, "a"), join(groups, "a"), join(groups, "a")];
    assert.equal(await two.entered, false);
    assert.equal(await isDecided(three.entered), false);
    assert.deepEqual(one.cancelled, []);
    one.leave();
    assert.equal(await three.entered, true);
  });

  it("cancels the one that is in it for one that says so, and lets it in when that has ended", async () => {
    const [one, two] = [join(groups, "a"), join(groups, "a", true)];
    await one.entered;
    assert.equal(one.cancelled.length, 1);
    assert.match(one.cancelled[0] ?? "", /a newer one of the group a came/u);
    assert.equal(await isDecided(two.entered), false);
    one.leave();
    assert.equal(await two.entered, true);
  });

  it("forgets one that waits no more", async () => {
    const [one, two] = [join(groups, "a"), join(groups, "a")];
    two.leave();
    assert.equal(await two.entered, false);
    one.leave();
    assert.equal(await join(groups, "a").entered, true);
  });

  it("is another one by name, but not by letter case", async () => {
    const [, other, same] = [join(groups, "Merge"), join(groups, "b"), join(groups, "mERGE")];
    assert.equal(await other.entered, true);
    assert.equal(await isDecided(same.entered), false);
  });

  it("is not left by who was never in it", async () => {
    const [one, two] = [join(groups, "a"), join(groups, "a")];
    groups.leave("a", { cancelInProgress: false, cancel: () => undefined });
    assert.equal(await isDecided(two.entered), false);
    one.leave();
    assert.equal(await two.entered, true);
  });
});
