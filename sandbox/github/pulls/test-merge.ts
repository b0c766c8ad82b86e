import type { GitRepository } from "../git/git-repository.ts";

const kept = 500;
const known = new WeakMap<GitRepository, Map<string, Promise<string | undefined>>>();

/** The tree that merging one commit into another gives; undefined where they conflict. */
export function mergedTree(git: GitRepository, base: string, head: string): Promise<string | undefined> {
  const trees = known.get(git) ?? new Map<string, Promise<string | undefined>>();
  known.set(git, trees);
  const key = `${base} ${head}`;
  let tree = trees.get(key);
  if (tree === undefined) {
    if (trees.size >= kept) trees.clear();
    trees.set(key, (tree = computeTree(git, base, head)));
    tree.catch(() => trees.delete(key));
  }
  return tree;
}

async function computeTree(git: GitRepository, base: string, head: string): Promise<string | undefined> {
  const args = ["merge-tree", "--write-tree", "--no-messages", "--allow-unrelated-histories", base, head];
  const { exitCode, stdout } = await git.run(args, { accept: [0, 1] });
  return exitCode === 0 ? stdout.toString("utf8").slice(0, 40) : undefined;
}
