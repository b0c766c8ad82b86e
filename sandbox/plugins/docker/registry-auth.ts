import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

import * as z from "zod";

import { dockerHub } from "./image-name.ts";

/** A registry and who to be there. */
export interface RegistryAccount {
  /** With its protocol, without a path. */
  readonly address: string;
  /** "" for nobody. */
  readonly username: string;
  readonly password: string;
}

const flag = z.union([z.boolean(), z.stringbool()]).default(false);
const words = z.string().default("");

/** The provider's setting `registryAuth`, as `@pulumi/docker` has it. */
const RegistryAuth = z.array(
  z.object({
    address: z.string().min(1),
    username: words,
    password: words,
    configFile: words,
    configFileContent: words,
    authDisabled: flag,
  }),
);

const DockerConfig = z.object({
  auths: z.record(z.string(), z.object({ auth: words, username: words, password: words })).default({}),
});

/** A registry's host and port, from an address with or without protocol and path. */
export const hostOf = (address: string) => address.replace(/^https?:\/\//, "").split("/")[0] ?? "";

const dockerHubHosts = [dockerHub, "index.docker.io", "docker.io", "registry.hub.docker.com"];

/** The address with a protocol: plain http only where it says so. */
const withProtocol = (address: string) => `${address.startsWith("http://") ? "http" : "https"}://${hostOf(address)}`;

/**
 * Reads the provider's setting `registryAuth` (JSON): accounts by registry host.
 * An entry without a user name takes it from a Docker configuration: its content, its file, or the person's own.
 * @throws Error naming the entry that can't be used
 */
export function readAccounts(
  json: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): ReadonlyMap<string, RegistryAccount> {
  const parsed = RegistryAuth.safeParse(json === undefined || json === "" ? [] : JSON.parse(json));
  if (!parsed.success)
    throw new Error(`Error loading registry auth config: registryAuth: ${z.prettifyError(parsed.error)}`);
  return new Map(
    parsed.data.map((entry) => {
      const address = withProtocol(entry.address);
      const username = entry.username || (environment["DOCKER_REGISTRY_USER"] ?? "");
      const password = entry.password || (environment["DOCKER_REGISTRY_PASS"] ?? "");
      // The official plugin sends these two words where authentication is switched off; a registry without any ignores them.
      if (entry.authDisabled) return [hostOf(address), { address, username: "username", password: "password" }];
      if (username !== "") return [hostOf(address), { address, username, password }];
      const content = entry.configFileContent || readConfigFile(entry.configFile, environment);
      return [hostOf(address), { address, ...accountIn(content, hostOf(address)) }];
    }),
  );
}

/** @throws Error when the file is not there */
function readConfigFile(configured: string, environment: NodeJS.ProcessEnv): string {
  const folder = environment["DOCKER_CONFIG"] ?? path.join(homedir(), ".docker");
  const file = configured === "" ? path.join(folder, "config.json") : configured.replace(/^~(?=\/)/, homedir());
  if (!existsSync(file))
    throw new Error(
      `Error loading registry auth config: could not open config file from filePath: ${file}. ` +
        "Give registryAuth a username and a password, or authDisabled: true",
    );
  return readFileSync(file, "utf8");
}

function accountIn(content: string, host: string): { username: string; password: string } {
  const { auths } = DockerConfig.parse(JSON.parse(content));
  const hosts = dockerHubHosts.includes(host) ? [...dockerHubHosts, host] : [host];
  const entry = Object.entries(auths).find(([address]) => hosts.includes(hostOf(address)))?.[1];
  if (entry === undefined) return { username: "", password: "" };
  const [username = "", ...rest] = Buffer.from(entry.auth, "base64").toString().split(":");
  return entry.auth === ""
    ? { username: entry.username, password: entry.password }
    : { username, password: rest.join(":") };
}

/** Who to be at a registry; nobody, over https, at one that the settings don't have. */
export function accountFor(accounts: ReadonlyMap<string, RegistryAccount>, registry: string): RegistryAccount {
  const hosts = dockerHubHosts.includes(registry) ? [registry, ...dockerHubHosts] : [registry];
  const found = hosts.map((host) => accounts.get(host)).find((account) => account !== undefined);
  return found ?? { address: `https://${registry}`, username: "", password: "" };
}
