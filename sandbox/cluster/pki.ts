import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";

import { createAuthority, createSigningKey, issue } from "./certificates.ts";
import type { Pair, Subject } from "./certificates.ts";

/** The node's name in the cluster. */
export const nodeName = "sandbox";

/** Services get addresses of this network, which nobody dials here (no kube-proxy runs). Reserved for benchmarks (RFC 2544), so no machine of a person's own network has one. */
export const serviceNetwork = "198.18.0.0/16";

const authorities = {
  cluster: "drover sandbox",
  etcd: "drover sandbox etcd",
  rancher: "drover sandbox rancher",
} as const;

/** Every certificate of the cluster. etcd has an authority of its own: else any certificate that the cluster signs would open it. */
export const subjects = (nodeAddress: string) =>
  ({
    etcd: { authority: "etcd", commonName: "etcd", hosts: ["127.0.0.1", "localhost"] },
    "etcd-client": { authority: "etcd", commonName: "kube-apiserver" },
    apiserver: {
      authority: "cluster",
      commonName: "kube-apiserver",
      hosts: [
        "127.0.0.1",
        "198.18.0.1",
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
      ],
    },
    "apiserver-kubelet": {
      authority: "cluster",
      commonName: "drover:apiserver-kubelet-client",
      organization: "system:masters",
    },
    admin: { authority: "cluster", commonName: "drover:admin", organization: "system:masters" },
    "controller-manager": {
      authority: "cluster",
      commonName: "system:kube-controller-manager",
      hosts: ["127.0.0.1", "localhost"],
    },
    scheduler: { authority: "cluster", commonName: "system:kube-scheduler", hosts: ["127.0.0.1", "localhost"] },
    kubelet: {
      authority: "cluster",
      commonName: `system:node:${nodeName}`,
      organization: "system:nodes",
      hosts: [nodeAddress, "127.0.0.1", "localhost", nodeName],
    },
    ingress: { authority: "cluster", commonName: "drover:ingress" },
    rancher: { authority: "rancher", commonName: "rancher", hosts: ["127.0.0.1", "localhost"] },
    kwok: { authority: "cluster", commonName: "drover:kwok", organization: "system:masters" },
  }) satisfies Record<string, Subject & { authority: keyof typeof authorities }>;

/** The name of a certificate. */
export type Identity = keyof ReturnType<typeof subjects>;

/** The files of the cluster's public-key infrastructure, all below one folder that only the owner can read. */
export interface Pki {
  /** Paths of an authority's certificate and key. */
  authority(name: keyof typeof authorities): Pair;
  /** Paths of a certificate and its key. */
  of(identity: Identity): Pair;
  /** Paths of the key pair that signs and checks service-account tokens. */
  readonly serviceAccounts: { readonly privateKey: string; readonly publicKey: string };
}

/** Opens a cluster's certificates; makes those that are missing, or whose server has another address than they say. */
export async function openPki(folder: string, nodeAddress: string): Promise<Pki> {
  const pair = (name: string, at = folder): Pair => ({
    certificate: path.join(at, `${name}.crt`),
    key: path.join(at, `${name}.key`),
  });
  const pki: Pki = {
    authority: (name) => pair(`${name}-ca`),
    of: (identity) => pair(identity),
    serviceAccounts: {
      privateKey: path.join(folder, "service-accounts.key"),
      publicKey: path.join(folder, "service-accounts.pub"),
    },
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, commonName] of Object.entries(authorities)) {
    const files = pair(`${name}-ca`);
    if (!existsSync(files.certificate)) writePair(files, await createAuthority(commonName));
  }
  if (!existsSync(pki.serviceAccounts.publicKey)) {
    const signing = await createSigningKey();
    writeFileSync(pki.serviceAccounts.privateKey, signing.privateKey, { mode: 0o600 });
    writeFileSync(pki.serviceAccounts.publicKey, signing.publicKey, { mode: 0o600 });
  }
  for (const [name, { authority, ...subject }] of Object.entries(subjects(nodeAddress))) {
    if (existsSync(pair(name).certificate) && isFor(subject, readPair(pair(name)))) continue;
    writePair(pair(name), await issue(readPair(pki.authority(authority)), subject));
  }
  return pki;
}

/** Whether a certificate still names all its server's addresses: the network can have been changed in the settings. */
function isFor({ hosts = [] }: Subject, { certificate }: Pair): boolean {
  const own = new X509Certificate(certificate);
  return hosts.every((host) => (isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host)) !== undefined);
}

/** Reads a certificate and its key. */
export const readPair = (files: Pair): Pair => ({
  certificate: readFileSync(files.certificate, "utf8"),
  key: readFileSync(files.key, "utf8"),
});

/** The key first: a certificate that is there says that the pair is. */
function writePair(files: Pair, pair: Pair): void {
  writeFileSync(files.key, pair.key, { mode: 0o600 });
  writeFileSync(files.certificate, pair.certificate, { mode: 0o600 });
}
