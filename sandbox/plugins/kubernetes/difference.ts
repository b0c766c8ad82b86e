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
 * @param before the old inputs
 * @param fixed the fields that can't be changed in place
 */
export function differences(
  old: PlainMap,
  wanted: PlainMap,
  before: PlainMap,
  fixed: readonly (readonly string[])[],
): Difference[] {
  const found: Difference[] = [];
  const add = (path: Path, change: Change, value: Plain | undefined) => {
    found.push({ path, change, replace: touches(path, value, fixed) });
  };
  const compare = (path: Path, live: Plain | undefined, next: Plain | undefined, last: Plain | undefined): void => {
    if (next === undefined || next === null) {
      if (live !== undefined && live !== null) add(path, "delete", undefined);
    } else if (live === undefined) {
      if (!isDroppedByServer(next, last)) add(path, "add", next);
    } else if (next === unknown) add(path, "update", next);
    else if (isMap(live) && isMap(next)) {
      const [lastMap] = [isMap(last) ? last : {}];
      for (const key of new Set([...Object.keys(live), ...Object.keys(next)]))
        compare([...path, key], live[key], next[key], lastMap[key]);
    } else if (Array.isArray(live) && Array.isArray(next)) {
      const lastList = Array.isArray(last) ? last : [];
      for (let index = 0; index < Math.max(live.length, next.length); index++)
        compare([...path, index], live[index], next[index], lastList[index]);
    } else if (live !== next) add(path, "update", next);
  };
  compare([], old, wanted, before);
  return found;
}

/**
 * Whether an input is one that the server doesn't store: empty, and missing from the object although it was asked for before.
 * (Kubernetes omits optional fields that hold their type's zero value.)
 */
function isDroppedByServer(next: Plain, last: Plain | undefined): boolean {
  if (isMap(next)) return isMap(last) && Object.keys(next).length === 0 && Object.keys(last).length === 0;
  if (Array.isArray(next)) return next.length === 0 && Array.isArray(last) && last.length === 0;
  return next === last && (next === "" || next === false || next === 0);
}
