import fc from "fast-check";

const matching = (pattern: RegExp, maxLength: number) =>
  fc.stringMatching(pattern).filter((text) => text.length <= maxLength);

/** A GitHub user's or organization's name, in lower case as images have it. */
export const folder = matching(/^[a-z0-9]+(-[a-z0-9]+)*$/, 39).filter((name) => name !== "localhost");

/** One piece of an image's name, as OCI allows it. */
export const name = matching(/^[a-z0-9]+((\.|_|__|-{1,3})[a-z0-9]+)*$/, 100);

/** A tag, as OCI allows it. */
export const tag = matching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/, 128);

/** A digest. */
export const digest = fc.stringMatching(/^[a-f0-9]{64}$/).map((hex) => `sha256:${hex}`);

/** A registry's address: a host with a dot, a port or both, or `localhost`. */
export const registry = fc.oneof(
  matching(/^[a-zA-Z0-9-]{1,20}(\.[a-zA-Z0-9-]{1,20}){1,3}(:\d{1,5})?$/, 90),
  matching(/^[a-zA-Z0-9-]{1,30}:\d{1,5}$/, 60),
  fc.constant("localhost"),
);
