import assert from "node:assert/strict";

import { selectImages } from "../../components/environment-images.ts";
import type { ImageSelection } from "../../components/environment-images.ts";
import { formatImage } from "../../components/image.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const two = { narrative: {}, auth2: {} };

/** What an environment named so selects: app to reference, and `key: message` a problem. */
function select(changes: Partial<ImageSelection>) {
  const selection: ImageSelection = {
    registry: "ghcr.io",
    organization: "kbase",
    channel: "develop",
    images: {},
    apps: two,
    ...changes,
  };
  const { images, problems } = selectImages(selection);
  return {
    images: Object.fromEntries([...images].map(([app, { reference }]) => [app, formatImage(reference)])),
    problems: problems.map(({ key, message }) => `${key}: ${message}`),
  };
}

const auth2 = "ghcr.io/kbase/auth2-develop:latest";
const narrative = "ghcr.io/kbase/narrative-develop:latest";

describe("the images of an environment", () => {
  const cases: readonly [string, Partial<ImageSelection>, Record<string, string>][] = [
    ["are latest of the channel where nothing says otherwise", {}, { narrative, auth2 }],
    [
      "are release images in the release channel",
      { channel: "release" },
      { narrative: "ghcr.io/kbase/narrative:latest", auth2: "ghcr.io/kbase/auth2:latest" },
    ],
    [
      "follow an app's own channel",
      { channel: "develop", apps: { narrative: { channel: "release" }, auth2: {} }, images: { narrative: "pr-3" } },
      { narrative: "ghcr.io/kbase/narrative:pr-3", auth2 },
    ],
    [
      "come from the environment's registry and organization",
      { registry: "127.0.0.1:5000", organization: "other" },
      {
        narrative: "127.0.0.1:5000/other/narrative-develop:latest",
        auth2: "127.0.0.1:5000/other/auth2-develop:latest",
      },
    ],
    [
      "take a plain tag for the app that app names",
      { app: "narrative", image: "pr-12" },
      { narrative: "ghcr.io/kbase/narrative-develop:pr-12", auth2 },
    ],
    [
      "take a plain tag for the only app",
      { apps: { feeds: {} }, image: "pr-12" },
      { feeds: "ghcr.io/kbase/feeds-develop:pr-12" },
    ],
    [
      "take a plain tag with a digest",
      { app: "narrative", image: `pr-12@${digest}` },
      { narrative: `ghcr.io/kbase/narrative-develop:pr-12@${digest}`, auth2 },
    ],
    [
      "take a plain tag under images.APP",
      { images: { auth2: "pr-7" } },
      { narrative, auth2: "ghcr.io/kbase/auth2-develop:pr-7" },
    ],
    [
      "take both image and images.APP for different apps",
      { app: "narrative", image: "pr-1", images: { auth2: "pr-7" } },
      { narrative: "ghcr.io/kbase/narrative-develop:pr-1", auth2: "ghcr.io/kbase/auth2-develop:pr-7" },
    ],
    [
      "find the app that a release image belongs to",
      { image: "auth2:0.7.1" },
      { narrative, auth2: "ghcr.io/kbase/auth2:0.7.1" },
    ],
    [
      "find the app that a develop image belongs to",
      { image: "auth2-develop:pr-7" },
      { narrative, auth2: "ghcr.io/kbase/auth2-develop:pr-7" },
    ],
    [
      "find the app that a named image belongs to whatever app says",
      { app: "narrative", image: "auth2:0.7.1" },
      { narrative, auth2: "ghcr.io/kbase/auth2:0.7.1" },
    ],
    [
      "find the app that a full reference belongs to",
      { image: "ghcr.io/kbase/narrative:5.4.3" },
      { narrative: "ghcr.io/kbase/narrative:5.4.3", auth2 },
    ],
    [
      "find the app of a reference without a registry",
      { image: "kbase/narrative:5.4.3" },
      { narrative: "ghcr.io/kbase/narrative:5.4.3", auth2 },
    ],
    [
      "find the app of a reference by digest alone",
      { image: `ghcr.io/kbase/narrative@${digest}` },
      { narrative: `ghcr.io/kbase/narrative@${digest}`, auth2 },
    ],
    [
      "find an app by its image's own name",
      { apps: { ...two, workspace: { image: "workspace_deluxe" } }, image: "workspace_deluxe:1" },
      { narrative, auth2, workspace: "ghcr.io/kbase/workspace_deluxe:1" },
    ],
    [
      "take an image's name with its own folder",
      { apps: { jobs: { image: "other/jobrunner" } }, image: "pr-1" },
      { jobs: "ghcr.io/other/jobrunner-develop:pr-1" },
    ],
    [
      "take an image's name with its own registry",
      { apps: { jobs: { image: "quay.io/other/jobrunner", channel: "release" } }, image: "jobrunner:2" },
      { jobs: "quay.io/other/jobrunner:2" },
    ],
    [
      "may be foreign ones under images.APP",
      { images: { auth2: "quay.io/someone/thing:1" } },
      { narrative, auth2: "quay.io/someone/thing:1" },
    ],
    [
      "may be foreign ones of the environment's registry",
      { images: { auth2: "someone/thing:1" } },
      { narrative, auth2: "ghcr.io/someone/thing:1" },
    ],
    [
      "take app for two apps that share an image",
      { apps: { web: { image: "narrative" }, worker: { image: "narrative" } }, app: "worker", image: "narrative:1" },
      { web: narrative, worker: "ghcr.io/kbase/narrative:1" },
    ],
    ["are none where there are no apps", { apps: {} }, {}],
  ];
  for (const [what, changes, images] of cases)
    it(what, () => assert.deepEqual(select(changes), { images, problems: [] }));

  it("keep what was written, and latest where nothing was", () => {
    const { images } = selectImages({
      registry: "ghcr.io",
      organization: "kbase",
      channel: "develop",
      images: { auth2: "auth2:0.7.1" },
      apps: two,
    });
    assert.deepEqual(
      [...images].map(([app, { written }]) => [app, written]),
      [
        ["narrative", "latest"],
        ["auth2", "auth2:0.7.1"],
      ],
    );
  });
});

describe("a choice of images that is wrong", () => {
  const tagRule = "must be 1 to 128 letters, digits, dots, dashes and underscores, and begin with none of dot and dash";
  const cases: readonly [string, Partial<ImageSelection>, string][] = [
    [
      "a plain tag for one of several apps",
      { image: "pr-12" },
      `image: is "pr-12", and there are 2 apps; say which: pulumi config set app APP, or pulumi config set --path images.APP pr-12`,
    ],
    [
      "an unknown app under images",
      { images: { narrativ: "pr-1" } },
      `images.narrativ: names the app "narrativ", which is not there; the apps are narrative, auth2`,
    ],
    [
      "an unknown app under images where there are none",
      { apps: {}, images: { x: "pr-1" } },
      `images.x: names the app "x", which is not there; there are no apps`,
    ],
    [
      "an unknown app",
      { app: "narrativ", image: "pr-1" },
      `app: names the app "narrativ", which is not there; the apps are narrative, auth2`,
    ],
    [
      "two images for one app",
      { app: "auth2", image: "pr-1", images: { auth2: "pr-2" } },
      `image: is for the app "auth2", and so is images.auth2: keep one, as in: pulumi config rm --path images.auth2`,
    ],
    [
      "an image of no app",
      { image: "quay.io/someone/thing:1" },
      `image: "quay.io/someone/thing:1" is the image of none of the apps narrative, auth2; to give an app a foreign image: pulumi config set --path images.APP quay.io/someone/thing:1`,
    ],
    [
      "an image of another registry",
      { image: "quay.io/kbase/narrative:1" },
      `image: "quay.io/kbase/narrative:1" is the image of none of the apps narrative, auth2; to give an app a foreign image: pulumi config set --path images.APP quay.io/kbase/narrative:1`,
    ],
    [
      "an image of two apps",
      { apps: { web: { image: "narrative" }, worker: { image: "narrative" } }, image: "narrative:1" },
      `image: "narrative:1" is the image of web and worker; say which: pulumi config set --path images.APP narrative:1`,
    ],
    [
      "a short name of another image under images.APP",
      { images: { auth2: "narrative:1" } },
      `images.auth2: "narrative:1" is not an image of the app "auth2", whose images are kbase/auth2 and kbase/auth2-develop; a foreign image is written in full, as in ghcr.io/kbase/narrative:1`,
    ],
    ["a bad tag", { image: "-x" }, `image: the tag "-x" ${tagRule}`],
    ["a bad tag under images.APP", { images: { auth2: "-x" } }, `images.auth2: the tag "-x" ${tagRule}`],
    [
      "a name without a tag",
      { image: "ghcr.io/kbase/narrative" },
      `image: "ghcr.io/kbase/narrative" needs a tag, as in ghcr.io/kbase/narrative:latest`,
    ],
  ];
  for (const [what, changes, problem] of cases)
    it(`says so: ${what}`, () => assert.deepEqual(select(changes).problems, [problem]));

  it("is listed whole", () =>
    assert.deepEqual(select({ app: "x", images: { y: "1", auth2: "-" } }).problems, [
      `images.y: names the app "y", which is not there; the apps are narrative, auth2`,
      `app: names the app "x", which is not there; the apps are narrative, auth2`,
      `images.auth2: the tag "-" ${tagRule}`,
    ]));
});
