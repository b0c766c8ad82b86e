import { readConfig } from "./config.ts";
import { recoverPulls } from "./pulls/recover.ts";
import { seed } from "./seed.ts";
import { createGitHub } from "./server.ts";
import { Store } from "./store.ts";

/**
 * A stand-in for GitHub: REST, GraphQL and git over http, on real bare git repositories. Usage: `node main.ts CONFIG.json`.
 * It serves once its organization is there; SIGTERM or SIGINT ends it.
 */
async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error("usage: node sandbox/github/main.ts CONFIG.json");
  const { port, folder, adminToken, organization, registries } = readConfig(file);
  const store = new Store(folder);
  store.origin = `http://127.0.0.1:${String(port)}`;
  await seed(store, organization);
  await recoverPulls(store);
  const app = createGitHub({
    store,
    adminToken,
    registries,
    log: (line) => console.log(`${new Date().toISOString()} ${line}`),
  });
  const end = async () => {
    await Promise.allSettled([app.close()]);
    await store.close();
    process.exit();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());
  await app.listen({ host: "127.0.0.1", port });
  console.log(`GitHub stand-in with organization ${organization.login} on ${store.origin}`);
}

try {
  await main(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : "the GitHub stand-in failed");
  process.exitCode = 1;
}
