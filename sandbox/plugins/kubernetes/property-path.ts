import type { Path } from "./force-new.ts";

/** A path as Pulumi writes it: `spec.ports[0]`, with names that hold one of `."[]` in brackets and quotes. */
export function writePath(path: Path): string {
  return path.reduce<string>((written, part) => {
    if (typeof part === "number") return `${written}[${String(part)}]`;
    if (/[."[\]]/.test(part)) return `${written}["${part.replaceAll('"', '\\"')}"]`;
    return written === "" ? part : `${written}.${part}`;
  }, "");
}

/**
 * Reads a path that a person wrote (`ignoreChanges`): names with dots between, positions and quoted names in brackets, `*` for all.
 * @throws Error when a bracket or a quote is not closed
 */
export function readPath(written: string): (string | number)[] {
  const parts: (string | number)[] = [];
  const token = /\.?([^."[\]]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]/gy;
  let end = 0;
  for (let match = token.exec(written); match !== null; match = token.exec(written)) {
    const [, name, position, quoted] = match;
    if (name !== undefined) parts.push(name);
    else if (position !== undefined) parts.push(position === "*" ? "*" : Number(position));
    else parts.push((quoted ?? "").replaceAll('\\"', '"'));
    end = token.lastIndex;
  }
  if (end !== written.length)
    throw new Error(`failed to parse ignore path "${written}": not a property path at position ${String(end)}`);
  return parts;
}

/** Whether a path is at or below another, in which `*` stands for any name or position. */
export const contains = (outer: Path, path: Path) =>
  outer.length <= path.length && outer.every((part, index) => part === "*" || part === path[index]);
