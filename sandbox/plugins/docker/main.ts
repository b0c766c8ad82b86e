/**
 * Stand-in for Pulumi's Docker provider (`pulumi-resource-docker`), which cannot be built from a module registry.
 * Has the function `getRegistryImage` alone. Needs no Docker daemon.
 */

import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ servePlugin }, { dockerProvider }] = await Promise.all([
  import("../shared/plugin-server.ts"),
  import("./provider.ts"),
]);
await servePlugin(dockerProvider());
