import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

/** What the stack's own outputs say of one repository. */
const RepositoryMemory = z.looseObject({
  id: z.number().optional().catch(undefined),
  resource: z.string().optional().catch(undefined),
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

/** The name of a repository's resources, as far as memory tells: what the repository was called when it was onboarded. */
export const resourceName = ({ repositories }: Memory, repository: string): string =>
  repositories[repository]?.resource ?? repository;
