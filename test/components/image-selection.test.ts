import assert from "node:assert/strict";

import { selectImages } from "../../components/environment-images.ts";
import type { ImageSelection } from "../../components/environment-images.ts";
import { formatImage } from "../../components/image.ts";

const base: ImageSelection = {
  registry: "ghcr.io",
  organization: "kbase",
  channel: "develop",
  images: {},
  apps: {
    narrative: {},
    auth2: {},
    runner: { image: "jobrunner", channel: "release" },
    other: { image: "quay.io/team/other" },
  },
};

/** What each app runs, and what is wrong. */
function selected(changes: Partial<ImageSelection>): { images: Record<string, string>; problems: string[] } {
  const { images, problems } = selectImages({ ...base, ...changes });
  return {
    images: Object.fromEntries([...images].map(([app, { reference }]) => [app, formatImage(reference)])),
    problems: problems.map(({ key, message }) => `${key} ${message}`),
  };
}

describe("an environment's images", () => {
  it("are the channel's latest where nothing else is said", () => {
    assert.deepEqual(selected({}), {
      images: {
        narrative: "ghcr.io/kbase/narrative-develop:latest",
        auth2: "ghcr.io/kbase/auth2-develop:latest",
        runner: "ghcr.io/kbase/jobrunner:latest",
        other: "quay.io/team/other-develop:latest",
      },
      problems: [],
    });
  });

  const chosen: [Partial<ImageSelection>, string, string][] = [
    [{ app: "narrative", image: "pr-12" }, "narrative", "ghcr.io/kbase/narrative-develop:pr-12"],
    [{ app: "narrative", image: "narrative:pr-30" }, "narrative", "ghcr.io/kbase/narrative:pr-30"],
    [{ app: "narrative", image: "auth2-develop:pr-7" }, "auth2", "ghcr.io/kbase/auth2-develop:pr-7"],
    [{ image: "jobrunner:pr-1" }, "runner", "ghcr.io/kbase/jobrunner:pr-1"],
    [{ image: "ghcr.io/kbase/auth2:1.0.0" }, "auth2", "ghcr.io/kbase/auth2:1.0.0"],
    [{ images: { auth2: "pr-7" } }, "auth2", "ghcr.io/kbase/auth2-develop:pr-7"],
    [{ images: { auth2: "docker.io/somebody/auth2:test" } }, "auth2", "docker.io/somebody/auth2:test"],
    [{ channel: "release", images: { auth2: "1.2.3" } }, "auth2", "ghcr.io/kbase/auth2:1.2.3"],
    [{ apps: { only: {} }, image: "pr-3" }, "only", "ghcr.io/kbase/only-develop:pr-3"],
  ];
  for (const [changes, app, image] of chosen)
    it(`${JSON.stringify(changes)} means ${image}`, () => {
      const { images, problems } = selected(changes);
      assert.deepEqual(problems, []);
      assert.equal(images[app], image);
    });

  const wrong: [Partial<ImageSelection>, RegExp][] = [
    [{ image: "pr-12" }, /^image is "pr-12", and there are 4 apps; say which: pulumi config set app APP, or /],
    [
      { app: "nothing", image: "pr-12" },
      /^app names the app "nothing", which is not there; the apps are narrative, auth2, runner, other$/,
    ],
    [{ images: { nothing: "pr-12" } }, /^images\.nothing names the app "nothing", which is not there/],
    [
      { app: "auth2", image: "pr-12", images: { auth2: "pr-7" } },
      /^image is for the app "auth2", and so is images\.auth2: keep one/,
    ],
    [{ image: "unknown:pr-1" }, /^image "unknown:pr-1" is the image of none of the apps/],
    [{ images: { auth2: "narrative:pr-1" } }, /^images\.auth2 "narrative:pr-1" is not an image of the app "auth2"/],
    [{ images: { auth2: "pr 7" } }, /^images\.auth2 the tag "pr 7" must be/],
  ];
  for (const [changes, message] of wrong)
    it(`${JSON.stringify(changes)} is an error`, () => {
      const { problems } = selected(changes);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", message);
    });
});
