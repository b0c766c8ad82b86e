import { readFileSync } from "node:fs";

import * as z from "zod";

const token = z.string().regex(/^[^\s:]+:[^\s:]+$/u, "must be ACCESS:SECRET");

const ConfigFile = z.strictObject({
  /** Where the front listens on 127.0.0.1. */
  port: z.int().min(1).max(65535),
  /** Paths of the certificate and its key, in PEM. Clients of Kubernetes send no token over plain http. */
  tls: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }),
  /** Path of a kubeconfig with all rights on the API server. */
  kubeconfig: z.string().min(1),
  /** The one cluster that this Rancher knows. */
  cluster: z.strictObject({
    id: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/u, "must be a name that a namespace can have"),
    name: z.string().min(1),
  }),
  /** What Rancher accepts: `deployer` may do everything on the cluster, `reader` may look at all but secrets. */
  tokens: z.strictObject({ deployer: token, reader: token }),
});

/** What the Rancher front is told at its start. */
export type Config = z.infer<typeof ConfigFile>;

/**
 * Reads the front's config file.
 * @throws Error that names every wrong key; it never shows a value, since some are secret
 */
export function readConfig(file: string): Config {
  const parsed = ConfigFile.safeParse(JSON.parse(readFileSync(file, "utf8")), { reportInput: false });
  if (!parsed.success)
    throw new Error(`${file} is not a config of the Rancher front:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
