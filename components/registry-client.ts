import type { LocatedImage } from "./image.ts";

/** How to reach one registry. */
export interface RegistryAccess {
  /** Host, with the port where it is not the default one. */
  readonly host: string;
  /** Plain http instead of https. */
  readonly http: boolean;
  readonly account?: { readonly username: string; readonly password: string } | undefined;
}

/** What a registry said about an image. `refused` is said for a repository that is not there too, where it is a secret which ones are. */
export type RegistryAnswer =
  | { readonly kind: "found"; readonly digest: string }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly status: number }
  | { readonly kind: "unavailable"; readonly reason: string };

/** Every kind of manifest, image or index: a registry answers 404 for a kind that the client does not accept. */
export const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Time for one request, in milliseconds. */
const requestTimeout = 10_000;
/** Pages of tags that are read at most, a thousand tags each. */
const maximumPages = 10;

/** Asks a registry whether an image is there. Never throws for what the registry does. */
export async function askForImage(access: RegistryAccess, image: LocatedImage): Promise<RegistryAnswer> {
  const path = `/v2/${image.repository}/manifests/${image.digest ?? image.tag ?? "latest"}`;
  try {
    const response = await askRegistry(access, image.repository, path, {
      method: "HEAD",
      headers: { accept: manifestTypes },
    });
    if (response.ok) {
      const digest = response.headers.get("docker-content-digest");
      return digest === null ? rubbish("no Docker-Content-Digest header") : { kind: "found", digest };
    }
    if (response.status === 404) return { kind: "missing" };
    if (response.status === 401 || response.status === 403) return { kind: "refused", status: response.status };
    return { kind: "unavailable", reason: `it answered ${String(response.status)} ${response.statusText}`.trimEnd() };
  } catch (error) {
    return { kind: "unavailable", reason: reasonOf(error) };
  }
}

const rubbish = (what: string): RegistryAnswer => ({
  kind: "unavailable",
  reason: `its answer is not a registry's (${what})`,
});

/** The tags of a repository; none where the registry does not tell. */
export async function listTags(access: RegistryAccess, repository: string): Promise<string[]> {
  const tags: string[] = [];
  let path: string | undefined = `/v2/${repository}/tags/list?n=1000`;
  for (let page = 0; path !== undefined && page < maximumPages; page++) {
    const response: Response = await askRegistry(access, repository, path, {});
    if (!response.ok) return tags;
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "tags" in body && Array.isArray(body.tags))
      tags.push(...body.tags.filter((tag) => typeof tag === "string"));
    path = /<([^>]+)>;\s*rel="?next/.exec(response.headers.get("link") ?? "")?.[1];
  }
  return tags;
}

/** One request, repeated with a token where the registry asks for one (distribution specification, "Token authentication"). */
export async function askRegistry(
  access: RegistryAccess,
  repository: string,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const base = `${access.http ? "http" : "https"}://${access.host}`;
  const send = (authorization: string | undefined) => {
    const headers = new Headers(init.headers);
    if (authorization !== undefined) headers.set("authorization", authorization);
    return fetch(new URL(path, base), { ...init, headers, signal: AbortSignal.timeout(requestTimeout) });
  };
  const { account } = access;
  const basic = account && `Basic ${Buffer.from(`${account.username}:${account.password}`).toString("base64")}`;
  const first = await send(undefined);
  const challenge = first.status === 401 ? (first.headers.get("www-authenticate") ?? "") : "";
  if (/^basic/i.test(challenge) && basic !== undefined) return send(basic);
  const realm = /realm="([^"]+)"/.exec(challenge)?.[1];
  if (!/^bearer/i.test(challenge) || realm === undefined) return first;
  const url = new URL(realm);
  if (url.protocol !== "https:" && !access.http) return first;
  const service = /service="([^"]+)"/.exec(challenge)?.[1];
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  const answer = await fetch(url, {
    headers: basic === undefined ? {} : { authorization: basic },
    signal: AbortSignal.timeout(requestTimeout),
  });
  if (!answer.ok) return first;
  const body: unknown = await answer.json();
  const token = typeof body === "object" && body !== null && "token" in body ? body.token : undefined;
  return typeof token === "string" ? send(`Bearer ${token}`) : first;
}

/** The system's own words for a request that got no answer within some milliseconds, without the library's wrapping. */
export function reasonOf(error: unknown, timeout = requestTimeout): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${String(timeout / 1000)} s`;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0], timeout);
  return error.cause instanceof Error ? reasonOf(error.cause, timeout) : error.message;
}
