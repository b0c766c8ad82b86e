/** Who wrote or committed, and when (ISO 8601, UTC). */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** A parsed commit object. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** The signature of the commit, where it has one. */
  readonly signature: string | undefined;
}

/** A parsed annotated tag. */
export interface TagObject {
  readonly sha: string;
  readonly object: string;
  readonly type: string;
  readonly tag: string;
  readonly tagger: Signature;
  readonly message: string;
}

const noSignature: Signature = { name: "", email: "", date: "1970-01-01T00:00:00Z" };

function parseSignature(text: string | undefined): Signature {
  const found = /^(.*?) ?<([^>]*)> (-?\d+) [+-]\d{4}$/u.exec(text ?? "");
  if (found === null) return noSignature;
  const date = new Date(Number(found[3]) * 1000).toISOString().replace(".000Z", "Z");
  return { name: found[1] ?? "", email: found[2] ?? "", date };
}

/** A commit's or tag's headers, with continuation lines joined, and its message. */
function parts(content: Buffer): { headers: [string, string][]; message: string } {
  const text = content.toString("utf8");
  const cut = text.indexOf("\n\n");
  const head = cut === -1 ? text : text.slice(0, cut);
  const headers = head
    .replaceAll("\n ", "\0")
    .split("\n")
    .map((line): [string, string] => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1).replaceAll("\0", "\n")];
    });
  return { headers, message: cut === -1 ? "" : text.slice(cut + 2) };
}

/** Parses a commit object's content. The message loses its last line's end, as GitHub shows it. */
export function parseCommit(sha: string, content: Buffer): Commit {
  const { headers, message } = parts(content);
  const first = (name: string) => headers.find(([key]) => key === name)?.[1];
  return {
    sha,
    tree: first("tree") ?? "",
    parents: headers.flatMap(([key, value]) => (key === "parent" ? [value] : [])),
    author: parseSignature(first("author")),
    committer: parseSignature(first("committer")),
    message: message.replace(/\n+$/u, ""),
    signature: first("gpgsig"),
  };
}

/** Parses an annotated tag's content. */
export function parseTag(sha: string, content: Buffer): TagObject {
  const { headers, message } = parts(content);
  const first = (name: string) => headers.find(([key]) => key === name)?.[1] ?? "";
  return {
    sha,
    object: first("object"),
    type: first("type"),
    tag: first("tag"),
    tagger: parseSignature(first("tagger")),
    message: message.replace(/\n+$/u, ""),
  };
}

/** A signature as git's commands take it: `name <email> seconds +0000`. What would end the field early is left out. */
export const formatSignature = ({ name, email, date }: Signature): string =>
  `${name.replaceAll(/[<>\n\0]/gu, "").trim()} <${email.replaceAll(/[<>\n\0\s]/gu, "")}> ${String(Math.floor(Date.parse(date) / 1000))} +0000`;
