import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";

import * as z from "zod";

import { settingsName } from "./layout.ts";
import type { Layout } from "./layout.ts";

const port = z.int().min(1024).max(65535);

const SettingsFile = z.strictObject({
  ports: z.strictObject({
    etcd: port,
    etcdPeer: port,
    apiServer: port,
    controllerManager: port,
    scheduler: port,
    kubelet: port,
    kubeletHealth: port,
    kwok: port,
    registry: port,
    privateRegistry: port,
    rancher: port,
    ingress: port,
    ingressApi: port,
    github: port,
    actions: port,
  }),
  /** What Rancher accepts, as `access:secret`. */
  tokens: z.strictObject({ deployer: z.string(), reader: z.string() }),
  /**
   * Tokens of the GitHub stand-in: of an organization owner with the scopes that Drover needs, of a developer, of somebody
   * who only reads, of the App `drover`, and the one that opens the stand-in's own `/_emulator`.
   */
  githubTokens: z.strictObject({
    admin: z.string(),
    developer: z.string(),
    reader: z.string(),
    app: z.string(),
    emulator: z.string(),
  }),
  /** The account of the registry's private part. */
  registryAccount: z.strictObject({ username: z.string(), password: z.string() }),
  /** Encrypts the stacks' secrets. */
  passphrase: z.string(),
  /** The second and third byte of the node's network 10.A.B.0/24, and the bridge's name. */
  network: z.strictObject({ bridge: z.string(), prefix: z.string() }),
});

/** What a sandbox chose when it was first started and keeps: ports, tokens, passwords, network. */
export type Settings = z.infer<typeof SettingsFile>;

const Stored = z.object({ ports: z.record(z.string(), port).default({}) }).loose();

/**
 * Reads a sandbox's settings; makes up, once, what is not there: all of it at first, later what a newer sandbox wants besides.
 * Readable by the owner alone.
 */
export async function openSettings(layout: Layout): Promise<Settings> {
  const file = path.join(layout.root, settingsName);
  const stored = existsSync(file) ? Stored.parse(JSON.parse(readFileSync(file, "utf8"))) : Stored.parse({});
  const missing = Object.keys(SettingsFile.shape.ports.shape).filter((name) => !(name in stored.ports));
  const id = randomBytes(2);
  const complete = {
    tokens: { deployer: rancherToken(), reader: rancherToken() },
    githubTokens: {
      admin: githubToken("ghp"),
      developer: githubToken("ghp"),
      reader: githubToken("ghp"),
      app: githubToken("ghs"),
      emulator: githubToken("emulator"),
    },
    registryAccount: { username: "drover", password: randomBytes(18).toString("base64url") },
    passphrase: randomBytes(18).toString("base64url"),
    network: {
      bridge: `drover-${id.toString("hex")}`,
      prefix: `10.${String(id.readUInt8(0))}.${String(id.readUInt8(1))}`,
    },
    ...stored,
    ports: { ...stored.ports, ...(await freePorts(missing, Object.values(stored.ports))) },
  };
  const settings = SettingsFile.parse(complete);
  if (missing.length > 0 || Object.keys(settings).some((key) => !(key in stored)))
    writeFileSync(file, JSON.stringify(settings, null, 2), { mode: 0o600 });
  return settings;
}

/** A token in GitHub's form: a prefix of its kind and 36 letters and digits. */
const githubToken = (prefix: string) => `${prefix}_${randomBytes(18).toString("hex")}`;

/** A token in Rancher's form: `token-xxxxx:` and 54 letters and digits. */
const rancherToken = () => `token-${randomBytes(3).toString("hex").slice(0, 5)}:${randomBytes(27).toString("hex")}`;

/**
 * Asks the system for as many free ports as there are names, none of which is taken; all are held until the last is known,
 * so no two are the same.
 */
export async function freePorts(names: readonly string[], taken: readonly number[]): Promise<Record<string, number>> {
  const servers = await Promise.all(
    names.map(async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the system gave no port number");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  // A part that does not run now keeps its port, which the system sees as free.
  if (ports.some((one) => taken.includes(one))) return freePorts(names, taken);
  return Object.fromEntries(names.map((name, index) => [name, ports[index] ?? 0]));
}
