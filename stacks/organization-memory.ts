import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

/** What the stack's own outputs say of one repository. */
const RepositoryMemory = z.looseObject({
  id: z.number().optional().catch(undefined),
  workflow: z.array(z.string()).catch([]),
});

/**
 * What the last update of this stack that came to its end left in its outputs. What outputs of another form say, or of an update that was
 * killed, is as if it were not there: memory only ever saves work and questions.
 */
export const Memory = z.object({
  repositories: z.record(z.string(), RepositoryMemory).catch({}),
  secrets: z
    .record(z.string(), z.object({ written: z.string().optional(), trigger: z.string().optional() }).catch({}))
    .catch({}),
});
export type Memory = z.infer<typeof Memory>;

/** Reads this stack's own outputs as they are before the update: none of a new stack. */
export async function readMemory(): Promise<Memory> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const self = new pulumi.StackReference("before", { name });
  const [repositories, secrets] = await Promise.all(
    ["repositories", "secrets"].map(async (output) => (await self.getOutputDetails(output)).value as unknown),
  );
  return Memory.parse({ repositories, secrets });
}

/**
 * The name under which a repository was managed before it was renamed on GitHub: another one with the same id, which the list has no more.
 *
 * @param names all of the list
 */
export function formerName(
  { repositories }: Memory,
  repository: { readonly name: string; readonly id: number },
  names: readonly string[],
): string | undefined {
  if (Object.hasOwn(repositories, repository.name)) return undefined;
  return Object.entries(repositories).find(([name, { id }]) => id === repository.id && !names.includes(name))?.[0];
}
