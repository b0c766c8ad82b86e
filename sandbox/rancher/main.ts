import { readFileSync } from "node:fs";

import { ApiServer } from "./api-server.ts";
import { readConfig } from "./config.ts";
import { Front } from "./front.ts";
import { install } from "./install.ts";
import { toNormanError } from "./norman.ts";
import { ClusterProxy } from "./proxy.ts";
import { buildServer } from "./server.ts";
import { Watches } from "./watches.ts";

/**
 * The Rancher front: a stand-in for Rancher's server over a real API server. Usage: `node main.ts CONFIG.json`.
 * It serves once the API server has what the front needs there; SIGTERM or SIGINT ends it.
 */
async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error("usage: node sandbox/rancher/main.ts CONFIG.json");
  const config = readConfig(file);
  const server = new ApiServer(config.kubeconfig);
  await install(server, config.cluster.id).catch((error: unknown) => {
    throw new Error(
      `the API server ${server.url.href} is not ready for the Rancher front: ${toNormanError(error).message}`,
    );
  });
  const front = new Front(config, server);
  const watches = new Watches(server, config.cluster.id, front.namespaces, front.propagation);
  const app = buildServer(
    front,
    new ClusterProxy(config, server),
    (line) => console.log(`${new Date().toISOString()} ${line}`),
    {
      cert: readFileSync(config.tls.certificate),
      key: readFileSync(config.tls.key),
    },
  );
  const end = async () => {
    await Promise.allSettled([watches.stop(), app.close()]);
    // The Kubernetes client keeps free connections for some seconds; nobody needs to wait for them.
    process.exit();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());
  await watches.start();
  await app.listen({ host: "127.0.0.1", port: config.port });
  console.log(`Rancher front (stand-in) for cluster ${config.cluster.id} on https://127.0.0.1:${String(config.port)}`);
}

try {
  await main(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : "the Rancher front failed");
  process.exitCode = 1;
}
