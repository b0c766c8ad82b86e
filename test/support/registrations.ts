import { isDeepStrictEqual } from "node:util";

import * as z from "zod";

import { plain } from "./mocks.ts";
import type { Registered, Registration } from "./mocks.ts";

/** All resources as a tree: each with its explicit provider and its options, below its parent; siblings sorted. */
export function treeOf({ resources }: Registration): string {
  const lines = (parent: string, indent: string): string[] =>
    [...resources]
      .filter(([, resource]) => resource.parent === parent)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, resource]) => [`${indent}${lineOf(resource)}`, ...lines(key, `${indent}  `)]);
  return `${lines("", "").join("\n")}\n`;
}

function lineOf({ type, name, provider, options }: Registered): string {
  const via = provider === "" ? [] : [`via ${provider.split("::").at(-1) ?? ""}`];
  return [`${type} ${name}`, ...via, ...Object.keys(options)].join(", ");
}

/** Dotted paths to the texts, numbers and truth values in something, with these. */
export function leavesOf(value: unknown, path: readonly string[] = []): Map<string, unknown> {
  if (typeof value !== "object" || value === null) return new Map([[path.join("."), value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, [...path, key])]));
}

/** Resource to the paths of inputs in which two registrations differ; `""` for what one of them has not at all. */
export function changesBetween(before: Registration, after: Registration): Map<string, string[]> {
  const keys = new Set([...before.resources.keys(), ...after.resources.keys()]);
  return new Map(
    [...keys].flatMap((key): [string, string[]][] => {
      const [one, other] = [before.resources.get(key), after.resources.get(key)];
      if (isDeepStrictEqual(one, other)) return [];
      const [old, now] = [leavesOf(plain(one?.inputs)), leavesOf(plain(other?.inputs))];
      const paths = [...new Set([...old.keys(), ...now.keys()])];
      return [[key, paths.filter((path) => old.get(path) !== now.get(path))]];
    }),
  );
}

const Deployment = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.tuple([z.object({ image: z.string() })]) }) }),
  }),
});

/** Deployment to image. */
export const imagesOf = ({ resources }: Registration): Record<string, string> =>
  Object.fromEntries(
    [...resources.values()]
      .filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
      .map(({ inputs }) => {
        const { metadata, spec } = Deployment.parse(plain(inputs));
        return [metadata.name, spec.template.spec.containers[0].image];
      }),
  );

const Place = z.looseObject({ rancher: z.looseObject({ cluster: z.string() }) });
const Named = z.looseObject({ name: z.string().optional() });
const Namespaced = z.object({ metadata: z.looseObject({ namespace: z.string(), name: z.string().optional() }) });
const Routes = z.object({
  spec: z.object({
    rules: z.array(z.object({ host: z.string(), http: z.object({ paths: z.array(z.object({ path: z.string() })) }) })),
  }),
});

/** Everything in the world that a stack takes as its own: objects in Rancher and in the cluster, and addresses. */
export function claimsOf({ resources }: Registration, config: unknown): string[] {
  const { cluster } = Place.parse(config).rancher;
  return [...resources.values()].flatMap(({ type, name, inputs: given }) => {
    const inputs = plain(given);
    const kind = type.split(":").at(-1) ?? "";
    if (type.startsWith("rancher2:")) return [`${cluster} ${kind} ${Named.parse(inputs).name ?? name}`];
    if (!type.startsWith("kubernetes:")) return [];
    const { metadata } = Namespaced.parse(inputs);
    const object = `${cluster} ${metadata.namespace} ${kind} ${metadata.name ?? `${name}-…`}`;
    if (kind !== "Ingress") return [object];
    const routes = Routes.parse(inputs).spec.rules.flatMap(({ host, http }) =>
      http.paths.map(({ path }) => host + path),
    );
    return [object, ...routes];
  });
}
