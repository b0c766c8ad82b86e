import { readFileSync } from "node:fs";
import type { AgentOptions, RequestOptions } from "node:https";

import type { PlainMap } from "../shared/values.ts";
import type { ActiveContext, Kubeconfig } from "./kubeconfig.ts";
import { at, list, text } from "./objects.ts";

/** How to reach an API server and who to be there. */
export interface Access {
  /** Without a slash at the end. */
  readonly server: string;
  readonly tls: Pick<AgentOptions, "ca" | "cert" | "key" | "rejectUnauthorized" | "servername">;
  /** Headers of the moment: a token in a file is read again and again, since it is renewed there. */
  headers(): Record<string, string | string[]>;
}

/** Data in base64 under one key, or a file's path under another. */
function material(entry: PlainMap, data: string, file: string): Buffer | undefined {
  const encoded = text(entry, data);
  if (encoded !== "") return Buffer.from(encoded, "base64");
  const name = text(entry, file);
  return name === "" ? undefined : readFileSync(name);
}

function authorization(user: PlainMap): string | undefined {
  const file = text(user, "tokenFile");
  const token = file === "" ? text(user, "token") : readFileSync(file, "utf8").trim();
  if (token !== "") return `Bearer ${token}`;
  if (text(user, "username") === "") return undefined;
  return `Basic ${Buffer.from(`${text(user, "username")}:${text(user, "password")}`).toString("base64")}`;
}

function impersonation(user: PlainMap): Record<string, string | string[]> {
  const groups = list(user, "as-groups").filter((group) => typeof group === "string");
  return {
    ...(text(user, "as") === "" ? {} : { "Impersonate-User": text(user, "as") }),
    ...(groups.length === 0 ? {} : { "Impersonate-Group": groups }),
  };
}

/** Whether a user's credentials come from a program, a cloud or over a proxy: rare, and the library knows how. */
const needsLibrary = ({ cluster, user }: ActiveContext) =>
  at(user, "exec") !== undefined || at(user, "auth-provider") !== undefined || at(cluster, "proxy-url") !== undefined;

/**
 * Works out how to reach a cluster.
 * @throws Error when a file that the kubeconfig names can't be read, or its credentials can't be had
 */
export async function accessFor(config: Kubeconfig, context: ActiveContext): Promise<Access> {
  const { cluster, user } = context;
  const server = text(cluster, "server").replace(/\/+$/, "");
  if (needsLibrary(context)) return libraryAccess(config, context, server);
  const ca = material(cluster, "certificate-authority-data", "certificate-authority");
  const cert = material(user, "client-certificate-data", "client-certificate");
  const key = material(user, "client-key-data", "client-key");
  const servername = text(cluster, "tls-server-name");
  authorization(user);
  return {
    server,
    tls: {
      rejectUnauthorized: at(cluster, "insecure-skip-tls-verify") !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(servername === "" ? {} : { servername }),
    },
    headers() {
      const value = authorization(user);
      return { ...impersonation(user), ...(value === undefined ? {} : { Authorization: value }) };
    },
  };
}

/** Loading the client library takes a second, so only those wait for it who need it. */
async function libraryAccess(config: Kubeconfig, context: ActiveContext, server: string): Promise<Access> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const library = new KubeConfig();
  library.loadFromString(
    JSON.stringify({
      ...config,
      clusters: [{ name: "active", cluster: context.cluster }],
      users: [{ name: "active", user: context.user }],
      contexts: [{ name: "active", context: { cluster: "active", user: "active" } }],
      "current-context": "active",
    }),
  );
  const options: RequestOptions = {};
  await library.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const tls = Object.fromEntries(
    Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(([, value]) => value !== undefined),
  );
  return { server, tls, headers: () => headers };
}
