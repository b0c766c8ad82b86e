import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { reasonOf } from "../../components/registry-client.ts";
import type { Tool } from "./catalog.ts";

/** Seconds until a publisher that does not answer is given up, and until a download is. */
const limits = { answer: 4, download: 300 };

/** Hosts that did not answer, and why: asked once a run. */
const unreachable = new Map<string, string>();

/**
 * Downloads a publisher's build into `executable` and checks it against the publisher's sums.
 *
 * @returns why it can't be had, or undefined when it was downloaded
 */
export async function downloadTool(
  { url, member, sums }: NonNullable<Tool["download"]>,
  executable: string,
): Promise<string | undefined> {
  const { host } = new URL(url);
  if (process.platform !== "linux") return `there is no address for ${process.platform}`;
  const known = unreachable.get(host);
  if (known !== undefined) return known;
  const temporary = mkdtempSync(`${path.dirname(executable)}.`);
  try {
    const [bytes, expected] = await Promise.all([get(url), get(sums)]);
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (!isListed(expected.toString("utf8"), path.basename(url), digest)) return `${url} is not what ${sums} says`;
    const file = path.join(temporary, path.basename(url));
    writeFileSync(file, bytes);
    if (member !== undefined) await execa("tar", ["-xzf", file, "-C", temporary, member]);
    const found = member === undefined ? file : path.join(temporary, member);
    chmodSync(found, 0o755);
    renameSync(found, executable);
    return undefined;
  } catch (error) {
    const reason = `${host} can't be used: ${reasonOf(error)}`;
    unreachable.set(host, reason);
    return reason;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** A file, within the time limits. */
async function get(url: string): Promise<Buffer> {
  const slow = new AbortController();
  const timer = setTimeout(() => {
    slow.abort(new Error(`no answer within ${String(limits.answer)} s`));
  }, limits.answer * 1000);
  const response = await fetch(url, {
    signal: AbortSignal.any([slow.signal, AbortSignal.timeout(limits.download * 1000)]),
  });
  clearTimeout(timer);
  if (!response.ok) throw new Error(`${url} answers ${String(response.status)}`);
  return Buffer.from(await response.arrayBuffer());
}

/** Whether a sums file lists a digest for a file: `<digest>  <file>` lines, or the digest alone. */
export function isListed(sums: string, file: string, digest: string): boolean {
  const lines = sums
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+\*?/));
  return lines.some(([sum, name]) => sum === digest && (name === undefined || path.basename(name) === file));
}
