import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

import { isCloud } from "../components/github-access.ts";
import type { Organization } from "./organization-config.ts";

/**
 * How the provider asks GitHub. Measured with 10 repositories, 60 resources and 50 ms latency, first update / refresh / update of 40:
 *
 *     its defaults (one request at a time, 1 s after each write)      74 s   4.5 s   48 s
 *     legacy client, parallelRequests, writeDelayMs 0                6.8 s   1.3 s   4.7 s
 *     the same, writeDelayMs 100                                      9.1 s   1.3 s   5.5 s
 *     legacyClient false                                              7.3 s   1.9 s   5.6 s
 *
 * The legacy client waits out both of GitHub's limits and sends the request again; the new one gives up at the first limit, and sends
 * writes again without their body after the second. 100 ms after each write keep bursts apart on github.com; an Enterprise Server has no
 * limits unless its administrator sets them.
 */
const clientSettings = (organization: Organization) => ({
  legacyClient: true,
  parallelRequests: true,
  writeDelayMs: isCloud(organization) ? 100 : 0,
  maxRetries: 3,
});

/** The provider for everything in the organization. */
export function githubProvider(
  name: string,
  organization: Organization,
  opts: pulumi.ResourceOptions,
): github.Provider {
  const { credential, url } = organization;
  return new github.Provider(
    name,
    {
      owner: organization.name,
      ...(url === undefined ? {} : { baseUrl: `${url}/` }),
      ...(credential.kind === "token"
        ? { token: pulumi.secret(credential.token) }
        : {
            appAuth: pulumi.secret({
              id: credential.id,
              installationId: credential.installationId,
              pemFile: credential.privateKey,
            }),
          }),
      ...clientSettings(organization),
    },
    opts,
  );
}

/** Variables by which the provider's environment overrides what the program says. */
const overriding = ["GITHUB_OWNER", "GITHUB_ORGANIZATION"] as const;
const overridingApp = ["GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PEM_FILE"] as const;

/** What in the environment would make the provider work on something else than the configuration says. */
export function environmentProblems(environment: Readonly<Record<string, string | undefined>>): string[] {
  const isSet = (name: string) => (environment[name] ?? "") !== "";
  return [...overriding.filter(isSet), ...(overridingApp.every(isSet) ? overridingApp : [])].map(
    (name) =>
      `${name} is set in the environment, and GitHub's provider obeys it instead of the configuration: unset it`,
  );
}
