import { createHash } from "node:crypto";

import * as z from "zod";

import { parseImageName } from "./image-name.ts";
import { accountFor } from "./registry-auth.ts";
import type { RegistryAccount } from "./registry-auth.ts";
import { ask } from "./registry-request.ts";
import type { RegistryAnswer, RegistryRequest } from "./registry-request.ts";

/** Docker's and the Open Container Initiative's manifests, each for one image and for several platforms. */
const manifestTypes = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
].join(", ");

/** For registries that only have the oldest kind. */
const oldManifestType = "application/vnd.docker.distribution.manifest.v1+prettyjws";

/** Hosts that take the password itself as a token. */
const tokenHosts = /^(ghcr\.io|gcr\.io|.*\.azurecr\.io)$/;

const TokenAnswer = z.object({ token: z.string().default(""), access_token: z.string().default("") });

const basic = ({ username, password }: RegistryAccount) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

function authorization(registry: string, account: RegistryAccount): Record<string, string> {
  if (account.username === "") return {};
  const token = `Bearer ${Buffer.from(account.password).toString("base64")}`;
  return { Authorization: tokenHosts.test(registry) ? token : basic(account) };
}

/**
 * Asks a registry for an image's digest, as `docker:getRegistryImage` does (terraform-provider-docker,
 * `data_source_docker_registry_image.go`).
 *
 * @param name the image's name with tag or digest
 * @throws Error with the registry's status when there is no such image, or it is not shown to the account
 */
export async function imageDigest(
  name: string,
  accounts: ReadonlyMap<string, RegistryAccount>,
  insecure: boolean,
): Promise<string> {
  const image = parseImageName(name);
  const account = accountFor(accounts, image.registry);
  const url = `${account.address}/v2/${image.repository}/manifests/${image.reference}`;
  const request = (accept: string): RegistryRequest => ({
    method: "HEAD",
    url,
    headers: { Accept: accept, ...authorization(image.registry, account) },
    insecure,
  });
  try {
    return await digestOf(request(manifestTypes), account, image.repository).catch(() =>
      digestOf(request(oldManifestType), account, image.repository),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const what = `Got error when attempting to fetch image version ${image.repository}:${image.reference} from registry`;
    throw new Error(`${what}: ${reason}`, { cause: error });
  }
}

async function digestOf(request: RegistryRequest, account: RegistryAccount, repository: string): Promise<string> {
  const answer = await ask(request).catch((error: unknown) => {
    throw new Error(`Error during registry request: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  if (answer.status === 200) return digestIn(answer);
  if (answer.status !== 401) throw new Error(`got bad response from registry: ${answer.statusText}`);
  const challenge = parseChallenge(answer.headers["www-authenticate"] ?? "");
  if (challenge === undefined) throw new Error(`bad credentials: ${answer.statusText}`);
  const token = await fetchToken(challenge, account, `repository:${repository}:push,pull`, request.insecure);
  const authorized = { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } };
  const head = await successful(authorized);
  return head.headers["docker-content-digest"] === undefined
    ? digestIn(await successful({ ...authorized, method: "GET" }))
    : digestIn(head);
}

async function successful(request: RegistryRequest): Promise<RegistryAnswer> {
  const answer = await ask(request);
  if (answer.status !== 200) throw new Error(`got bad response from registry: ${answer.statusText}`);
  return answer;
}

function digestIn({ headers, body }: RegistryAnswer): string {
  const header = headers["docker-content-digest"];
  if (typeof header === "string" && header !== "") return header;
  if (body === "")
    throw new Error("error reading registry response body: it is empty, and there is no Docker-Content-Digest header");
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}

/** The parameters of a `WWW-Authenticate: Bearer` header (RFC 6750); undefined when it is none. */
export function parseChallenge(header: string): ReadonlyMap<string, string> | undefined {
  if (!header.startsWith("Bearer ")) return undefined;
  return new Map(
    [...header.matchAll(/(\w+)="([^"]*)"|(\w+)=([^\s",]+)/g)].map((m) => [m[1] ?? m[3] ?? "", m[2] ?? m[4] ?? ""]),
  );
}

async function fetchToken(
  challenge: ReadonlyMap<string, string>,
  account: RegistryAccount,
  fallbackScope: string,
  insecure: boolean,
): Promise<string> {
  const query = new URLSearchParams({
    service: challenge.get("service") ?? "",
    scope: challenge.get("scope") || fallbackScope,
  });
  const url = `${challenge.get("realm") ?? ""}?${query.toString()}`;
  const request = (headers: Record<string, string>) =>
    ask({ method: "GET", url, headers: { Accept: "application/json", ...headers }, insecure });
  let answer = await request(account.username === "" ? {} : { Authorization: basic(account) });
  if (account.username !== "" && [401, 403].includes(answer.status)) answer = await request({});
  if (answer.status !== 200) throw new Error(`got bad response from registry: ${answer.statusText}`);
  const parsed = TokenAnswer.safeParse(JSON.parse(answer.body));
  const token = parsed.success ? parsed.data.token || parsed.data.access_token : "";
  if (token === "") throw new Error("Error unsupported OAuth response");
  return token;
}
