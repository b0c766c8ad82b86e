import { zeroSha } from "../git/git-repository.ts";
import type { RefChange } from "../git/git-repository.ts";
import { flush, packet, readPackets, sideBand } from "./pkt-line.ts";

/** What the server of a push can do (gitprotocol-capabilities). */
const capabilities =
  "report-status delete-refs side-band-64k quiet atomic ofs-delta object-format=sha1 agent=git/drover";

/** What a push asks for. */
export interface Push {
  readonly changes: readonly RefChange[];
  readonly capabilities: ReadonlySet<string>;
  /** The pack file; empty where nothing but deletions is asked for. */
  readonly pack: Buffer;
}

/** The first answer of a push: every ref there is. */
export function advertisement(refs: ReadonlyMap<string, string>): Buffer {
  const shown = [...refs].filter(([ref]) => !ref.startsWith("refs/pull/"));
  const lines = shown.length === 0 ? [["capabilities^{}", zeroSha] as const] : shown;
  return Buffer.concat([
    packet("# service=git-receive-pack\n"),
    flush,
    ...lines.map(([ref, sha], index) => packet(`${sha} ${ref}${index === 0 ? `\0${capabilities}` : ""}\n`)),
    flush,
  ]);
}

/**
 * Parses the body of a push.
 * @throws Error for what is none
 */
export function parsePush(body: Buffer): Push {
  const { packets, rest } = readPackets(body);
  const [first = "", ...more] = packets.map((data) => data.toString("utf8").replace(/\n$/u, ""));
  const [command = "", given = ""] = first.split("\0");
  const changes = [command, ...more].flatMap((line): RefChange[] => {
    const found = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/su.exec(line);
    if (found === null) {
      if (line === "" || line.startsWith("shallow ")) return [];
      throw new Error("the push holds something else than commands");
    }
    const sha = (text = "") => (text === zeroSha ? null : text);
    return [{ ref: found[3] ?? "", from: sha(found[1]), to: sha(found[2]) }];
  });
  return { changes, capabilities: new Set(given.trim().split(" ")), pack: rest };
}

/** What became of a push. */
export interface PushResult {
  /** `ok`, or why the objects could not be taken. */
  readonly unpack: string;
  /** Each ref that was asked for, and why it was refused; undefined where it was not. */
  readonly refs: ReadonlyMap<string, string | undefined>;
  /** Lines for the person who pushes. */
  readonly messages: readonly string[];
}

/** The last answer of a push. */
export function report({ unpack, refs, messages }: PushResult, accepts: ReadonlySet<string>): Buffer {
  const lines = [
    `unpack ${unpack}\n`,
    ...[...refs].map(([ref, reason]) => (reason === undefined ? `ok ${ref}\n` : `ng ${ref} ${reason}\n`)),
  ];
  const status = accepts.has("report-status") ? Buffer.concat([...lines.map(packet), flush]) : Buffer.alloc(0);
  if (!accepts.has("side-band-64k")) return status;
  const said = Buffer.from(messages.map((line) => `${line}\n`).join(""));
  return Buffer.concat([sideBand(2, said), sideBand(1, status), flush]);
}

/** How many objects a pack announces in its header. */
export const objectCount = (pack: Buffer): number => (pack.length < 12 ? 0 : pack.readUInt32BE(8));
