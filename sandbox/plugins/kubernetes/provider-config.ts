import { isDeepStrictEqual } from "node:util";

import { containsUnknown, isMap, revealedMap, unknown } from "../shared/values.ts";
import type { Plain, PlainMap, ValueMap } from "../shared/values.ts";
import { activeCluster, parseKubeconfig } from "./kubeconfig.ts";
import { text } from "./objects.ts";
import type { Kubeconfig, Overrides } from "./kubeconfig.ts";

/** How a provider's configuration changed. */
export interface ConfigDifference {
  readonly changed: readonly string[];
  /** Settings whose change replaces the provider, and with it every object that it made. */
  readonly replaces: readonly string[];
}

/** Settings that decide which cluster is meant. */
const clusterKeys = ["kubeconfig", "context", "cluster"] as const;

/**
 * Compares a provider's old and new configuration. The objects are to be replaced when they would land in another cluster: when
 * `clusterIdentifier` changes or, where none is set, when the kubeconfig leads to a different cluster entry.
 * An unchanged `clusterIdentifier` vouches for the cluster whatever else changes.
 * @throws Error when a kubeconfig can't be read
 */
export async function compareConfigs(olds: ValueMap, news: ValueMap): Promise<ConfigDifference> {
  const [old, next] = [revealedMap(olds), revealedMap(news)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(old[key] ?? null, next[key] ?? null) || isUnknown(next[key]));
  const identity = next["clusterIdentifier"] ?? null;
  const vouched = identity !== null && !changed.includes("clusterIdentifier");
  const movedOn = identity !== null && (old["clusterIdentifier"] ?? null) !== null && !vouched;
  const replaces = movedOn ? ["clusterIdentifier"] : [];
  const open = clusterKeys.find((key) => isUnknown(next[key]));
  if (open !== undefined) return { changed: [open], replaces: vouched ? [] : [...replaces, open] };
  if (changed.includes("renderYamlToDirectory")) replaces.push("renderYamlToDirectory");
  const [oldCluster, nextCluster] = await Promise.all([clusterOf(old), clusterOf(next)]);
  if (oldCluster !== undefined && nextCluster !== undefined && !isDeepStrictEqual(oldCluster, nextCluster))
    replaces.push(...clusterKeys.filter((key) => changed.includes(key)));
  return { changed, replaces: vouched ? [] : replaces };
}

const isUnknown = (value: Plain | undefined) => value !== undefined && containsUnknown(value);

async function clusterOf(config: PlainMap): Promise<PlainMap | undefined> {
  const overrides: Overrides = {
    context: text(config, "context") || undefined,
    cluster: text(config, "cluster") || undefined,
  };
  return activeCluster(await kubeconfigOf(config["kubeconfig"]), overrides);
}

async function kubeconfigOf(value: Plain | undefined): Promise<Kubeconfig> {
  if (value === undefined || value === null || value === unknown) return {};
  if (typeof value === "string") return parseKubeconfig(value);
  if (isMap(value)) return value;
  throw new Error("unexpected kubeconfig format: it is neither a text nor a map");
}

/** A setting that is refused. */
export interface ConfigFailure {
  readonly property: string;
  readonly reason: string;
}

/** What is wrong with a provider's configuration before it is used. */
export function checkConfig(news: ValueMap): ConfigFailure[] {
  const config = revealedMap(news);
  const rendered = text(config, "renderYamlToDirectory") !== "";
  const failures: ConfigFailure[] = [];
  if (rendered)
    failures.push({
      property: "renderYamlToDirectory",
      reason:
        "rendering YAML is not available in the sandbox's stand-in for pulumi-resource-kubernetes; install the official plugin to use it",
    });
  if (!rendered && [true, "true"].some((value) => config["alwaysRender"] === value))
    failures.push({ property: "alwaysRender", reason: '"alwaysRender" requires "renderYamlToDirectory" to be set' });
  if (config["strictMode"] === "true")
    for (const property of ["kubeconfig", "context"])
      if ((config[property] ?? "") === "")
        failures.push({ property, reason: `strict mode requires Provider "${property}" argument` });
  return failures;
}
