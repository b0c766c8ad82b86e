import { packageNames } from "./image-packages.ts";
import type { Onboarding } from "./onboarding.ts";

/** What GitHub says of a container package. */
export interface PackageFacts {
  readonly name: string;
  readonly visibility: string;
  /** The name of the repository that it is linked to; undefined for none. */
  readonly repository: string | undefined;
}

/** How a package is, and what a person has to do about it. */
export interface PackageReport {
  readonly name: string;
  /** `unknown` where the token may not see packages. */
  readonly state: "ok" | "mismatch" | "not pushed yet" | "unknown";
  /** What to do, one line each. */
  readonly todo: readonly string[];
}

/** Where packages are, and how they should be. */
export interface PackageContext {
  /** GitHub's address for people. */
  readonly web: string;
  readonly organization: string;
  /** The repository's own visibility, which its packages should have where the entry says none. */
  readonly visibility: string;
  /** All container packages of the organization; undefined where the token may not see them. */
  readonly packages: readonly PackageFacts[] | undefined;
}

/**
 * Compares the packages of a repository's images with what the entry wants. GitHub lets a package's visibility, repository and access be
 * set by nobody but a person in the browser, so that what differs becomes a line to do.
 */
export function packageReports(entry: Onboarding, context: PackageContext): PackageReport[] {
  return packageNames(entry.images, entry.branches).map((name) => {
    if (context.packages === undefined) return { name, state: "unknown", todo: [] };
    const facts = context.packages.find((one) => one.name === name);
    // The first push from the repository's own workflow makes it, and links it.
    if (facts === undefined) return { name, state: "not pushed yet", todo: [] };
    const todo = mismatches(entry, facts, context);
    return { name, state: todo.length === 0 ? "ok" : "mismatch", todo };
  });
}

function mismatches(
  entry: Onboarding,
  facts: PackageFacts,
  { web, organization, visibility }: PackageContext,
): string[] {
  const settings = `${web}/orgs/${organization}/packages/container/${facts.name}/settings`;
  const wanted = entry.package.visibility ?? visibility;
  const linked = facts.repository?.toLowerCase() === entry.name.toLowerCase();
  return [
    ...(facts.visibility === wanted
      ? []
      : [
          `package ${facts.name} is ${facts.visibility}: open ${settings}, "Danger Zone", "Change visibility", ${wanted === "public" ? "Public" : wanted === "private" ? "Private" : "Internal"}`,
        ]),
    ...(linked
      ? []
      : [
          `package ${facts.name} ${facts.repository === undefined ? "belongs to no repository" : `belongs to the repository ${facts.repository}`}, so that ${entry.name}'s workflow can't push it: open ${settings}, "Manage Actions access", "Add repository", ${entry.name}, role Write${facts.repository === undefined ? `; and "Connect repository" on ${web}/orgs/${organization}/packages/container/package/${facts.name}` : ""}`,
        ]),
  ];
}
