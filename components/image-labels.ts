import * as z from "zod";

import type { PinnedImage } from "./image-digest.ts";
import { askRegistry, manifestTypes, reasonOf } from "./registry-client.ts";
import type { RegistryAccess } from "./registry-client.ts";

/** Key to value of what an image says of itself. */
export type Labels = Readonly<Record<string, string>>;

/** Where an image comes from. */
export interface ImageOrigin {
  /** Without its owner. */
  readonly repository: string;
  readonly commit: string;
}

/** Bytes that are read at most: as many as a registry must take of a manifest (OCI distribution specification 1.1, "Pushing Manifests"). */
const maximumSize = 4 * 1024 * 1024;

const digest = z.string().regex(/^sha256:[a-f0-9]{64}$/);
const Manifest = z.looseObject({ config: z.looseObject({ digest }), manifests: z.undefined().optional() });
const Index = z.looseObject({
  manifests: z.array(z.looseObject({ digest, platform: z.looseObject({ os: z.string() }).optional() })),
});
const Configuration = z.looseObject({
  config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/**
 * An image's labels; of an index, its first platform's.
 *
 * @throws Error that says what the registry answered
 */
export async function readLabels(access: RegistryAccess, { repository, digest }: PinnedImage): Promise<Labels> {
  const get = async <Value>(path: string, schema: z.ZodType<Value>): Promise<Value> => {
    const headers = { accept: path.startsWith("manifests/") ? manifestTypes : "*/*" };
    const response = await askRegistry(access, repository, `/v2/${repository}/${path}`, { headers }).catch(
      (error: unknown) => {
        throw new Error(`the registry ${access.host} can't be asked: ${reasonOf(error)}`);
      },
    );
    if (!response.ok) throw new Error(`the registry ${access.host} answers ${String(response.status)} to ${path}`);
    const parsed = schema.safeParse(await jsonOf(response));
    if (!parsed.success) throw new Error(`the registry ${access.host} has no image's description as ${path}`);
    return parsed.data;
  };
  const whole = await get(`manifests/${digest}`, z.union([Manifest, Index]));
  const manifest =
    whole.manifests === undefined ? whole : await get(`manifests/${firstPlatform(whole.manifests)}`, Manifest);
  const { config } = await get(`blobs/${manifest.config.digest}`, Configuration);
  return config?.Labels ?? {};
}

/** An index lists attestations as well, of the platform "unknown" (BuildKit, "Image attestation storage"). */
function firstPlatform(manifests: z.infer<typeof Index>["manifests"]): string {
  const first = manifests.find(({ platform }) => platform?.os !== "unknown");
  if (first === undefined) throw new Error("the image is an index without any platform");
  return first.digest;
}

/** A body as JSON; undefined where it is none, or too long. */
async function jsonOf(response: Response): Promise<unknown> {
  const body: AsyncIterable<Uint8Array> | null = response.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maximumSize) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

/**
 * The repository and commit that labels name (OCI image specification, "Annotations"); undefined where they name none, or none of the
 * organization's on this GitHub.
 *
 * @param web GitHub's address for people
 */
export function originOf(labels: Labels, web: string, organization: string): ImageOrigin | undefined {
  const { "org.opencontainers.image.source": source = "", "org.opencontainers.image.revision": commit = "" } = labels;
  if (!URL.canParse(source) || !/^[0-9a-f]{40}$/.test(commit)) return undefined;
  const { origin, pathname } = new URL(source);
  const [, owner = "", repository] = /^\/([^/]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(pathname) ?? [];
  const isOwn = origin === new URL(web).origin && owner.toLowerCase() === organization.toLowerCase();
  return isOwn && repository !== undefined ? { repository, commit } : undefined;
}
