import assert from "node:assert/strict";

import fc from "fast-check";

import { selectImages } from "../../components/environment-images.ts";
import type { ImageSelection } from "../../components/environment-images.ts";
import { formatImage, parseImage } from "../../components/image.ts";

const long = "x".repeat(250);
const digest = `sha256:${"0a".repeat(32)}`;
/** Few, so that they meet: names that apps share, names of each other's builds, names at the edge and beyond. */
const names = ["a", "b", "a-develop", "b.c_d", "localhost", "constructor", long];
const wrongNames = ["", "A", "a/", "a:1", "-", "__proto__", `a@${digest}`];
const places = ["", "kbase/", "other/", "ghcr.io/", "ghcr.io/kbase/", "quay.io/kbase/", "localhost:5000/"];
const ends = ["", ":latest", ":pr-1", ":1.4.2", `@${digest}`, `:pr-1@${digest}`, ":-", "@"];
const channel = fc.constantFrom("develop" as const, "release" as const);

const anyOf = (...texts: readonly string[][]) => fc.constantFrom(...texts.flat());
const joined = (...parts: readonly fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(""));
const rightName = joined(anyOf(places), anyOf(names));
const anyName = joined(anyOf(places), anyOf(names, wrongNames));
const written = fc.oneof(joined(anyName, anyOf(ends)), anyOf(["latest", "pr-1", `pr-1@${digest}`, "pr 1", ".", ""]));

const selectionOf = (appName: fc.Arbitrary<string>, imageName: fc.Arbitrary<string>): fc.Arbitrary<ImageSelection> =>
  fc.record(
    {
      registry: fc.constantFrom("ghcr.io", "localhost:5000"),
      organization: fc.constantFrom("kbase", "other"),
      channel,
      app: anyOf(names, wrongNames),
      image: written,
      images: fc.dictionary(anyOf(names, wrongNames), written, { maxKeys: 3 }),
      apps: fc.dictionary(appName, fc.record({ image: imageName, channel }, { requiredKeys: [] }), { maxKeys: 4 }),
    },
    { requiredKeys: ["registry", "organization", "channel", "images", "apps"] },
  );
/** Apps as the configuration's schema lets them through, and images as people may write them. */
const selection = selectionOf(anyOf(names), rightName);
const anything = fc.oneof(selection, selectionOf(fc.oneof(anyName, fc.string()), fc.oneof(anyName, fc.string())));

describe("the selection of images, whatever it is given,", () => {
  it("never throws, and gives each app one image or a problem", () =>
    fc.assert(
      fc.property(anything, (it) => {
        const { images, problems } = selectImages(it);
        const apps = Object.keys(it.apps);
        assert.deepEqual([...images.keys(), ...apps.filter((app) => !images.has(app))].sort(), apps.sort());
        for (const app of apps.filter((one) => !images.has(one)))
          assert.ok(
            problems.some(({ key }) => key === "image" || key === `images.${app}` || key === `apps.${app}.image`),
            app,
          );
        for (const { message } of problems) assert.doesNotMatch(message, /undefined|\[object/);
      }),
      { numRuns: 2000 },
    ));

  it("selects what can be read back", () =>
    fc.assert(
      fc.property(anything, (it) => {
        for (const { reference } of selectImages(it).images.values())
          assert.deepEqual(parseImage(formatImage(reference)), { ...reference });
      }),
      { numRuns: 2000 },
    ));

  it("gives an app the image that was written for it, and every other app latest", () => {
    let right = 0;
    fc.assert(
      fc.property(selection, (it) => {
        const { images, problems } = selectImages(it);
        if (problems.length > 0) return;
        right += 1;
        for (const [app, text] of Object.entries(it.images)) assert.equal(images.get(app)?.written, text);
        const others = [...images].filter(([app]) => !Object.hasOwn(it.images, app)).map(([, image]) => image.written);
        const [ofImage = "latest"] = others.filter((text) => text !== "latest");
        assert.equal(ofImage, it.image ?? "latest");
        assert.ok(others.filter((text) => text !== "latest").length <= 1);
      }),
      { numRuns: 3000 },
    );
    assert.ok(right > 30, `only ${String(right)} selections had no problems`);
  });

  it("does not depend on the order of anything", () =>
    fc.assert(
      fc.property(anything, (it) => {
        const turned = selectImages({ ...it, images: reversed(it.images), apps: reversed(it.apps) });
        const { images, problems } = selectImages(it);
        assert.deepEqual(new Map([...turned.images].sort()), new Map([...images].sort()));
        assert.deepEqual(turned.problems.map(({ key }) => key).sort(), problems.map(({ key }) => key).sort());
      }),
      { numRuns: 1000 },
    ));
});

const reversed = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).reverse());
