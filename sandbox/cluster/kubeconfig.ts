import { writeFileSync } from "node:fs";
import path from "node:path";

import { stringify } from "yaml";

import type { Pair } from "./certificates.ts";

/** Who a kubeconfig lets in, and where. */
export interface KubeconfigSpec {
  /** As in `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  /** The context's and the user's name. */
  readonly user: string;
  readonly credentials: Pair;
}

/** A kubeconfig that carries its certificates in itself, so that it works from anywhere. */
export function renderKubeconfig({ server, authority, user, credentials }: KubeconfigSpec): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sandbox", cluster: { server, "certificate-authority-data": base64(authority) } }],
    users: [
      {
        name: user,
        user: {
          "client-certificate-data": base64(credentials.certificate),
          "client-key-data": base64(credentials.key),
        },
      },
    ],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user } }],
    "current-context": "sandbox",
  });
}

/** Where a kubeconfig is, given the folder of the cluster's data. */
export const kubeconfigFile = (folder: string, user: string) => path.join(folder, `${user}.kubeconfig`);

/** Writes a kubeconfig for the owner alone. */
export const writeKubeconfig = (folder: string, spec: KubeconfigSpec) => {
  writeFileSync(kubeconfigFile(folder, spec.user), renderKubeconfig(spec), { mode: 0o600 });
};
