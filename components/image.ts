/** Which image a plain tag means: `<app>-develop` for builds of pull requests and develop, `<app>` for release candidates and releases. */
export type Channel = "develop" | "release";

/** An image reference as a person may write it; at least one of `tag` and `digest` is there. */
export interface ImageReference {
  /** Host and optional port, such as `ghcr.io`. */
  readonly registry?: string;
  /** The name in the registry, such as `kbase/narrative-develop`; a single word where only the image's own name was written. */
  readonly repository?: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

/** A reference that says where to pull from. */
export interface LocatedImage extends ImageReference {
  readonly registry: string;
  readonly repository: string;
}

/** The repository part of a reference, each piece between slashes (OCI distribution specification 1.1, "Pulling manifests"). */
const repositoryPart = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const repositoryPattern = new RegExp(`^${repositoryPart}(?:/${repositoryPart})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const digestPattern = /^sha256:[a-f0-9]{64}$/;
/** A host is told from a first piece of a name as Docker does it: by a dot, a port, or `localhost`. */
const registryPattern = /^(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::\d{1,5})?|[a-zA-Z0-9-]+:\d{1,5}|localhost)$/;
/** Registry, slash and repository together (OCI distribution specification 1.1 recommends 255 characters for clients). */
export const maximumName = 255;

/** Whether a text can be the name of an image, with or without folders before it, without registry and tag. */
export const isRepository = (text: string): boolean => repositoryPattern.test(text) && text.length <= maximumName;

/** Whether a text can be the address of a registry: a host, with a port where it is not the default one. */
export const isRegistry = (text: string): boolean => registryPattern.test(text);

/**
 * Reads `pr-12`, `narrative:pr-30`, `ghcr.io/kbase/narrative:1.4.2`, or any of these with `@sha256:…`; a full reference may have the digest alone.
 *
 * @throws Error that names the part that is wrong, its value and the rule
 */
export function parseImage(text: string): ImageReference {
  const at = text.indexOf("@");
  const [name, digest] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (digest !== undefined && !digestPattern.test(digest))
    throw new Error(`the digest "${digest}" must be sha256: and 64 digits 0-9, a-f`);
  const withDigest = digest === undefined ? {} : { digest };
  const colon = name.lastIndexOf(":");
  const tagged = colon > name.lastIndexOf("/");
  if (!tagged && !name.includes("/")) return { tag: checkedTag(name), ...withDigest };

  const tag = tagged ? checkedTag(name.slice(colon + 1)) : undefined;
  if (tag === undefined && digest === undefined) throw new Error(`"${text}" needs a tag, as in ${text}:latest`);
  const path = tagged ? name.slice(0, colon) : name;
  const slash = path.indexOf("/");
  const hasRegistry = slash > 0 && isRegistry(path.slice(0, slash));
  const repository = hasRegistry ? path.slice(slash + 1) : path;
  if (!repositoryPattern.test(repository))
    throw new Error(
      `the name "${repository}" must be lower-case letters and digits, with single dots, underscores or dashes between them`,
    );
  if (path.length > maximumName) throw new Error(`the name "${path}" is longer than ${String(maximumName)} characters`);
  return {
    ...(hasRegistry ? { registry: path.slice(0, slash) } : {}),
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...withDigest,
  };
}

function checkedTag(tag: string): string {
  if (!tagPattern.test(tag))
    throw new Error(
      `the tag "${tag}" must be 1 to 128 letters, digits, dots, dashes and underscores, and begin with none of dot and dash`,
    );
  return tag;
}

/** Writes a reference as `parseImage` reads it. */
export function formatImage({ registry, repository, tag, digest }: ImageReference): string {
  const name = [registry, repository].filter((part) => part !== undefined).join("/");
  const tagged = [name, tag].filter((part) => part !== undefined && part !== "").join(":");
  return digest === undefined ? tagged : `${tagged}@${digest}`;
}

/** The image that a plain tag means in a channel. */
export const channelRepository = (repository: string, channel: Channel): string =>
  channel === "develop" ? `${repository}-develop` : repository;

/** Whether a repository is an app's image in either channel. */
export const isImageOf = (repository: string, appRepository: string): boolean =>
  repository === appRepository || repository === channelRepository(appRepository, "develop");

/** Completes a name that is a single word by an app's own folder, and a reference without a registry by the app's own registry. */
export function completeImage(reference: ImageReference, own: LocatedImage): LocatedImage {
  const { registry = own.registry, repository = own.repository } = reference;
  const folder = own.repository.slice(0, own.repository.lastIndexOf("/") + 1);
  return { ...reference, registry, repository: repository.includes("/") ? repository : `${folder}${repository}` };
}

/** The number of the pull request that a tag was built for: 12 for `pr-12`. */
export function pullRequestOf(tag: string | undefined): number | undefined {
  const number = /^pr-([1-9]\d{0,8})$/.exec(tag ?? "")?.[1];
  return number === undefined ? undefined : Number(number);
}
