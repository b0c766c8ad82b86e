import http from "node:http";
import https from "node:https";

/** Time for one request, in milliseconds. */
const requestTimeout = 10_000;

/** A cluster behind Rancher, and who asks. */
export interface RancherAccess {
  /** Rancher's address, such as `https://rancher.example.org`. */
  readonly url: string;
  /** The cluster's id in Rancher, such as `c-m-abc12345`. */
  readonly cluster: string;
  /** Certificates that Rancher's is checked against, in PEM, where it is none of a public authority. */
  readonly ca?: string | undefined;
  /** `access:secret` of a Rancher API key. */
  readonly token: string;
}

/** What was answered. */
export interface RancherAnswer {
  readonly status: number;
  readonly body: string;
}

/** Rancher's address without slashes at its end. */
export const rancherBase = ({ url }: Pick<RancherAccess, "url">): string => url.replace(/\/+$/, "");

/**
 * Asks a cluster's API server, through Rancher's proxy. Follows no redirection: the token is for Rancher alone.
 *
 * @param path as the API server knows it, such as `/version`
 * @throws Error when nobody answers within ten seconds
 */
export function askCluster(access: RancherAccess, path: string): Promise<RancherAnswer> {
  const { cluster, ca, token } = access;
  const url = `${rancherBase(access)}/k8s/clusters/${cluster}${path}`;
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
