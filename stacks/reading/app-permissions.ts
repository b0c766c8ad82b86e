import { needsId } from "../../components/actors.ts";
import type { Onboarding } from "../../components/onboarding.ts";

/** What an App's installation may do, as GitHub says it: `{ contents: "write" }`. */
export type AppPermissions = Readonly<Record<string, string>>;

/** A permission that entries need. */
interface Need {
  /** In GitHub's API. */
  readonly name: string;
  /** In the App's settings. */
  readonly title: string;
  readonly level: "read" | "write";
  readonly purpose: string;
  readonly needs: (entry: Onboarding) => boolean;
}

const hasAny = (named: object): boolean => Object.keys(named).length > 0;
const environmentsOf = (entry: Onboarding) => Object.values(entry.environments);

/** Every permission and what needs it (docs.github.com, "Permissions required for GitHub Apps"). */
const all: readonly Need[] = [
  {
    name: "administration",
    title: "Administration",
    level: "write",
    purpose: "rules, environments and settings of repositories need",
    needs: () => true,
  },
  { name: "contents", title: "Contents", level: "write", purpose: "the workflow file needs", needs: () => true },
  { name: "workflows", title: "Workflows", level: "write", purpose: "the workflow file needs", needs: () => true },
  {
    name: "secrets",
    title: "Secrets",
    level: "write",
    purpose: "repositories' secrets need",
    needs: ({ secrets }) => hasAny(secrets),
  },
  {
    name: "dependabot_secrets",
    title: "Dependabot secrets",
    level: "write",
    purpose: "Dependabot's secrets need",
    needs: ({ dependabotSecrets }) => hasAny(dependabotSecrets),
  },
  {
    name: "actions_variables",
    title: "Variables",
    level: "write",
    purpose: "repositories' variables need",
    needs: ({ variables }) => hasAny(variables),
  },
  {
    name: "actions",
    title: "Actions",
    level: "read",
    purpose: "a look at environments needs",
    needs: ({ environments }) => hasAny(environments),
  },
  {
    name: "environments",
    title: "Environments",
    level: "write",
    purpose: "secrets and variables of environments need",
    needs: (entry) => environmentsOf(entry).some(({ secrets, variables }) => hasAny(secrets) || hasAny(variables)),
  },
  {
    name: "members",
    title: "Members (of the organization)",
    level: "read",
    purpose: "names of teams and users need",
    needs: (entry) =>
      [...entry.protection.bypass, ...environmentsOf(entry).flatMap(({ reviewers }) => reviewers)].some(needsId),
  },
];

const levels = ["read", "write", "admin"];

/**
 * What an App may not do that entries need, a line each.
 *
 * @param granted undefined where no App asks, or GitHub does not say
 */
export function permissionProblems(entries: readonly Onboarding[], granted: AppPermissions | undefined): string[] {
  if (granted === undefined) return [];
  return all
    .filter(
      ({ name, level, needs }) => levels.indexOf(granted[name] ?? "") < levels.indexOf(level) && entries.some(needs),
    )
    .map(
      ({ title, level, purpose }) =>
        `The App (drover:githubApp) lacks the permission ${title}: ${level === "write" ? "Read and write" : "Read-only"}, ` +
        `which ${purpose}; give it in the App's settings, and let an owner of the organization accept it`,
    );
}
