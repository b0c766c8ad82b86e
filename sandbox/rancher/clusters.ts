import type { Config } from "./config.ts";
import type { NormanObject } from "./norman.ts";

/** The one cluster as `/v3` shows it. The provider works on it once its condition `Updated` is true. */
export const clusterView = (
  cluster: Config["cluster"],
  version: { gitVersion: string; major: string; minor: string },
): NormanObject => ({
  id: cluster.id,
  type: "cluster",
  name: cluster.name,
  description: "",
  state: "active",
  transitioning: "no",
  transitioningMessage: "",
  internal: false,
  imported: true,
  provider: "sandbox",
  version: { gitVersion: version.gitVersion, major: version.major, minor: version.minor },
  conditions: ["Ready", "Connected", "Updated"].map((type) => ({ type, status: "True" })),
  labels: {},
  annotations: {},
});

/** The settings that the provider asks for. The server version is the one whose API this front follows. */
export const settings: readonly NormanObject[] = [
  { id: "k8s-version", type: "setting", name: "k8s-version", value: "" },
  { id: "server-version", type: "setting", name: "server-version", value: "v2.14.4" },
];

/** A kubeconfig for the cluster through this Rancher, with the caller's own token: unlike Rancher, the front mints none. */
export const kubeconfigFor = (cluster: Config["cluster"], base: string, token: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster.name, cluster: { server: `${base}/k8s/clusters/${cluster.id}` } }],
    users: [{ name: cluster.name, user: { token } }],
    contexts: [{ name: cluster.name, context: { cluster: cluster.name, user: cluster.name } }],
    "current-context": cluster.name,
  });
