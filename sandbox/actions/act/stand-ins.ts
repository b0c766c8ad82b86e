import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "stand-ins");

/** Third-party actions that have a stand-in here: `owner/name`. Nothing of theirs is here. */
const known = (): string[] =>
  readdirSync(folder).flatMap((owner) => readdirSync(path.join(folder, owner)).map((name) => `${owner}/${name}`));

/**
 * act's options that put stand-ins in the place of third-party actions, at whatever commit workflows pin them.
 *
 * @param texts of all workflow files of a run
 */
export function standInArguments(texts: readonly string[]): string[] {
  const uses = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\buses:\s*["']?([\w.-]+\/[\w.-]+)@([\w./-]+)/gu)].map(
        ([, name, ref]) => `${name ?? ""}@${ref ?? ""}`,
      ),
    ),
  );
  const actions = known();
  return [...uses].flatMap((one) => {
    const name = one.slice(0, one.indexOf("@"));
    return actions.includes(name) && existsSync(path.join(folder, name, "action.yml"))
      ? ["--local-repository", `${one}=${path.join(folder, name)}`]
      : [];
  });
}
