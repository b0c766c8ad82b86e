import type { Credential } from "../components/github-access.ts";
import type { WorkflowSource } from "../components/image-workflow.ts";
import type { Onboarding } from "../components/onboarding.ts";
import { parseConfig, readConfig } from "./config.ts";
import type { ConfigKind, ConfigProblem, RawConfig } from "./config.ts";
import { credentialOf } from "./github-schema.ts";
import { completeEntry } from "./organization-defaults.ts";
import { organizationProblems } from "./organization-rules.ts";
import { organizationSchema } from "./organization-schema.ts";
import type { WrittenOrganization } from "./organization-schema.ts";
import { normalizeOrganization } from "./organization-short-forms.ts";

/** What the stack `github` works from. */
export interface Organization {
  /** The organization's name, in lower case. */
  readonly name: string;
  /** GitHub's address; undefined for github.com. */
  readonly url: string | undefined;
  readonly credential: Credential;
  readonly workflows: WorkflowSource;
  /** Named values that entries refer to. */
  readonly secrets: Readonly<Record<string, string>>;
  /** How many repositories may leave the list at once, where that was said. */
  readonly removals: number | undefined;
  /** In the order of the list. */
  readonly repositories: readonly Onboarding[];
}

const kind: ConfigKind<WrittenOrganization> = {
  schema: organizationSchema,
  secretPath: /^(githubToken|githubApp)([.[]|$)|(^|\.)(secrets|dependabotSecrets)([.[]|$)/,
  normalize: normalizeOrganization,
};

/**
 * Reads the configuration of the stack `github`.
 *
 * @throws RunError that lists everything that is wrong with it, each with key, value, rule and fix
 */
export const readOrganization = (): Organization =>
  readConfig((config, secretKeys) => {
    const { organization, problems } = parseOrganization(config, secretKeys);
    return { ...(organization === undefined ? {} : { value: organization }), problems };
  });

/** Checks the configuration of the stack `github`. Pure. */
export function parseOrganization(
  config: RawConfig,
  secretKeys: ReadonlySet<string>,
): { organization?: Organization; problems: readonly ConfigProblem[] } {
  const { value, raw, problems: wrongValues } = parseConfig(kind, config);
  const problems = [...wrongValues, ...organizationProblems(raw, secretKeys)].map((problem) => withName(problem, raw));
  const credential = value && credentialOf(value);
  if (value === undefined || credential === undefined) return { problems };
  const { organization, github, registry, workflows, defaults, repositories, secrets, removals } = value;
  return {
    organization: {
      name: organization,
      url: github?.url,
      credential,
      workflows: { ...workflows, registry },
      secrets,
      removals,
      repositories: repositories.map((entry) => completeEntry(entry, defaults)),
    },
    problems,
  };
}

/** Puts the repository's name beside its number in the list, which nobody counts. */
function withName({ key, message }: ConfigProblem, { repositories }: Readonly<Record<string, unknown>>): ConfigProblem {
  const index = /^repositories\[(\d+)\](?!\.name)/.exec(key)?.[1];
  const entry: unknown = index !== undefined && Array.isArray(repositories) ? repositories[Number(index)] : undefined;
  const name: unknown = typeof entry === "object" && entry !== null ? Reflect.get(entry, "name") : undefined;
  return { key, message: typeof name === "string" ? `(${name}) ${message}` : message };
}
