import path from "node:path";

import { checkout } from "../world/layout.ts";
import type { Layout } from "../world/layout.ts";

/** The file that holds the passphrase of the sandbox's stacks. */
export const passphraseFile = (layout: Layout): string => path.join(layout.root, "passphrase");

/** The kubeconfig by which a person reaches the cluster as Drover does: through Rancher. */
export const kubeconfigFile = (layout: Layout): string => path.join(layout.root, "kubeconfig");

/** What a shell must export so that a plain `pulumi` and `kubectl` work in the sandbox. There are no secrets in it. */
export function engineEnvironment(layout: Layout, searchPath = process.env["PATH"] ?? ""): Record<string, string> {
  const others = searchPath.split(path.delimiter).filter((folder) => folder !== layout.bin);
  return {
    PATH: [layout.bin, ...others].join(path.delimiter),
    PULUMI_HOME: layout.pulumiHome,
    PULUMI_BACKEND_URL: `file://${layout.pulumiState}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(layout),
    PULUMI_OPTION_CWD: layout.project,
    // A refresh then uses the credentials that are configured now, not those of the last update.
    PULUMI_RUN_PROGRAM: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    // Halves the time in which the program starts.
    NODE_COMPILE_CACHE: path.join(checkout, "node_modules", ".cache", "node"),
    KUBECONFIG: kubeconfigFile(layout),
  };
}

/** Variables of the caller's that would change what the engine and the providers do. */
const unwanted = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_STACK",
  "PULUMI_ACCESS_TOKEN",
  "RANCHER_URL",
  "RANCHER_TOKEN_KEY",
  "RANCHER_ACCESS_KEY",
  "RANCHER_SECRET_KEY",
  "RANCHER_INSECURE",
  "RANCHER_CA_CERTS",
  "GITHUB_OWNER",
  "GITHUB_ORGANIZATION",
  "GITHUB_TOKEN",
  "GITHUB_APP_ID",
  "GITHUB_APP_INSTALLATION_ID",
  "GITHUB_APP_PEM_FILE",
  "GITHUB_BASE_URL",
  "GITHUB_CACHE_PATH",
  "GITHUB_LEGACY_CLIENT",
  "GITHUB_MAX_PER_PAGE",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
];

/** The whole environment for the engine: the caller's, without what would interfere, with the sandbox's own. */
export function processEnvironment(layout: Layout): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !unwanted.includes(name));
  return { ...Object.fromEntries(own), ...engineEnvironment(layout) };
}
