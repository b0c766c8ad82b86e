import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";

import { formatImage, pullRequestOf } from "./image.ts";
import type { LocatedImage } from "./image.ts";
import { askForImage, listTags } from "./registry-client.ts";
import type { RegistryAccess } from "./registry-client.ts";

/** An image whose digest is known. */
export interface PinnedImage extends LocatedImage {
  readonly digest: string;
}

/**
 * The provider that looks digests up. It needs no Docker daemon: `@pulumi/docker` dials one for every `host` except those that begin
 * with `ssh://`, and looking into a registry uses none.
 */
export function registryProvider(
  name: string,
  registries: readonly RegistryAccess[],
  opts: pulumi.ResourceOptions,
): docker.Provider {
  const registryAuth = registries
    // Without an entry it asks anonymously. One with `authDisabled` has it send a made-up account, which it needs for plain http alone.
    .filter(({ http, account }) => http || account !== undefined)
    .map(({ host, http, account }) => ({
      address: `${http ? "http" : "https"}://${host}`,
      ...(account === undefined
        ? { authDisabled: true }
        : { username: account.username, password: pulumi.secret(account.password) }),
    }));
  return new docker.Provider(name, { host: "ssh://unused@localhost", registryAuth }, opts);
}

/**
 * Finds the digest that an image's tag has now; a digest that the reference names is checked to be there.
 *
 * @throws Error that says which image, what the registry answered, and what to do; for a missing tag, the nearest ones that exist
 */
export async function resolveDigest(
  image: LocatedImage,
  access: RegistryAccess,
  provider: docker.Provider,
): Promise<PinnedImage> {
  if (image.digest !== undefined) {
    const answer = await askForImage(access, image);
    if (answer.kind !== "found") throw await explain(image, access, answer);
    return { ...image, digest: image.digest };
  }
  try {
    const { sha256Digest } = await docker.getRegistryImage({ name: formatImage(image) }, { provider });
    return { ...image, digest: sha256Digest };
  } catch (error) {
    const answer = await askForImage(access, image);
    if (answer.kind === "found") throw new Error(`${formatImage(image)}: ${shortened(error)}`);
    throw await explain(image, access, answer);
  }
}

/** A provider's own words without the stack trace that some of them carry. */
const shortened = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

async function explain(
  image: LocatedImage,
  access: RegistryAccess,
  answer: Exclude<Awaited<ReturnType<typeof askForImage>>, { kind: "found" }>,
): Promise<Error> {
  const name = formatImage(image);
  switch (answer.kind) {
    case "unavailable":
      return new Error(
        `${name}: the registry ${access.host} can't be asked: ${answer.reason}; nothing was changed, try again when it answers`,
      );
    case "refused":
      return new Error(
        `${name}: the registry ${access.host} refuses (${String(answer.status)}): ${
          access.account === undefined
            ? `drover:registries has no account for it`
            : `the account "${access.account.username}" in drover:registries is wrong or may not read ${image.repository}`
        }; a registry may also say so of a repository that does not exist`,
      );
    case "missing":
      return new Error(
        `${name} is not in the registry; ${existing(image, await listTags(access, image.repository).catch(() => []))}`,
      );
  }
}

/** How many tags an error names at most. */
const namedTags = 8;

function existing({ repository, tag = "" }: LocatedImage, tags: readonly string[]): string {
  if (tags.length === 0) return `${repository} has no tags that can be listed`;
  const named = nearestTags(tag, tags, namedTags);
  const more = tags.length > named.length ? ` and ${String(tags.length - named.length)} more` : "";
  return `${repository} has ${named.join(", ")}${more}`;
}

/** The tags most like the wanted one, best first: numbers of pull requests by their difference, the rest by edit distance. */
export function nearestTags(wanted: string, tags: readonly string[], count: number): string[] {
  const number = pullRequestOf(wanted);
  const rank = (tag: string): number => {
    const other = pullRequestOf(tag);
    if (number === undefined || other === undefined) return distance(wanted, tag);
    return Math.abs(number - other) / (number + other);
  };
  return [...tags].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).slice(0, count);
}
