/**
 * Stand-in for Pulumi's Kubernetes provider (`pulumi-resource-kubernetes`), which cannot be built from a module registry.
 * Follows its behaviour for single objects; Helm, Kustomize, YAML files and patch resources are left to the official one.
 * Arguments: the engine's address.
 */

import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ servePlugin }, { kubernetesProvider }] = await Promise.all([
  import("../shared/plugin-server.ts"),
  import("./provider.ts"),
]);
await servePlugin(kubernetesProvider(process.argv[2]));
