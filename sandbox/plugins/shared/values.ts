import protobuf from "google-protobuf/google/protobuf/struct_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** A value that is not known before the update, as a preview meets it. */
export const unknown: unique symbol = Symbol("unknown");

/** A value that the engine keeps encrypted in its state. */
export class Secret {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** What a property can be on its way between the engine and a plugin. */
export type Value = null | boolean | number | string | typeof unknown | Secret | Value[] | ValueMap;

/** Properties by name. */
export interface ValueMap {
  [key: string]: Value;
}

/** A value without secrets. */
export type Plain = null | boolean | number | string | typeof unknown | Plain[] | PlainMap;

/** Properties by name, without secrets. */
export interface PlainMap {
  [key: string]: Plain;
}

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** One for each type that an unknown value could have: bool, number, string, array, asset, archive, object. */
const unknownMarks: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is a map of properties: not null, a list, a secret or unknown. */
export function isMap(value: Plain | undefined): value is PlainMap;
export function isMap(value: Value | undefined): value is ValueMap;
export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/**
 * Reads a value as the engine sends it (Pulumi's deployment protocol, `sdk/go/common/resource/plugin/rpc.go`).
 * @throws Error for assets and other values that only the official plugins understand
 */
export function decode(raw: unknown): Value {
  if (raw === null || typeof raw === "boolean" || typeof raw === "number") return raw;
  if (typeof raw === "string") return unknownMarks.has(raw) ? unknown : raw;
  if (Array.isArray(raw)) return raw.map(decode);
  if (typeof raw !== "object") throw new Error(`a property is of type ${typeof raw}, which no Pulumi value has`);
  const entries = new Map<string, unknown>(Object.entries(raw));
  const signature = entries.get(signatureKey);
  if (signature === secretSignature) return new Secret(decode(entries.get("value") ?? null));
  if (signature !== undefined)
    throw new Error("assets, archives and references are not understood by this stand-in plugin");
  const map: ValueMap = {};
  for (const [key, value] of entries) map[key] = decode(value);
  return map;
}

/** The properties of a message's struct; none when it has none. */
export function decodeStruct(struct: Struct | undefined): ValueMap {
  const value = decode(struct?.toJavaScript() ?? {});
  return isMap(value) ? value : {};
}

type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };

function encode(value: Value): Wire {
  if (value === unknown) return unknownString;
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: encode(value.value) };
  if (Array.isArray(value)) return value.map(encode);
  return isMap(value) ? encodeMap(value) : value;
}

function encodeMap(map: ValueMap): { [key: string]: Wire } {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, encode(value)]));
}

/** Properties as a message's struct. */
export const encodeStruct = (map: ValueMap): Struct => protobuf.Struct.fromJavaScript(encodeMap(map));

/** A copy in which secrets are replaced by what they hold. */
export function revealed(value: Value): Plain {
  if (value instanceof Secret) return revealed(value.value);
  if (Array.isArray(value)) return value.map(revealed);
  return isMap(value) ? revealedMap(value) : value;
}

/** A copy of a map in which secrets are replaced by what they hold. */
export function revealedMap(map: ValueMap): PlainMap {
  const copy: PlainMap = {};
  for (const [key, value] of Object.entries(map)) copy[key] = revealed(value);
  return copy;
}

/** Whether a secret is anywhere in a value. */
export function containsSecret(value: Value): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  return isMap(value) && Object.values(value).some(containsSecret);
}

/** Whether an unknown is anywhere in a value. */
export function containsUnknown(value: Value): boolean {
  if (value === unknown) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isMap(value) && Object.values(value).some(containsUnknown);
}
