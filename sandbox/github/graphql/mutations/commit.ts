import { notAccessible } from "../../permissions.ts";
import { actorOf } from "../../actor.ts";
import { commitFiles } from "../../commit-files.ts";
import { GitHubError } from "../../errors.ts";
import { isTreePath } from "../../git/tree.ts";
import type { TreeEdit } from "../../git/tree.ts";
import type { Repository } from "../../model.ts";
import { parseNodeId } from "../../node-id.ts";
import type { Graph } from "../graph.ts";
import { noNode, noSuch, Problem } from "../problem.ts";
import { commitView } from "../views/commit.ts";
import { findRef } from "../views/ref.ts";
import type { Mutations } from "./mutations.ts";

interface Input {
  readonly branch: {
    readonly id?: string | null;
    readonly repositoryNameWithOwner?: string | null;
    readonly branchName?: string | null;
  };
  /** The branch's commit that the change was made for. */
  readonly expectedHeadOid: string;
  readonly message: { readonly headline: string; readonly body?: string | null };
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[] | null;
    readonly deletions?: readonly { readonly path: string }[] | null;
  } | null;
}

const requirement = { role: "write", permissions: ["contents=write"], scopes: ["repo"] } as const;

/** Mutations of files. */
export const commitMutations: Mutations = {
  /** One commit with any number of files, on a branch that is where the client believes it to be. */
  async createCommitOnBranch(graph, input: Input) {
    const { store } = graph;
    const { repository, branch } = target(graph, input.branch);
    const git = store.git(repository);
    const sha = await store.lock(repository, async () => {
      graph.authorize(repository, requirement, "createCommitOnBranch");
      const parent = await git.ref(`refs/heads/${branch}`);
      if (parent === undefined)
        throw new Problem("NOT_FOUND", `No branch named "${branch}" was found in ${graph.fullName(repository)}`);
      if (parent !== input.expectedHeadOid)
        throw new Problem(
          "STALE_DATA",
          `Expected branch to point to "${input.expectedHeadOid}" but it did not. Pull and try again.`,
        );
      const edits = await editsOf(graph, repository, parent, input.fileChanges);
      const { headline, body } = input.message;
      const message = body == null || body === "" ? headline : `${headline}\n\n${body}`;
      return commitFiles(store, repository, actorOf(graph.caller, graph.viewer), {
        branch,
        parent,
        edits,
        message,
      }).catch(withoutFile);
    });
    const commit = await git.commit(sha);
    return {
      commit: commit === undefined ? null : commitView(graph, repository, commit),
      ref: await findRef(graph, repository, `refs/heads/${branch}`),
    };
  },
};

/** The branch that an input names, by its global id or by its repository's name and its own. */
function target(graph: Graph, { id, repositoryNameWithOwner, branchName }: Input["branch"]) {
  if (id != null) {
    const parsed = parseNodeId(id);
    const [, branch] =
      parsed !== undefined && "name" in parsed ? (/^refs\/heads\/(.+)$/su.exec(parsed.name) ?? []) : [];
    const repository =
      parsed !== undefined && "name" in parsed ? graph.store.repositoryById(parsed.repositoryId) : undefined;
    if (branch === undefined || repository === undefined || !graph.sees(repository)) throw noNode(id);
    return { repository, branch };
  }
  const [owner = "", name = "", ...rest] = (repositoryNameWithOwner ?? "").split("/");
  const repository = rest.length === 0 ? graph.visibleRepository(owner, name) : undefined;
  if (repository === undefined) throw noSuch("Repository", repositoryNameWithOwner ?? "");
  return { repository, branch: (branchName ?? "").replace(/^refs\/heads\//u, "") };
}

/** File changes as edits of the branch's tree. A file that is there keeps its mode. */
async function editsOf(
  graph: Graph,
  repository: Repository,
  parent: string,
  changes: Input["fileChanges"],
): Promise<TreeEdit[]> {
  const git = graph.store.git(repository);
  const additions = changes?.additions ?? [];
  const deletions = changes?.deletions ?? [];
  for (const { path } of [...additions, ...deletions]) checkPath(graph, path);
  const deleted = deletions.map(async ({ path }): Promise<TreeEdit> => {
    const present = await git.entry(parent, path);
    if (present === undefined || present.mode === "040000")
      throw new Problem(
        "UNPROCESSABLE",
        `A path was requested for deletion which does not exist as of commit oid \`${parent}\``,
      );
    return { path, mode: present.mode, sha: null };
  });
  const added = additions.map(async ({ path, contents }): Promise<TreeEdit> => {
    const present = await git.entry(parent, path);
    if (present?.mode === "040000")
      throw new Problem("UNPROCESSABLE", `A path was requested for addition which is a directory: ${path}`);
    return { path, mode: present?.mode ?? "100644", sha: await git.writeBlob(Buffer.from(contents, "base64")) };
  });
  return Promise.all([...deleted, ...added]);
}

/** Only tokens that may write workflows write below `.github/workflows`. */
function checkPath(graph: Graph, path: string): void {
  if (!isTreePath(path)) throw new Problem("UNPROCESSABLE", `A path was requested which is malformed: ${path}`);
  if (path.startsWith(".github/workflows/") && !actorOf(graph.caller, graph.viewer).workflows)
    throw new Problem("FORBIDDEN", notAccessible(graph.caller, ["workflows=write"]).message);
}

/** What the contents API says before its reasons is about one file; this is about several. */
function withoutFile(error: unknown): never {
  if (!(error instanceof GitHubError)) throw error;
  throw new Problem("UNPROCESSABLE", error.message.replace(/^Could not change file: /u, ""));
}
