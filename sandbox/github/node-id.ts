/** Kinds of GitHub's global node ids, and whether they name their repository too. */
const kinds = {
  User: "U",
  Bot: "BOT",
  Organization: "O",
  Team: "T",
  App: "A",
  Repository: "R",
  Ref: "REF",
  Commit: "C",
  Issue: "I",
  PullRequest: "PR",
  IssueComment: "IC",
  PullRequestReview: "PRR",
  PullRequestReviewComment: "PRRC",
  PullRequestReviewThread: "PRRT",
  Label: "LA",
  BranchProtectionRule: "BPR",
  RepositoryRuleset: "RRS",
  Environment: "EN",
  Deployment: "DE",
  DeploymentStatus: "DES",
  CheckRun: "CR",
  CheckSuite: "CS",
  StatusContext: "SC",
  Release: "RE",
  Package: "PKG",
  PackageVersion: "PV",
  GateRule: "GA",
  DeploymentBranchPolicy: "DBP",
  Tag: "TA",
  Tree: "TR",
  Blob: "B",
} as const;

/** What a node id can name. */
export type NodeKind = keyof typeof kinds;

const prefixes = new Map<string, NodeKind>(
  Object.entries(kinds).map(([kind, prefix]) => [prefix, kind as NodeKind] as const),
);

/**
 * A global node id in GitHub's present form: a prefix of the kind, and the id, after the repository's id for things inside one,
 * as base64url of a MessagePack array that begins with 0.
 */
export function nodeId(kind: NodeKind, ...ids: readonly [number] | readonly [number, number]): string {
  const bytes = Buffer.alloc(2 + 5 * ids.length);
  bytes.writeUInt8(0x91 + ids.length, 0);
  ids.forEach((id, index) => {
    bytes.writeUInt8(0xce, 2 + 5 * index);
    bytes.writeUInt32BE(id, 3 + 5 * index);
  });
  return `${kinds[kind]}_${bytes.toString("base64url")}`;
}

/** A node id of a git object or ref, which has a name and no number: the repository's id and the name. */
export const gitNodeId = (
  kind: "Commit" | "Ref" | "Tag" | "Tree" | "Blob",
  repositoryId: number,
  name: string,
): string => `${kinds[kind]}_${Buffer.from(`${String(repositoryId)}:${name}`, "utf8").toString("base64url")}`;

/** What a node id names: kind and ids, or kind, repository and name of a git object or ref; undefined where it is no node id. */
export function parseNodeId(
  text: string,
): { kind: NodeKind; ids: readonly number[] } | { kind: NodeKind; repositoryId: number; name: string } | undefined {
  const split = /^([A-Z]+)_([\w-]+)$/u.exec(text);
  const kind = prefixes.get(split?.[1] ?? "");
  if (kind === undefined || split?.[2] === undefined) return undefined;
  const bytes = Buffer.from(split[2], "base64url");
  const count = bytes.length > 0 ? bytes.readUInt8(0) - 0x91 : 0;
  if ((count === 1 || count === 2) && bytes.length === 2 + 5 * count)
    return { kind, ids: Array.from({ length: count }, (_, index) => bytes.readUInt32BE(3 + 5 * index)) };
  const named = /^(\d+):(.+)$/su.exec(bytes.toString("utf8"));
  return named?.[1] === undefined || named[2] === undefined
    ? undefined
    : { kind, repositoryId: Number(named[1]), name: named[2] };
}
