import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as rancher2 from "@pulumi/rancher2";

import { rancherBase } from "./rancher-request.ts";
import type { RegistryAccess } from "./registry-client.ts";

/** Limits in Rancher's terms: Kubernetes quantities and counts, written as text. */
export interface Quota {
  /** All namespaces of the project together. */
  readonly project?: Readonly<Record<string, string>> | undefined;
  /** This environment's namespace. */
  readonly namespace?: Readonly<Record<string, string>> | undefined;
  /** What a container gets that states nothing itself. */
  readonly container?: Readonly<Record<string, string>> | undefined;
}

/** Where an environment lives. */
export interface RancherEnvironmentArgs {
  /** Rancher's address, such as `https://rancher.example.org`. */
  readonly url: string;
  /** Certificates that Rancher's is checked against, in PEM, where it is none of a public authority. */
  readonly ca?: string | undefined;
  /** The cluster's id in Rancher, such as `c-m-abc12345`. Names what exists, so it is plain text. */
  readonly cluster: string;
  /** The Rancher project's name, which is then made; or the id of one that exists (`c-m-abc12345:p-xyz12`), which is left as it is. */
  readonly project: string;
  /** The namespace to make. */
  readonly namespace: string;
  /** `access:secret` of a Rancher API key. */
  readonly token: pulumi.Input<string>;
  readonly quota?: Quota | undefined;
  /** Registries to pull from; those with an account become pull secrets. */
  readonly registries: readonly RegistryAccess[];
}

/** How long Rancher may take for an answer before its provider gives up; its own default is two minutes, and less cuts off a busy Rancher. */
const connectionTimeout = "60s";

/**
 * One environment on Rancher: a project, a namespace, pull secrets, and the Kubernetes provider behind Rancher.
 *
 * The provider goes through Rancher's cluster proxy with the same token that Rancher's own API takes: no token is minted, and what the
 * token may not do in Rancher it may not do here.
 */
export class RancherEnvironment extends pulumi.ComponentResource {
  /** The namespace's name; known once the namespace exists. */
  readonly namespace: pulumi.Output<string>;
  /** Names of the pull secrets in the namespace. */
  readonly pullSecrets: readonly pulumi.Output<string>[];
  /** For everything inside the namespace. */
  readonly kubernetes: k8s.Provider;

  constructor(name: string, args: RancherEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { url, cluster, project, namespace } = args;
    super("drover:index:RancherEnvironment", name, { url, cluster, project, namespace }, opts);
    const rancher = new rancher2.Provider(
      `${name}-rancher`,
      {
        apiUrl: url,
        tokenKey: pulumi.secret(args.token),
        timeout: connectionTimeout,
        ...(args.ca === undefined ? {} : { caCerts: args.ca }),
      },
      { parent: this },
    );
    const inRancher = { parent: this, provider: rancher };

    const projectId = /^[^:]+:p-/.test(project)
      ? pulumi.output(project)
      : new rancher2.Project(name, { name: project, clusterId: cluster, ...projectLimits(args.quota) }, inRancher).id;
    const made = new rancher2.Namespace(
      name,
      { name: namespace, projectId, ...namespaceLimits(args.quota) },
      inRancher,
    );
    this.namespace = made.name;
    this.pullSecrets = args.registries.flatMap(({ host, account }) =>
      account === undefined
        ? []
        : [
            new rancher2.Registry(
              `${name}-${host}`,
              {
                name: pullSecretName(host),
                projectId,
                namespaceId: made.id,
                registries: [{ address: host, username: account.username, password: pulumi.secret(account.password) }],
              },
              inRancher,
            ).name,
          ],
    );
    this.kubernetes = new k8s.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig: pulumi.secret(kubeconfig(args)),
        // Without it, a kubeconfig that changes in any way (a new token is enough) may replace everything in the cluster.
        clusterIdentifier: cluster,
        namespace: made.name,
        enableServerSideApply: true,
        // Otherwise what is made has another field manager than what is changed: a preview would merge the first change with what is there
        // (two ports, two handlers in a probe), and an object that a killed update left would be in the way of every later one.
        upsertExistingObjects: true,
      },
      { parent: this },
    );
    this.registerOutputs({ namespace: this.namespace });
  }
}

/** The name of a registry's pull secret: a DNS label (RFC 1123) made of its host. */
export const pullSecretName = (host: string): string => `registry-${host.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;

/** A kubeconfig for Rancher's cluster proxy, which takes Rancher's own token. */
function kubeconfig({ url, cluster, ca, token }: RancherEnvironmentArgs): pulumi.Output<string> {
  const server = `${rancherBase({ url })}/k8s/clusters/${cluster}`;
  const authority = ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") };
  return pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: { server, ...authority } }],
    users: [{ name: "rancher", user: { token } }],
    contexts: [{ name: cluster, context: { cluster, user: "rancher" } }],
    "current-context": cluster,
  });
}

function projectLimits(
  quota: Quota | undefined,
): Pick<rancher2.ProjectArgs, "resourceQuota" | "containerResourceLimit"> {
  return {
    ...(quota?.project === undefined
      ? {}
      : { resourceQuota: { projectLimit: quota.project, namespaceDefaultLimit: quota.namespace ?? quota.project } }),
    ...(quota?.container === undefined ? {} : { containerResourceLimit: quota.container }),
  };
}

function namespaceLimits(
  quota: Quota | undefined,
): Pick<rancher2.NamespaceArgs, "resourceQuota" | "containerResourceLimit"> {
  return {
    ...(quota?.namespace === undefined ? {} : { resourceQuota: { limit: quota.namespace } }),
    ...(quota?.container === undefined ? {} : { containerResourceLimit: quota.container }),
  };
}
