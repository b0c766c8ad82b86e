import { isMap, unknown } from "../shared/values.ts";
import type { Plain, PlainMap } from "../shared/values.ts";
import { touches } from "./force-new.ts";
import type { Path } from "./force-new.ts";

/** How a property differs. */
export type Change = "add" | "delete" | "update";

/** One difference between an object and what the program wants. */
export interface Difference {
  readonly path: Path;
  readonly change: Change;
  /** Whether the object has to be replaced. */
  readonly replace: boolean;
}

/**
 * What has to be done to an object to get what the program wants, property by property; lists are compared by position.
 *
 * @param old the live object in the shape of the old inputs
 * @param wanted the new inputs
 * @param fixed the fields that can't be changed in place
 */
export function differences(old: PlainMap, wanted: PlainMap, fixed: readonly (readonly string[])[]): Difference[] {
  const found: Difference[] = [];
  const add = (path: Path, change: Change, value: Plain | undefined) => {
    found.push({ path, change, replace: touches(path, value, fixed) });
  };
  const compare = (path: Path, live: Plain | undefined, next: Plain | undefined): void => {
    if (next === undefined || next === null) {
      if (live !== undefined && live !== null) add(path, "delete", undefined);
    } else if (live === undefined) add(path, "add", next);
    else if (next === unknown) add(path, "update", next);
    else if (isMap(live) && isMap(next)) {
      for (const key of new Set([...Object.keys(live), ...Object.keys(next)]))
        compare([...path, key], live[key], next[key]);
    } else if (Array.isArray(live) && Array.isArray(next)) {
      for (let index = 0; index < Math.max(live.length, next.length); index++)
        compare([...path, index], live[index], next[index]);
    } else if (live !== next) add(path, "update", next);
  };
  compare([], old, wanted);
  return found;
}
