import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import type { GitHubClient } from "../components/github-client.ts";
import { GitHubFailure } from "../components/github-failure.ts";
import { rulesetPrefix } from "../components/rulesets.ts";
import type { Reading } from "./reading/reading.ts";

const Wanted = z.looseObject({ repository: z.string(), name: z.string().startsWith(rulesetPrefix) });

/**
 * A hook that runs before a ruleset is made, and removes one of the same name that the state does not know. An update that was killed
 * between GitHub's answer and its state leaves such a one, and GitHub would refuse a second of its name. To import it instead would end in
 * its deletion, as the provider knows a ruleset by another id than it imports it by.
 */
export const orphanedRulesets = (client: GitHubClient, owner: string, reading: Reading): pulumi.ResourceHook =>
  new pulumi.ResourceHook("remove-orphaned-ruleset", async ({ newInputs }) => {
    const { repository, name } = Wanted.parse(newInputs);
    const orphans = (reading.repositories.get(repository)?.rulesets ?? []).filter((ruleset) => ruleset.name === name);
    for (const { id } of orphans)
      try {
        await client.rest("DELETE /repos/{owner}/{repo}/rulesets/{ruleset_id}", {
          owner,
          repo: repository,
          ruleset_id: id,
        });
      } catch (error) {
        if (!(error instanceof GitHubFailure && error.status === 404)) throw error;
      }
  });
