/** Where an image is and what it is called there. */
export interface ImageLocation {
  /** Host and port. */
  readonly registry: string;
  readonly repository: string;
  /** A tag, or a digest, which goes before a tag. */
  readonly reference: string;
}

/** The registry of images that name none. */
export const dockerHub = "registry-1.docker.io";

/**
 * Takes an image's name apart as terraform-provider-docker does (`parseImageOptions`): the part before the first slash is a registry
 * when it has a dot or a colon, is `localhost`, or two more parts follow. Without a tag, `latest` is meant.
 */
export function parseImageName(name: string): ImageLocation {
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  const parts = name.split("/").length;
  const hasRegistry = parts > 2 || /[.:]/.test(first) || first === "localhost";
  const rest = hasRegistry ? name.slice(slash + 1) : name;
  const colon = rest.indexOf(":");
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? "" : rest.slice(colon + 1);
  const reference = tag.slice(tag.indexOf("@") + 1) || "latest";
  if (hasRegistry) return { registry: first, repository: path, reference };
  return { registry: dockerHub, repository: path.includes("/") ? path : `library/${path}`, reference };
}
