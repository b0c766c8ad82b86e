import { createHash } from "node:crypto";

import { askForImage } from "../../components/registry-client.ts";
import type { World } from "../world/part.ts";
import { publishDemoImage } from "./images.ts";
import type { DemoImage } from "./images.ts";
import { registryHost } from "./registry.ts";
import type { RegistryPart } from "./registry.ts";

/** What the sandbox's registry has at first: image name, app, and its tags. */
const first: readonly (Pick<DemoImage, "part" | "repository" | "app"> & { readonly tags: readonly string[] })[] = [
  { part: "public", repository: "kbase/narrative-develop", app: "narrative", tags: ["latest", "pr-12", "pr-13"] },
  { part: "public", repository: "kbase/narrative", app: "narrative", tags: ["latest", "pr-30"] },
  { part: "private", repository: "kbase/auth2-develop", app: "auth2", tags: ["latest", "pr-7"] },
];

/** One of the sandbox's images, with a commit that is made up from its name. */
export function demoImage(image: Omit<DemoImage, "version" | "revision">): DemoImage {
  const revision = createHash("sha1").update(`${image.repository}:${image.tag}`).digest("hex");
  const number = /^pr-(\d+)$/.exec(image.tag)?.[1];
  return { ...image, version: image.tag, revision, ...(number === undefined ? {} : { pullRequest: Number(number) }) };
}

/** Pushes the images that the sandbox begins with. A tag that is there stays as it is: a workflow may have moved it since. */
export async function publishDemoImages(world: World): Promise<void> {
  for (const { tags, ...image } of first)
    for (const tag of tags)
      if (!(await isThere(world, image.part, image.repository, tag)))
        await publishDemoImage(world, demoImage({ ...image, tag }));
}

async function isThere(world: World, part: RegistryPart, repository: string, tag: string): Promise<boolean> {
  const registry = registryHost(world, part);
  const account = part === "private" ? world.settings.registryAccount : undefined;
  const { kind } = await askForImage({ host: registry, http: true, account }, { registry, repository, tag });
  return kind === "found";
}
