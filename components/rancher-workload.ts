import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { App } from "./app.ts";
import { formatImage } from "./image.ts";
import type { PinnedImage } from "./image-digest.ts";
import * as manifests from "./workload-manifests.ts";

type DeploymentArgs = k8s.apps.v1.DeploymentArgs;

/** What one app needs to run in one environment. */
export interface RancherWorkloadArgs {
  readonly app: App;
  /** The image as the configuration has it. */
  readonly written: string;
  readonly image: PinnedImage;
  readonly namespace: pulumi.Input<string>;
  /** What looks after the Deployment's changes. */
  readonly hooks: pulumi.ResourceHookBinding;
  /** Runs before an object is made whose name the app gives. */
  readonly beforeCreate: pulumi.ResourceHook;
  readonly pullSecrets: readonly pulumi.Input<string>[];
  /** The host name that leads to the environment. */
  readonly host: string;
  /** The name of a Secret with the host's certificate; without it the ingress controller's own settings hold. */
  readonly tlsSecret?: string | undefined;
  readonly ingressClass?: string | undefined;
  /** The last word on the Deployment, for what no key says. */
  readonly transform?: ((deployment: DeploymentArgs) => DeploymentArgs) | undefined;
}

/** One app in one environment: Deployment, Service and Ingress, and whatever of Secret, ConfigMap, volume claims and disruption budget it needs. */
export class RancherWorkload extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: RancherWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    // No inputs: one that changes with the image would count as a second update.
    super("drover:index:RancherWorkload", name, {}, opts);
    const { app, namespace } = args;
    const labels = manifests.objectLabels(name);
    const child = { parent: this };
    const named = { ...child, hooks: { beforeCreate: [args.beforeCreate] } };
    const metadata = { namespace, labels, annotations: manifests.unawaited };

    // Without a name of their own they are replaced, not changed, and their new name rolls the pods.
    const secret = isEmpty(app.secrets)
      ? undefined
      : new k8s.core.v1.Secret(`${name}-env`, { metadata, type: "Opaque", data: encoded(app.secrets) }, child);
    const files = isEmpty(app.files)
      ? undefined
      : new k8s.core.v1.ConfigMap(`${name}-files`, { metadata, data: byKey(app.files) }, child);
    const claims = new Map(
      Object.entries(app.volumes).map(([volume, { size, storageClass }]) => {
        const claim = new k8s.core.v1.PersistentVolumeClaim(
          `${name}-${volume}`,
          {
            metadata: { ...metadata, name: manifests.claimName(name, volume) },
            spec: {
              accessModes: ["ReadWriteOnce"],
              resources: { requests: { storage: size } },
              ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
            },
          },
          { ...named, protect: true },
        );
        return [volume, claim.metadata.name];
      }),
    );

    const deployment = deploymentArgs(name, args, {
      secret: secret?.metadata.name,
      files: files?.metadata.name,
      claims,
    });
    this.deployment = new k8s.apps.v1.Deployment(name, args.transform?.(deployment) ?? deployment, {
      ...child,
      hooks: { ...args.hooks, beforeCreate: [args.beforeCreate, ...(args.hooks.beforeCreate ?? [])] },
    });
    new k8s.core.v1.Service(
      name,
      {
        metadata: { ...metadata, name },
        spec: { selector: manifests.selectorLabels(name), ports: [{ name: "http", port: 80, targetPort: app.port }] },
      },
      named,
    );
    new k8s.networking.v1.Ingress(name, { metadata: { ...metadata, name }, spec: ingressSpec(name, args) }, named);
    if (app.replicas > 1)
      new k8s.policy.v1.PodDisruptionBudget(
        name,
        {
          metadata: { ...metadata, name },
          spec: { maxUnavailable: 1, selector: { matchLabels: manifests.selectorLabels(name) } },
        },
        named,
      );
    this.registerOutputs();
  }
}

const isEmpty = (record: Readonly<Record<string, unknown>>) => Object.keys(record).length === 0;

const encoded = (values: Readonly<Record<string, string>>) =>
  pulumi.secret(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")])),
  );

const byKey = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [manifests.fileKey(path), text]));

/** Names of the objects that a Deployment's pods mount. As outputs they order deletion: a claim goes only after the pods that use it. */
interface MountedObjects {
  readonly secret: pulumi.Input<string> | undefined;
  readonly files: pulumi.Input<string> | undefined;
  readonly claims: ReadonlyMap<string, pulumi.Input<string>>;
}

function deploymentArgs(
  name: string,
  { app, written, image, namespace, pullSecrets }: RancherWorkloadArgs,
  { secret, files, claims }: MountedObjects,
): DeploymentArgs {
  const selector = manifests.selectorLabels(name);
  const { pod, container } = manifests.securityOf(app);
  const { volumes, volumeMounts } = manifests.mountsOf(app, files, claims);
  return {
    metadata: {
      name,
      namespace,
      labels: manifests.objectLabels(name),
      annotations: {
        ...manifests.imageAnnotations(name, written, image),
        ...manifests.deployAnnotations(app.deadline),
      },
    },
    spec: {
      replicas: app.replicas,
      selector: { matchLabels: selector },
      strategy: manifests.strategyOf(app),
      progressDeadlineSeconds: app.deadline,
      ...manifests.settlingOf(app),
      revisionHistoryLimit: 5,
      template: {
        metadata: { labels: manifests.objectLabels(name) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...present(
            "imagePullSecrets",
            pullSecrets.map((pullSecret) => ({ name: pullSecret })),
          ),
          securityContext: pod,
          containers: [
            {
              name,
              image: formatImage(image),
              imagePullPolicy: app.pullPolicy,
              ...(app.command === undefined ? {} : { command: [...app.command] }),
              ...(app.args === undefined ? {} : { args: [...app.args] }),
              ports: [{ name: "http", containerPort: app.port }],
              ...present(
                "env",
                manifests.inOrder(app.env).map(([variable, value]) => ({ name: variable, value })),
              ),
              ...(secret === undefined ? {} : { envFrom: [{ secretRef: { name: secret } }] }),
              ...(app.resources === undefined ? {} : { resources: { ...app.resources } }),
              ...manifests.probesOf(app),
              ...manifests.lifecycleOf(app),
              securityContext: container,
              ...present("volumeMounts", volumeMounts),
            },
          ],
          ...present("volumes", volumes),
        },
      },
    },
  };
}

/** A list under its key, or nothing where it is empty: the API server drops empty lists, which would look like a change by hand. */
const present = <Key extends string, Item>(key: Key, list: Item[]): Partial<Record<Key, Item[]>> =>
  list.length === 0 ? {} : ({ [key]: list } as Partial<Record<Key, Item[]>>);

function ingressSpec(name: string, args: RancherWorkloadArgs): k8s.types.input.networking.v1.IngressSpec {
  const backend = { service: { name, port: { name: "http" } } };
  return {
    ...(args.ingressClass === undefined ? {} : { ingressClassName: args.ingressClass }),
    ...(args.tlsSecret === undefined ? {} : { tls: [{ hosts: [args.host], secretName: args.tlsSecret }] }),
    rules: [{ host: args.host, http: { paths: [{ path: args.app.path, pathType: "Prefix", backend }] } }],
  };
}
