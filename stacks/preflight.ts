import http from "node:http";
import https from "node:https";

import { reasonOf } from "../components/registry-client.ts";

/** Time for one request, in milliseconds. */
const requestTimeout = 10_000;

/** What to check before anything is attempted. */
export interface RancherAccess {
  readonly url: string;
  readonly cluster: string;
  /** Certificates that Rancher's is checked against, in PEM, where it is none of a public authority. */
  readonly ca?: string | undefined;
  /** `access:secret`. */
  readonly token: string;
}

/**
 * Asks Rancher whether it is there, takes the token, and reaches the cluster: a preview without changes asks nobody, and an update
 * that finds out halfway leaves half done.
 *
 * @returns what is wrong, with key and fix, or undefined
 */
export async function checkRancher(access: RancherAccess): Promise<string | undefined> {
  const { cluster } = access;
  const base = access.url.replace(/\/+$/, "");
  let answer: Answer;
  try {
    answer = await get(`${base}/k8s/clusters/${cluster}/version`, access);
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

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request to Rancher, which follows no redirection: the token is for Rancher alone. */
function get(url: string, { token, ca }: RancherAccess): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  const signal = AbortSignal.timeout(requestTimeout);
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith("https:") ? https : http;
    request(url, { headers, signal, ...(ca === undefined ? {} : { ca }) }, (response) => {
      let body = "";
      response
        .setEncoding("utf8")
        .on("data", (chunk: string) => (body += chunk))
        .on("error", reject)
        .on("end", () => {
          resolve({ status: response.statusCode ?? 0, body });
        });
    })
      .on("error", reject)
      .end();
  });
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
