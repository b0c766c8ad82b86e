import type { Commit } from "../../git/commit.ts";
import { parseTree } from "../../git/tree.ts";
import type { Repository } from "../../model.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";
import { notInStandIn } from "../problem.ts";
import { rollupView, statusView } from "./checks.ts";
import { gitActorView, objectFields, pathUrl, treeEntryView, treeView } from "./git-object.ts";
import { pullRequestsOf } from "./pull-request.ts";

/** GraphQL's `Commit`. */
export function commitView(graph: Graph, repository: Repository, commit: Commit): View {
  const git = graph.store.git(repository);
  const { sha, author, committer } = commit;
  const [messageHeadline = "", ...body] = commit.message.split("\n");
  const resourcePath = `/${graph.fullName(repository)}/commit/${sha}`;
  const commits = async (shas: readonly string[]) => {
    const found = await Promise.all(shas.map((one) => git.commit(one)));
    return found.filter((one) => one !== undefined);
  };
  return {
    ...objectFields(graph, repository, "Commit", sha),
    message: commit.message,
    messageHeadline,
    messageBody: body.join("\n").trim(),
    author: gitActorView(graph, author),
    committer: gitActorView(graph, committer),
    authoredByCommitter: author.email === committer.email,
    authoredDate: author.date,
    committedDate: committer.date,
    committedViaWeb: committer.email === "noreply@github.com",
    resourcePath,
    url: graph.url(resourcePath),
    treeResourcePath: `/${graph.fullName(repository)}/tree/${sha}`,
    treeUrl: pathUrl(graph, repository, "tree", sha, ""),
    async tree() {
      const tree = await git.object(commit.tree);
      return tree === undefined ? null : treeView(graph, repository, tree, "");
    },
    /** The entry of a path. */
    async file({ path }: { path: string }) {
      const names = path.split("/");
      const name = names.pop() ?? "";
      const folder = names.join("/");
      const tree = await git.object(`${commit.tree}:${folder}`);
      if (tree?.type !== "tree") return null;
      const entry = parseTree(tree.content).find((one) => one.name === name);
      return entry === undefined ? null : treeEntryView(graph, repository, entry, folder);
    },
    parents: async (page: Page) =>
      connection("parents", await commits(commit.parents), page, (one) => commitView(graph, repository, one)),
    async history({ path = null, since = null, until = null, author: by = null, ...page }: Page & HistoryFilter) {
      if (by !== null) throw notInStandIn("Commit", "history(author:)");
      const limits = [...(since === null ? [] : [`--since=${since}`]), ...(until === null ? [] : [`--until=${until}`])];
      const list = await git.text(["rev-list", ...limits, sha, "--", ...(path === null ? [] : [path])]);
      const shas = list === "" ? [] : list.split("\n");
      const { nodes, edges, ...rest } = connection("history", shas, page, (one) => one);
      const found = await commits(nodes);
      const views = found.map((one) => commitView(graph, repository, one));
      return {
        ...rest,
        nodes: views,
        edges: edges.map(({ cursor }, index) => ({ cursor, node: views[index] ?? null })),
      };
    },
    associatedPullRequests: (page: Page) =>
      pullRequestsOf(
        "associatedPullRequests",
        graph,
        repository,
        repository.issues.filter(
          ({ pullRequest }) => pullRequest?.head.sha === sha || pullRequest?.mergeCommitSha === sha,
        ),
        page,
      ),
    signature: commit.signature === undefined ? null : signatureView(commit.signature, committer.email),
    statusCheckRollup: () => rollupView(graph, repository, sha),
    status: () => statusView(graph, repository, sha),
  };
}

/** The stand-in verifies no signature. */
const signatureView = (signature: string, email: string): View => ({
  __typename: "GpgSignature",
  email,
  isValid: false,
  keyId: null,
  signature,
  signer: null,
  state: "UNKNOWN_KEY",
  verifiedAt: null,
  wasSignedByGitHub: false,
});

interface HistoryFilter {
  readonly path?: string | null;
  readonly since?: string | null;
  readonly until?: string | null;
  readonly author?: object | null;
}
