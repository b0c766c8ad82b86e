import { readFileSync } from "node:fs";

import {
  ApiextensionsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  VersionApi,
} from "@kubernetes/client-node";

/** The real API server, reached with the front's own credential. */
export class ApiServer {
  readonly config: KubeConfig;
  /** Its address. */
  readonly url: URL;
  readonly core: CoreV1Api;
  readonly custom: CustomObjectsApi;
  readonly extensions: ApiextensionsV1Api;
  readonly rbac: RbacAuthorizationV1Api;
  readonly version: VersionApi;

  /** @throws Error when the file has no current cluster */
  constructor(kubeconfig: string) {
    this.config = new KubeConfig();
    this.config.loadFromFile(kubeconfig);
    const server = this.config.getCurrentCluster()?.server;
    if (server === undefined) throw new Error(`${kubeconfig} has no cluster for its current context`);
    this.url = new URL(server);
    this.core = this.config.makeApiClient(CoreV1Api);
    this.custom = this.config.makeApiClient(CustomObjectsApi);
    this.extensions = this.config.makeApiClient(ApiextensionsV1Api);
    this.rbac = this.config.makeApiClient(RbacAuthorizationV1Api);
    this.version = this.config.makeApiClient(VersionApi);
  }

  /** The TLS options that make a connection the front's own: its certificate, and whose certificate it accepts. */
  tls(): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
    const cluster = this.config.getCurrentCluster();
    const user = this.config.getCurrentUser();
    const pem = (data: string | undefined, file: string | undefined) =>
      data === undefined ? (file === undefined ? undefined : readFileSync(file)) : Buffer.from(data, "base64");
    const ca = pem(cluster?.caData, cluster?.caFile);
    const cert = pem(user?.certData, user?.certFile);
    const key = pem(user?.keyData, user?.keyFile);
    return {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
  }
}

/** The option that makes a patch call send a JSON merge patch, which has no version to conflict with. */
export const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** The option that makes a patch call a server-side apply: what is so already is left alone. */
export const serverSideApply = setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply);

/** An object's name. */
export const nameOf = (object: { metadata?: { name?: string } }) => object.metadata?.name ?? "";
