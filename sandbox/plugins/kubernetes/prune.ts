import { isMap } from "../shared/values.ts";
import type { Plain, PlainMap } from "../shared/values.ts";
import { copyOf } from "./normalize.ts";

const typeOf = (value: Plain) => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);

/**
 * The part of a live object that has the shape of the inputs: what the server added is left out, what the inputs set is shown with
 * its live value. Lists are matched by position and cut to the inputs' length.
 */
export function pruned(live: PlainMap, shape: PlainMap): PlainMap {
  const result: PlainMap = {};
  for (const [key, value] of Object.entries(live)) {
    const wanted = shape[key];
    if (wanted !== undefined) result[key] = prunedValue(value, wanted);
  }
  return result;
}

function prunedValue(value: Plain, shape: Plain): Plain {
  if (Array.isArray(value) && Array.isArray(shape)) return prunedList(value, shape);
  return isMap(value) && isMap(shape) ? pruned(value, shape) : copyOf(value);
}

function prunedList(values: Plain[], shapes: Plain[]): Plain[] {
  const first = values[0];
  const firstShape = shapes[0];
  if (first === undefined || firstShape === undefined) return [];
  if (typeOf(first) !== typeOf(firstShape)) return values.map((value) => copyOf(value));
  return values.slice(0, shapes.length).map((value, index) => prunedValue(value, shapes[index] ?? null));
}
