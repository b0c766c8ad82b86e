import assert from "node:assert/strict";

import { buildsIn, logOf } from "../support/cycle.ts";
import { fileOf, rulesetsOf } from "../support/github.ts";
import { GitHubStack } from "../support/github-stack.ts";
import { newService } from "../support/new-service.ts";
import { coldStart, needWorkflows, sandbox } from "../support/sandbox.ts";
import { pr, short, Story } from "../support/story.ts";

/** One repository from its onboarding to a hot fix and a clean-up: each test is a chapter, and goes on from the one before. */
describe("the story of a repository", function () {
  this.timeout(300_000);
  let story: Story;
  let [one, two, release, three, next, back, abandoned] = [0, 0, 0, 0, 0, 0, 0];

  before(async function () {
    this.timeout(coldStart);
    await needWorkflows(this);
    story = await Story.begin(await sandbox(), await newService("ledger"));
    await story.cycle.shiftClock(-40);
  });

  after(() => story.cycle.shiftClock(0));

  afterEach("the whole registry and all environments are as told", async function () {
    if (this.currentTest?.state === "passed") await story.holds();
  });

  const releasePull = () => story.cycle.pullOf("develop", "master");

  it("begins with one entry in the list, whose workflow builds what develop has", async () => {
    const stack = await GitHubStack.create();
    stack.configure({ repositories: [{ name: story.name, retention: { days: 30, keep: 0 } }] });
    await stack.mustUp();
    for (const branch of ["develop", "master"])
      assert.match((await fileOf(story.name, branch)) ?? "", /pull-request\.yml@/u, branch);
    assert.ok(Object.keys(await rulesetsOf(story.name)).length > 0);
    await story.cycle.settled();
    const latest = await story.digestOf("develop", "latest");
    story.images.develop = { latest, [short(await story.cycle.tip("develop"))]: latest };
  });

  it("shows a first feature in appdev before it is merged", async () => {
    one = await story.open("one");
    await story.deploy("appdev", pr(one), pr(one));
  });

  it("retags a second feature for appdev, which GitHub has on record", async () => {
    two = await story.open("two");
    await story.retag("develop", pr(two), "appdev");
    await story.deploy("appdev", "appdev", pr(two));
    const common = { environment: "appdev", production: false };
    const { [pr(one)]: first, [pr(two)]: second } = story.images.develop;
    assert.deepEqual(await story.recorded(), [
      { ...common, task: "deploy", digest: first, state: "inactive" },
      { ...common, task: "retag", digest: second, state: "inactive" },
      { ...common, task: "deploy", digest: second, state: "success" },
    ]);
  });

  it("builds a feature that is closed unmerged, and never deployed", async () => {
    abandoned = await story.open("abandoned");
    await story.cycle.close(abandoned);
  });

  it("gives ci what was tested of the first, and what is built of both after the second", async () => {
    await story.merge("develop", one);
    await story.deploy("ci", "latest", pr(one));
    await story.merge("develop", two, { isBuilt: true });
    await story.deploy("ci", "latest", short(await story.cycle.tip("develop")));
  });

  it("builds a candidate for next once the release pull request is ready", async () => {
    const pull = await releasePull();
    assert.ok(pull?.draft);
    release = pull.number;
    await story.cycle.ready(release);
    await story.built("release", release);
    await story.deploy("next", pr(release), pr(release));
  });

  it("releases the candidate to prod as 1.0.0", async () => {
    await story.merge("release", release);
    await story.publish("1.0.0");
    await story.deploy("prod", "1.0.0", pr(release));
    await story.retag("release", "1.0.0", "prod");
    const common = { environment: "prod", digest: story.images.release["prod"], state: "success", production: true };
    assert.deepEqual((await story.recorded()).slice(-2), [
      { ...common, task: "deploy" },
      { ...common, task: "retag" },
    ]);
    assert.equal(await releasePull(), undefined);
  });

  it("opens the next draft release pull request with a third feature, forty days later", async () => {
    await story.cycle.shiftClock(0);
    for (const image of [`${story.name}-develop`, story.name]) story.cycle.age(image, 40);
    three = await story.open("three");
    await story.merge("develop", three);
    await story.deploy("ci", "latest", pr(three));
    const pull = await releasePull();
    assert.ok(pull?.draft);
    next = pull.number;
    // What appdev had before is on record still, and has the tag of no environment.
    await story.retag("develop", pr(three), "appdev");
    await story.deploy("appdev", "appdev", pr(three));
  });

  it("brings a hot fix from the release branch to prod, past what develop has", async () => {
    const fix = await story.open("fix", "release");
    await story.deploy("next", pr(fix), pr(fix));
    await story.merge("release", fix);
    await story.publish("1.0.1");
    await story.deploy("prod", "1.0.1", pr(fix));
  });

  it("builds no candidate that would take the hot fix back", async () => {
    await story.cycle.ready(next);
    const [refused, ...others] = await story.cycle.settled();
    assert.ok(refused !== undefined && others.length === 0);
    assert.deepEqual([refused.conclusion, buildsIn([refused])], ["failure", 0], logOf(refused));
    assert.match(refused.summaries["pull-request / build"] ?? "", /master has changes that develop lacks/u);
    await story.cycle.approve(next);
    await assert.rejects(story.cycle.merge(next), /required status check/iu);
  });

  it("builds it once a pull request has brought the hot fix to develop, and releases both as 1.1.0", async () => {
    back = await story.cycle.openFrom("master", "develop");
    await story.built("develop", back);
    await story.merge("develop", back, { isBuilt: true });
    await story.noteBuild("release", next);
    await story.deploy("next", pr(next), pr(next));
    await story.merge("release", next);
    await story.publish("1.1.0");
    await story.deploy("prod", "1.1.0", pr(next));
  });

  it("reports what a clean-up would remove, and removes it: nothing that runs, is on record, is new or has another tag", async () => {
    const { develop } = story.images;
    const kept = [
      ...[pr(back), "latest"].map((tag) => develop[tag]),
      ...(await story.recorded()).map(({ digest }) => digest),
    ];
    const gone = Object.keys(develop).filter((tag) => !kept.includes(develop[tag]));
    assert.deepEqual(
      gone.filter((tag) => tag.startsWith("pr-")),
      [pr(abandoned)],
    );
    for (const number of [one, two, three]) assert.ok(kept.includes(develop[pr(number)]));

    await story.cycle.dispatch("develop", { action: "clean-up" });
    const summary = (await story.run()).summaries["clean-up / clean-up"] ?? "";
    const reported = [...summary.matchAll(/\| ([^|]*) \| would be removed/gu)].flatMap(([, tags]) => tags?.split(", "));
    assert.deepEqual(reported.sort(), gone.sort());
    await story.holds();

    await story.cycle.tick("develop");
    await story.run();
    story.images.develop = Object.fromEntries(Object.entries(develop).filter(([tag]) => !gone.includes(tag)));
    const left = Object.values(story.images).flatMap((tags) => Object.values(tags));
    const running = [...(await story.recorded()), ...Object.values(story.deployed)];
    assert.deepEqual(
      running.filter(({ digest }) => !left.includes(digest)),
      [],
    );
  });
});
