import * as pulumi from "@pulumi/pulumi";

import type { GitHubAccess } from "../components/github-access.ts";
import { GitHubClient } from "../components/github-client.ts";
import { GitHubFailure } from "../components/github-failure.ts";
import { askCluster, rancherBase } from "../components/rancher-request.ts";
import type { RancherAccess, RancherAnswer } from "../components/rancher-request.ts";
import { reasonOf } from "../components/registry-client.ts";

/**
 * Asks Rancher whether it is there, takes the token, and reaches the cluster: a preview without changes asks nobody, and an update
 * that finds out halfway leaves half done.
 *
 * @returns what is wrong, with key and fix, or undefined
 */
export async function checkRancher(access: RancherAccess): Promise<string | undefined> {
  const { cluster } = access;
  const base = rancherBase(access);
  let answer: RancherAnswer;
  try {
    answer = await askCluster(access, "/version");
  } catch (error) {
    return `Rancher at ${base} (drover:rancher.url) can't be reached: ${reasonOf(error)}; nothing was changed`;
  }
  switch (answer.status) {
    case 200:
      return isVersion(answer.body)
        ? undefined
        : `Rancher at ${base} (drover:rancher.url) answers, but not as Rancher does: is the address right?`;
    case 401:
      return `Rancher at ${base} refuses the token (401): it is wrong, expired or revoked; set a new one: pulumi config set --secret rancherToken`;
    case 403:
      return `Rancher at ${base} does not let this token use cluster ${cluster} (403): give its user a role in the cluster, or set another token: pulumi config set --secret rancherToken`;
    case 404:
      return `Rancher at ${base} has no cluster ${cluster} (404) that this token may see: check drover:rancher.cluster`;
    default:
      return `Cluster ${cluster} can't be reached through Rancher at ${base}: it answers ${String(answer.status)}; nothing was changed`;
  }
}

/**
 * Asks GitHub whether it takes the credential that deployments are recorded with. A GitHub that can't be asked keeps nobody from deploying:
 * that is a warning.
 *
 * @returns what is wrong with the configuration, with key and fix, or undefined
 */
export async function checkGitHub(access: GitHubAccess, organization: string): Promise<string | undefined> {
  try {
    const client = await GitHubClient.open(access);
    await client.rest("GET /orgs/{org}", { org: organization });
    return undefined;
  } catch (error) {
    if (!(error instanceof GitHubFailure)) throw error;
    const { status, limited } = error;
    if (!limited && (status === 401 || status === 403 || status === 404))
      return `${error.reason}; without drover:githubToken and drover:githubApp, deployments are not recorded`;
    await pulumi.log.warn(`Deployments may not be recorded: ${error.reason}`);
    return undefined;
  }
}

/** Whether an answer is that of a Kubernetes API server's `/version`. */
function isVersion(body: string): boolean {
  try {
    const version: unknown = JSON.parse(body);
    return typeof version === "object" && version !== null && "gitVersion" in version;
  } catch {
    return false;
  }
}
