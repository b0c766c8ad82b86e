import type { V1Secret } from "@kubernetes/client-node";
import * as z from "zod";

import { keys, visible } from "./keys.ts";
import type { NormanObject } from "./norman.ts";

/** The type of a secret that a pod's `imagePullSecrets` can name. */
export const pullSecretType = "kubernetes.io/dockerconfigjson";

const map = z.record(z.string(), z.string());
const Credential = z.object({ username: z.string().nullish(), password: z.string().nullish() });

/** What a client may send for a docker credential (the provider calls it a Registry). */
export const RegistryBody = z.object({
  name: z.string().optional(),
  description: z.string().nullish(),
  namespaceId: z.string().nullish(),
  registries: z.record(z.string().min(1), Credential).optional(),
  labels: map.nullish(),
  annotations: map.nullish(),
});
export type RegistryBody = z.infer<typeof RegistryBody>;

const DockerConfig = z.object({
  auths: z
    .record(z.string(), z.object({ username: z.string().default(""), password: z.string().default("") }))
    .default({}),
});
/** Registry addresses with their accounts, as in Docker's config file. */
export type Auths = z.infer<typeof DockerConfig>["auths"];

/** The accounts in a pull secret; none where its content is not Docker's JSON. */
export function authsOf(secret: V1Secret): Auths {
  const text = Buffer.from(secret.data?.[".dockerconfigjson"] ?? "", "base64").toString("utf8");
  try {
    return DockerConfig.parse(JSON.parse(text)).auths;
  } catch {
    return {};
  }
}

/** The accounts after a change. A registry without a password keeps the one it had for the same user: `/v3` never shows it, so a client cannot send it back. */
export function mergedAuths(registries: RegistryBody["registries"], present: Auths): Auths {
  if (registries === undefined) return present;
  return Object.fromEntries(
    Object.entries(registries).map(([address, { username, password }]): [string, Auths[string]] => {
      const before = present[address];
      const user = username ?? before?.username ?? "";
      return [address, { username: user, password: password ?? (before?.username === user ? before.password : "") }];
    }),
  );
}

/** The data of a pull secret with these accounts. */
export function pullSecretData(auths: Auths): Record<string, string> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const entries = Object.entries(auths).map(([address, account]) => {
    return [address, { ...account, auth: base64(`${account.username}:${account.password}`) }] as const;
  });
  return { ".dockerconfigjson": base64(JSON.stringify({ auths: Object.fromEntries(entries) })) };
}

/** The copy of a project's secret for one of its namespaces, as Rancher makes it. */
export const copyFor = (secret: V1Secret, namespace: string): V1Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: secret.metadata?.name ?? "",
    namespace,
    labels: { ...secret.metadata?.labels },
    annotations: { ...secret.metadata?.annotations, [keys.userSecret]: "true", [keys.copy]: "true" },
  },
  type: secret.type ?? pullSecretType,
  data: { ...secret.data },
});

/** Whether a secret is such a copy. */
export const isCopy = (secret: V1Secret) => secret.metadata?.annotations?.[keys.copy] === "true";

/** A docker credential as `/v3` shows it: without passwords. */
export function registryView(secret: V1Secret, type: "dockerCredential" | "namespacedDockerCredential"): NormanObject {
  const { name = "", namespace = "", labels, annotations, uid, creationTimestamp } = secret.metadata ?? {};
  const registries = Object.entries(authsOf(secret)).map(([address, { username }]) => [address, { username }]);
  return {
    id: `${namespace}:${name}`,
    type,
    name,
    description: annotations?.[keys.description] ?? "",
    projectId: annotations?.[keys.project] ?? null,
    ...(type === "namespacedDockerCredential" ? { namespaceId: namespace } : {}),
    registries: Object.fromEntries(registries),
    labels: visible(labels),
    annotations: visible(annotations),
    created: creationTimestamp?.toISOString() ?? null,
    creatorId: annotations?.[keys.creator] ?? null,
    uuid: uid ?? null,
  };
}
