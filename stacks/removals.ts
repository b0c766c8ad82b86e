import type { Organization } from "./organization-config.ts";
import type { Memory } from "./organization-memory.ts";

/** The share of the list, and the number, that may leave it without being confirmed. */
const allowed = { share: 0.25, number: 3 };

/**
 * Refuses that much of the list disappears at once, which is more often a mistake of editing or merging than a wish.
 *
 * @param renamed names that entries had before their repositories were renamed
 * @returns what to say, or undefined
 */
export function removalProblem(
  { repositories, removals }: Pick<Organization, "repositories" | "removals">,
  memory: Memory,
  renamed: ReadonlySet<string> = new Set(),
): string | undefined {
  const listed = new Set(repositories.map(({ name }) => name));
  const managed = Object.keys(memory.repositories);
  const gone = managed.filter((name) => !listed.has(name) && !renamed.has(name)).sort();
  const tooMany = gone.length > allowed.number && gone.length > managed.length * allowed.share;
  if (!tooMany || removals === gone.length) return undefined;
  return (
    `The list (drover:repositories) lacks ${String(gone.length)} of the ${String(managed.length)} repositories that are managed, ` +
    `whose rules, secrets and workflow files would be removed: ${gone.join(", ")}. ` +
    `If that is meant, say so: pulumi config set removals ${String(gone.length)}`
  );
}
