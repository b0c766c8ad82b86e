import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

import type { Plain, PlainMap } from "../shared/values.ts";
import { at, isPlain, list, map, parseJson, text } from "./objects.ts";

/** A parsed kubeconfig (Kubernetes' `client-go/tools/clientcmd/api/v1`, Config). */
export type Kubeconfig = PlainMap;

/** What picks a cluster and a namespace in place of the kubeconfig's own choice. */
export interface Overrides {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The entries of a kubeconfig that one connection uses. */
export interface ActiveContext {
  readonly cluster: PlainMap;
  readonly user: PlainMap;
  /** "" where nothing names one. */
  readonly namespace: string;
}

/**
 * Reads a kubeconfig from a file's path (`~` is the home folder) or from its contents, YAML or JSON.
 * @throws Error when it is neither
 */
export async function parseKubeconfig(pathOrContents: string): Promise<Kubeconfig> {
  if (pathOrContents === "") return {};
  const file = pathOrContents.replace(/^~(?=\/|$)/, homedir());
  const isFile = file.length < 4096 && !file.includes("\n") && existsSync(file);
  const contents = isFile ? readFileSync(file, "utf8") : pathOrContents;
  const config = await parseDocument(contents);
  if (typeof config === "string")
    throw new Error(
      "couldn't get version/kind; json parse error: the kubeconfig is neither a file that exists nor a YAML or JSON document",
    );
  return map(config);
}

/** Loading a YAML parser takes longer than all else that parsing needs: JSON goes without. */
async function parseDocument(contents: string): Promise<Plain> {
  if (contents.trimStart().startsWith("{")) {
    try {
      return parseJson(contents);
    } catch {
      // YAML may begin with a brace too.
    }
  }
  const { parse } = await import("yaml");
  const document: unknown = parse(contents);
  return isPlain(document) ? document : null;
}

/** Where kubectl finds a kubeconfig when none is given: `KUBECONFIG`, else the one in the home folder. */
export async function ambientKubeconfig(): Promise<Kubeconfig> {
  const files = (process.env["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  const candidates = files.length > 0 ? files : [path.join(homedir(), ".kube", "config")];
  const found = await Promise.all(candidates.filter((file) => existsSync(file)).map(parseKubeconfig));
  const lists = ["clusters", "users", "contexts"] as const;
  const current = found.map((config) => text(config, "current-context")).find((name) => name !== "") ?? "";
  return {
    "current-context": current,
    ...Object.fromEntries(lists.map((key) => [key, found.flatMap((config) => list(config, key))])),
  };
}

const entry = (config: Kubeconfig, kind: "clusters" | "users" | "contexts", name: string) =>
  list(config, kind).find((candidate) => text(candidate, "name") === name);

/** The cluster that a kubeconfig and overrides lead to; undefined when they lead nowhere. */
export function activeCluster(config: Kubeconfig, overrides: Overrides): PlainMap | undefined {
  const context = entry(config, "contexts", overrides.context ?? text(config, "current-context"));
  if (context === undefined) return undefined;
  const name = overrides.cluster ?? text(context, "context", "cluster");
  const cluster = at(entry(config, "clusters", name), "cluster");
  return cluster === undefined ? undefined : map(cluster);
}

/**
 * What a connection is made of.
 * @throws Error that names what is missing
 */
export function activeContext(config: Kubeconfig, overrides: Overrides): ActiveContext {
  const name = overrides.context ?? text(config, "current-context");
  if (name === "" && list(config, "clusters").length === 0)
    throw new Error(
      "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
    );
  const context = entry(config, "contexts", name);
  if (context === undefined) throw new Error(`context "${name}" does not exist`);
  const cluster = activeCluster(config, overrides);
  const clusterName = overrides.cluster ?? text(context, "context", "cluster");
  if (cluster === undefined) throw new Error(`cluster "${clusterName}" does not exist`);
  if (text(cluster, "server") === "") throw new Error(`cluster "${clusterName}" has no server defined`);
  const user = map(entry(config, "users", text(context, "context", "user")), "user");
  return { cluster, user, namespace: overrides.namespace ?? text(context, "context", "namespace") };
}
