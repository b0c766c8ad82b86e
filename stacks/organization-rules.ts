import { exposed, keyOf } from "./config.ts";
import type { ConfigProblem } from "./config.ts";
import { secretCredentials, twoCredentials } from "./github-schema.ts";
import { branchRules } from "./organization-rules/branches.ts";
import { listRules } from "./organization-rules/list.ts";
import { Reading } from "./organization-rules/reading.ts";
import type { Rule } from "./organization-rules/reading.ts";
import { secretRules } from "./organization-rules/secrets.ts";

const oneCredential: Rule = (reading) =>
  reading.githubToken === undefined && reading.githubApp === undefined
    ? [
        {
          key: "githubToken",
          message:
            "is missing, and so is githubApp; set one: pulumi config set --secret githubToken, or githubApp with id, installationId and privateKey",
        },
      ]
    : twoCredentials(reading);

const rules: readonly Rule[] = [oneCredential, ...listRules, ...branchRules, ...secretRules];

/**
 * What is wrong between the keys of the configuration, whatever else is wrong with them.
 *
 * @param raw the configuration with its JSON parsed and short forms made long
 * @param secretKeys keys that are encrypted, in whole or in part
 */
export function organizationProblems(
  raw: Readonly<Record<string, unknown>>,
  secretKeys: ReadonlySet<string>,
): ConfigProblem[] {
  const reading = Reading.parse(raw);
  const open = [
    ...secretCredentials(reading),
    ...Object.keys(reading.secrets).map((name) => ["secrets", keyOf(["secrets", name])] as const),
  ].filter(([key]) => !secretKeys.has(key));
  return [...rules.flatMap((rule) => rule(reading)), ...open.map(([, key]) => exposed(key))];
}
