import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Config } from "../../../sandbox/rancher/config.ts";

/** A config whose tokens are only good here. */
export const config: Config = {
  port: 1024,
  tls: { certificate: "/certificate", key: "/key" },
  kubeconfig: "/kubeconfig",
  cluster: { id: "c-m-test", name: "test" },
  tokens: { deployer: "token-aaaaa:deploy", reader: "token-bbbbb:read" },
};

/** Runs something with a kubeconfig for an API server. */
export async function withKubeconfig<T>(server: string, use: (file: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "drover-rancher-"));
  try {
    const file = path.join(folder, "kubeconfig");
    const named = {
      clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    };
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "Config", ...named, "current-context": "x" }));
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
