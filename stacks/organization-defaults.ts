import type { Branches, DeploymentEnvironment, ImageBuild, Onboarding, Protection } from "../components/onboarding.ts";
import { actionsApp } from "../components/reusable-workflows.ts";
import type { WrittenEntry, WrittenOrganization } from "./organization-schema.ts";

/** The branches of a repository of which neither its entry nor the defaults say any. */
export const builtinBranches: Branches = { develop: "develop", release: "main" };

const builtinProtection: Protection = {
  mode: "active",
  approvals: 1,
  codeOwners: false,
  dismissStale: true,
  conversations: true,
  upToDate: false,
  bypass: [],
};

const builtinEnvironment: DeploymentEnvironment = {
  reviewers: [],
  selfReview: true,
  wait: 0,
  adminBypass: true,
  branches: [],
  tags: [],
  secrets: {},
  variables: {},
};

/** An entry with all that it leaves to the defaults: a key of the entry replaces the default's as a whole. */
export function completeEntry(written: WrittenEntry, defaults: WrittenOrganization["defaults"]): Onboarding {
  const entry = { ...present(defaults), ...present(written), name: written.name };
  const { retention, actions } = entry;
  const own = entry.name.toLowerCase();
  return {
    name: entry.name,
    images: [imageOf(entry.image ?? {}, own), ...(entry.images ?? []).map((image) => imageOf(image, own))],
    branches: present(entry.branches ?? builtinBranches),
    checks: (entry.checks ?? []).map(({ name, app = actionsApp }) => ({ name, app: app === "any" ? undefined : app })),
    secrets: upperCased(entry.secrets),
    dependabotSecrets: upperCased(entry.dependabotSecrets),
    variables: upperCased(entry.variables),
    environments: Object.fromEntries(
      Object.entries(entry.environments ?? {}).map(([name, environment]) => [
        name,
        {
          ...builtinEnvironment,
          ...present(environment),
          secrets: upperCased(environment.secrets),
          variables: upperCased(environment.variables),
        },
      ]),
    ),
    protection: { ...builtinProtection, ...present(entry.protection ?? {}) },
    actions: actions && { permissions: "read", pullRequests: false, ...present(actions) },
    package: entry.package ?? {},
    retention: retention && { days: retention.days, keep: retention.keep ?? 0 },
    latest: entry.latest ?? "merge",
    attestations: entry.attestations ?? false,
    buildSecrets: (entry.buildSecrets ?? []).map((name) => name.toUpperCase()),
    adopt: entry.adopt ?? false,
  };
}

/** Names of secrets and variables as GitHub keeps them. */
const upperCased = (all: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toUpperCase(), value]));

type WrittenImage = NonNullable<WrittenEntry["image"]>;

const imageOf = ({ name, arguments: given, ...build }: WrittenImage, fallback: string): ImageBuild => ({
  ...build,
  name: name ?? fallback,
  arguments: given ?? {},
});

type Present<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** An object without the members that are undefined, so that spreading it replaces nothing by nothing. */
const present = <Value extends object>(value: Value): Partial<Present<Value>> =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Partial<Present<Value>>;
