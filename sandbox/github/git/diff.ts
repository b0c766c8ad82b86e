/** What happened to one file between two trees. */
export interface FileChange {
  readonly path: string;
  readonly previousPath: string | undefined;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  readonly additions: number;
  readonly deletions: number;
  /** Name of the blob after the change; of the removed one where there is none. */
  readonly sha: string;
  /** The hunks; undefined for binary files. */
  readonly patch: string | undefined;
}

/** Arguments of the `git diff` whose output `parseDiff` reads, before the two trees. */
export const diffArguments = ["diff", "--raw", "--numstat", "-p", "-M", "-z", "--no-abbrev", "--no-ext-diff"] as const;

const statuses: Readonly<Record<string, FileChange["status"]>> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};

/** Parses NUL-separated raw lines, then numstat lines, then, after an empty field, patches in the same order. */
export function parseDiff(output: string): FileChange[] {
  const cut = output.indexOf("\0\0");
  const fields = (cut === -1 ? output : output.slice(0, cut)).split("\0");
  const patches = (cut === -1 ? "" : output.slice(cut + 2)).split(/^diff --git .*\n/mu).slice(1);
  const files: { path: string; previousPath: string | undefined; status: FileChange["status"]; sha: string }[] = [];
  const counts: [number, number][] = [];
  for (let at = 0; at < fields.length;) {
    const field = fields[at++] ?? "";
    if (field.startsWith(":")) {
      const [, , before = "", after = "", letter = ""] = field.split(" ");
      const status = statuses[letter.charAt(0)] ?? "changed";
      const moved = status === "renamed" || status === "copied";
      const first = fields[at++] ?? "";
      const path = moved ? (fields[at++] ?? "") : first;
      files.push({ path, previousPath: moved ? first : undefined, status, sha: status === "removed" ? before : after });
    } else {
      const [added = "", deleted = "", path] = field.split("\t");
      if (deleted === "") continue;
      counts.push([Number(added) || 0, Number(deleted) || 0]);
      if (path === "") at += 2;
    }
  }
  return files.map((file, index) => {
    const text = patches[index] ?? "";
    const hunks = text.indexOf("@@ ");
    const [additions = 0, deletions = 0] = counts[index] ?? [];
    return { ...file, additions, deletions, patch: hunks === -1 ? undefined : text.slice(hunks).replace(/\n$/u, "") };
  });
}
