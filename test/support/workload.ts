import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import type { App } from "../../components/app.ts";
import type { PinnedImage } from "../../components/image-digest.ts";
import { ownObjects } from "../../components/own-objects.ts";
import { RancherWorkload } from "../../components/rancher-workload.ts";
import type { RancherWorkloadArgs } from "../../components/rancher-workload.ts";
import { RolloutWatch } from "../../components/rollout-watch.ts";
import { plain, register } from "./mocks.ts";
import type { Registration } from "./mocks.ts";

export const digest = `sha256:${"0a".repeat(32)}`;
export const image: PinnedImage = { registry: "ghcr.io", repository: "kbase/web-develop", tag: "pr-12", digest };
const reference = `ghcr.io/kbase/web-develop:pr-12@${digest}`;

/** An app that says only what it must. */
export const smallest: App = {
  port: 8080,
  path: "/",
  replicas: 1,
  strategy: "RollingUpdate",
  deadline: 120,
  env: {},
  secrets: {},
  files: {},
  volumes: {},
  pullPolicy: "IfNotPresent",
  root: false,
};

/** What a workload `web` of an app registers; `changes` may come from resources that are declared then. */
export function workload(
  app: Partial<App>,
  changes: () => Partial<RancherWorkloadArgs> = () => ({}),
  options: { preview?: boolean } = {},
): Promise<Registration> {
  return register(() => {
    const access = { url: "https://rancher.example.org", cluster: "c-1", token: "token-a:b" };
    const { hooks } = new RolloutWatch(access);
    const beforeCreate = ownObjects(access);
    new RancherWorkload("web", {
      ...{
        written: "pr-12",
        image,
        namespace: "appdev",
        hooks,
        beforeCreate,
        pullSecrets: [],
        host: "appdev.example.org",
      },
      app: { ...smallest, ...app },
      ...changes(),
    });
  }, options);
}

/** `Kind name` to manifest, of every Kubernetes object. */
export const manifestsOf = ({ resources }: Registration): Record<string, unknown> =>
  Object.fromEntries(
    [...resources.values()].flatMap(({ type, name, inputs }) =>
      type.startsWith("kubernetes:") ? [[`${type.split(":").at(-1) ?? ""} ${name}`, plain(inputs)]] : [],
    ),
  );

/** What differs from the manifests of the smallest app; a key that is undefined is not there. */
export interface Difference {
  readonly annotations?: object;
  readonly spec?: object;
  readonly pod?: object;
  readonly container?: object;
  readonly service?: object;
  readonly ingress?: object;
  readonly route?: object;
  /** Further objects: `Kind name` to manifest without metadata that all have. */
  readonly more?: Readonly<Record<string, object>>;
  readonly namespace?: string;
}

const labels = { "app.kubernetes.io/name": "web", "app.kubernetes.io/managed-by": "drover" };
const selector = { "app.kubernetes.io/name": "web" };
const ownership = { "pulumi.com/patchForce": "true", "pulumi.com/patchFieldManager": "drover" };

/** The manifests of the workload `web`. */
export function expected(difference: Difference): Record<string, unknown> {
  const { namespace = "appdev", more = {} } = difference;
  const metadata = {
    namespace,
    labels,
    annotations: { ...ownership, "pulumi.com/skipAwait": "true" },
  };
  const backend = { service: { name: "web", port: { name: "http" } } };
  const paths = [{ path: "/", pathType: "Prefix", backend, ...difference.route }];
  const others = Object.entries(more).map(([key, { metadata: own, ...manifest }]: [string, { metadata?: object }]) => [
    key,
    { metadata: { ...metadata, ...own }, ...manifest },
  ]);
  return withoutUndefined({
    "Deployment web": {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...metadata, name: "web", annotations: { ...deploymentAnnotations, ...difference.annotations } },
      spec: { ...deploymentSpec(difference), ...difference.spec },
    },
    "Service web": {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, name: "web" },
      spec: { selector, ports: [{ name: "http", port: 80, targetPort: 8080 }], ...difference.service },
    },
    "Ingress web": {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { ...metadata, name: "web" },
      spec: { rules: [{ host: "appdev.example.org", http: { paths } }], ...difference.ingress },
    },
    ...(Object.fromEntries(others) as object),
  });
}

const deploymentAnnotations = {
  "drover/app": "web",
  "drover/image": "pr-12",
  "drover/tag": "pr-12",
  "drover/digest": digest,
  "drover/pull-request": "12",
  "kubernetes.io/change-cause": reference,
  ...ownership,
  "pulumi.com/timeoutSeconds": "120",
};

const deploymentSpec = ({ pod, container }: Difference) => ({
  replicas: 1,
  selector: { matchLabels: selector },
  strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  progressDeadlineSeconds: 120,
  minReadySeconds: 5,
  revisionHistoryLimit: 5,
  template: {
    metadata: { labels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: "RuntimeDefault" }, runAsNonRoot: true },
      containers: [
        {
          name: "web",
          image: reference,
          imagePullPolicy: "IfNotPresent",
          ports: [{ name: "http", containerPort: 8080 }],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          lifecycle: { preStop: { sleep: { seconds: 3 } } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          ...container,
        },
      ],
      ...pod,
    },
  },
});

const withoutUndefined = (manifests: object) =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(manifests)));

/** A resource of a kind of its own, whose id is known only once it is made. */
export class Thing extends pulumi.CustomResource {
  constructor(name: string) {
    super("test:index:Thing", name, {});
  }
}
