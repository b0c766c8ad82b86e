import { isMap } from "../shared/values.ts";
import type { Plain, PlainMap } from "../shared/values.ts";

/** A Kubernetes object as its API gives it. */
export type KubernetesObject = PlainMap;

/** The value at a path of field names; undefined where there is none. */
export function at(value: Plain | undefined, ...path: readonly string[]): Plain | undefined {
  let current = value;
  for (const name of path) current = current !== undefined && isMap(current) ? current[name] : undefined;
  return current;
}

/** The text at a path, "" where there is none. */
export function text(value: Plain | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The number at a path, undefined where there is none. */
export function number(value: Plain | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The list at a path, empty where there is none. */
export function list(value: Plain | undefined, ...path: readonly string[]): Plain[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The map at a path, empty where there is none. */
export function map(value: Plain | undefined, ...path: readonly string[]): PlainMap {
  const found = at(value, ...path);
  return found !== undefined && isMap(found) ? found : {};
}

/** Sets the value at a path and makes the maps on the way; does nothing where something else than a map is on the way. */
export function put(target: PlainMap, path: readonly string[], value: Plain): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const next = (target[name] ??= {});
  if (isMap(next)) put(next, rest, value);
}

/** Removes the value at a path. */
export function remove(target: PlainMap, ...path: readonly string[]): void {
  const parent = at(target, ...path.slice(0, -1));
  const name = path.at(-1);
  if (parent !== undefined && isMap(parent) && name !== undefined) Reflect.deleteProperty(parent, name);
}

/** Whether a parsed JSON document consists of plain values, which every one does. */
export function isPlain(value: unknown): value is Plain {
  if (value === null || ["boolean", "number", "string"].includes(typeof value)) return true;
  return typeof value === "object" && Object.values(value).every(isPlain);
}

/** Parses JSON. @throws SyntaxError */
export function parseJson(json: string): Plain {
  const value: unknown = JSON.parse(json);
  if (!isPlain(value)) throw new SyntaxError("not JSON");
  return value;
}

/** Parses a JSON object; a document of another type is an empty one. @throws SyntaxError */
export const parseObject = (json: string): PlainMap => map(parseJson(json));

export const nameOf = (object: KubernetesObject) => text(object, "metadata", "name");
export const namespaceOf = (object: KubernetesObject) => text(object, "metadata", "namespace");
export const kindOf = (object: KubernetesObject) => text(object, "kind");
export const apiVersionOf = (object: KubernetesObject) => text(object, "apiVersion");
export const uidOf = (object: KubernetesObject) => text(object, "metadata", "uid");
export const annotationOf = (object: KubernetesObject, key: string) => text(object, "metadata", "annotations", key);

/** The id that the official plugin gives: `namespace/name`, or `name` where there is no namespace. */
export const idOf = (object: KubernetesObject) =>
  namespaceOf(object) === "" ? nameOf(object) : `${namespaceOf(object)}/${nameOf(object)}`;

/** The parts of an id. */
export function parseId(id: string): { namespace: string; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: "", name: first } : { namespace: first, name: second };
}

/** Whether an object names another as its direct owner. */
export const isOwnedBy = (object: KubernetesObject, owner: KubernetesObject | undefined) =>
  owner !== undefined &&
  uidOf(owner) !== "" &&
  list(object, "metadata", "ownerReferences").some((reference) => text(reference, "uid") === uidOf(owner));

/**
 * The objects of a list. In the API's answers they say neither version nor kind, which is said once for all of them: each gets its own,
 * as Kubernetes' Go client gives it to them.
 */
export function itemsOf(answer: KubernetesObject): KubernetesObject[] {
  const [version, kind] = [apiVersionOf(answer), kindOf(answer).replace(/List$/, "")];
  return list(answer, "items").flatMap((item) => (isMap(item) ? [{ apiVersion: version, kind, ...item }] : []));
}
