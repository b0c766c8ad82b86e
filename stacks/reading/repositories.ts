import type { GitHubClient } from "../../components/github-client.ts";
import { longLived } from "../../components/onboarding.ts";
import type { Onboarding } from "../../components/onboarding.ts";
import { parseRepository, repositoryFields } from "../../components/repository-facts.ts";
import type { RepositoryFacts, RepositoryQuestion } from "../../components/repository-facts.ts";
import { actionsApp } from "../../components/reusable-workflows.ts";
import { refuseErrors } from "./refuse-errors.ts";
import { pooled } from "./pooled.ts";

/** Repositories in one query: more make an answer that GitHub may take too long for. */
const batchSize = 25;

/** What to ask of an entry's repository; the text of its workflows only where there are checks to be found in it. */
const questionOf = ({ name, branches, checks }: Onboarding): RepositoryQuestion => ({
  name,
  branches: longLived(branches),
  texts: checks.some(({ app }) => app === actionsApp),
});

/** Asks for the repositories of all entries, in few queries. */
export async function readRepositories(
  client: GitHubClient,
  owner: string,
  entries: readonly Onboarding[],
): Promise<Map<string, RepositoryFacts>> {
  const questions = entries.map(questionOf);
  const batches = Array.from({ length: Math.ceil(questions.length / batchSize) }, (_, index) =>
    questions.slice(index * batchSize, (index + 1) * batchSize),
  );
  const found = await pooled(batches, async (batch) => {
    const fields = batch.map((question, index) => `r${String(index)}: ${repositoryFields(owner, question)}`);
    const { data, errors } = await client.graphql(`query { ${fields.join("\n")} }`);
    refuseErrors(errors);
    return batch.flatMap((question, index) => {
      const facts = parseRepository(data[`r${String(index)}`], question);
      return facts === undefined ? [] : [[question.name, facts] as const];
    });
  });
  return new Map(found.flat());
}
