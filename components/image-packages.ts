import { channelRepository } from "./image.ts";
import type { Branches, ImageBuild } from "./onboarding.ts";

/** Every package that an entry's images go to: the channel of each long-lived branch. */
export const packageNames = (images: readonly ImageBuild[], { develop, release }: Branches): string[] =>
  images.flatMap(({ name }) => [
    ...(develop === undefined ? [] : [channelRepository(name, "develop")]),
    ...(release === undefined ? [] : [name]),
  ]);

/** The images as the workflows take them: a JSON list of objects with `name`, and the others of `ImageBuild` where they are set. */
export const imagesInput = (images: readonly ImageBuild[]): string =>
  JSON.stringify(
    images.map(({ name, dockerfile, context, target, arguments: given, test }) => ({
      name,
      dockerfile,
      context,
      target,
      arguments: Object.keys(given).length === 0 ? undefined : sorted(given),
      test,
    })),
  );

const sorted = <Value>(all: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
