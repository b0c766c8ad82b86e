import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";

import { formatSignature } from "./commit.ts";
import type { Signature } from "./commit.ts";
import type { ObjectType } from "./object-reader.ts";

const compress = promisify(deflate);

/** What a new commit is made of. */
export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/**
 * Writes one loose object into a bare repository and returns its name. It is git's own format (gitformat-loose), written here
 * because onboarding a hundred repositories would start several hundred `git hash-object` otherwise; git reads it like its own.
 */
export async function writeObject(folder: string, type: ObjectType, content: Uint8Array): Promise<string> {
  const data = Buffer.concat([Buffer.from(`${type} ${String(content.length)}\0`), content]);
  const sha = createHash("sha1").update(data).digest("hex");
  const directory = path.join(folder, "objects", sha.slice(0, 2));
  const file = path.join(directory, sha.slice(2));
  if (existsSync(file)) return sha;
  await mkdir(directory, { recursive: true });
  const temporary = path.join(directory, `tmp_obj_${randomBytes(6).toString("hex")}`);
  await writeFile(temporary, await compress(data, { level: 1 }), { mode: 0o444 });
  await rename(temporary, file);
  return sha;
}

/** The content of a commit object. */
export function commitContent({ tree, parents, author, committer, message }: NewCommit): Buffer {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(author)}`,
    `committer ${formatSignature(committer)}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${message.replaceAll("\0", "").replace(/\n*$/u, "\n")}`);
}

/** The content of an annotated tag object. */
export const tagContent = (tag: {
  object: string;
  type: string;
  tag: string;
  tagger: Signature;
  message: string;
}): Buffer =>
  Buffer.from(
    `object ${tag.object}\ntype ${tag.type}\ntag ${tag.tag}\ntagger ${formatSignature(tag.tagger)}\n\n${tag.message.replace(/\n*$/u, "\n")}`,
  );
