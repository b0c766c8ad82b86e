import type { types } from "@pulumi/kubernetes";

import type { App } from "./app.ts";
import { pullRequestOf } from "./image.ts";
import type { PinnedImage } from "./image-digest.ts";
import { formatImage } from "./image.ts";

type Labels = Record<string, string>;

/** The labels by which a Service, a disruption budget and a Deployment find an app's pods. They never change. */
export const selectorLabels = (app: string): Labels => ({ "app.kubernetes.io/name": app });

const managedBy = { "app.kubernetes.io/managed-by": "drover" };

/** Labels of every object of an app. */
export const objectLabels = (app: string): Labels => ({ ...selectorLabels(app), ...managedBy });

/** Whether labels are those of an object of Drover's. */
export const isOwn = (labels: Readonly<Labels>): boolean =>
  Object.entries(managedBy).every(([key, value]) => labels[key] === value);

/**
 * What runs, for people who look at the Deployment in Rancher or with kubectl. Not on the pods: a change there restarts them.
 * `kubernetes.io/change-cause` is what `kubectl rollout history` shows.
 */
export function imageAnnotations(app: string, written: string, image: PinnedImage): Labels {
  const pullRequest = pullRequestOf(image.tag);
  return {
    "drover/app": app,
    "drover/image": written,
    ...(image.tag === undefined ? {} : { "drover/tag": image.tag }),
    "drover/digest": image.digest,
    ...(pullRequest === undefined ? {} : { "drover/pull-request": String(pullRequest) }),
    "kubernetes.io/change-cause": formatImage(image),
  };
}

/**
 * Annotations by which `@pulumi/kubernetes` takes back fields that somebody changed by hand, instead of refusing, and knows its own again
 * where an update was killed before it could note the name that it had made up for itself.
 */
const ownership: Labels = { "pulumi.com/patchForce": "true", "pulumi.com/patchFieldManager": "drover" };

/** The same, and by which it gives a rollout up in time. */
export const deployAnnotations = (deadline: number): Labels => ({
  ...ownership,
  "pulumi.com/timeoutSeconds": String(deadline),
});

/** For objects that need no waiting: the Deployment decides whether a deploy succeeded. */
export const unawaited: Labels = { ...ownership, "pulumi.com/skipAwait": "true" };

/** When a probe asks, in seconds. */
const probes = { startupPeriod: 1, readinessPeriod: 5, livenessPeriod: 10, timeout: 5 };
/** Seconds for which a pod without a health path must live before it counts: an open port alone says little. */
const settling = 5;

/** The probes that follow from one health path; an open port is asked for where there is none. */
export function probesOf(
  app: App,
): Pick<types.input.core.v1.Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  if (app.health === undefined)
    return { readinessProbe: { tcpSocket: { port: app.port }, periodSeconds: probes.startupPeriod } };
  const ask = { httpGet: { path: app.health, port: app.port }, timeoutSeconds: probes.timeout };
  return {
    startupProbe: { ...ask, periodSeconds: probes.startupPeriod, failureThreshold: app.deadline },
    readinessProbe: { ...ask, periodSeconds: probes.readinessPeriod },
    livenessProbe: { ...ask, periodSeconds: probes.livenessPeriod },
  };
}

/** No more rights than a web application needs; Kubernetes' "restricted" pod security standard, except for root where the app asks for it. */
export function securityOf(app: App): {
  pod: types.input.core.v1.PodSecurityContext;
  container: types.input.core.v1.SecurityContext;
} {
  const pod = { seccompProfile: { type: "RuntimeDefault" } };
  const container = { allowPrivilegeEscalation: false };
  if (app.root) return { pod, container };
  return {
    pod: { ...pod, runAsNonRoot: true, ...(app.user === undefined ? {} : { runAsUser: app.user, fsGroup: app.user }) },
    container: { ...container, capabilities: { drop: ["ALL"] } },
  };
}

/** How a rollout replaces pods: with `RollingUpdate` no old pod ends before a new one is ready. */
export const strategyOf = (app: App): types.input.apps.v1.DeploymentStrategy =>
  app.strategy === "Recreate"
    ? { type: "Recreate" }
    : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };

/** Seconds for which a pod goes on serving after its end was decided: what sends it requests learns of that a moment later. */
const farewell = 3;

/** Lets a rolling update lose no request; where the old pods end first there is nobody to wait for. */
export const lifecycleOf = (app: App): Pick<types.input.core.v1.Container, "lifecycle"> =>
  app.strategy === "RollingUpdate" ? { lifecycle: { preStop: { sleep: { seconds: farewell } } } } : {};

/** How long a pod must live before it counts; nothing where a health path says more. */
export const settlingOf = (app: App): Pick<types.input.apps.v1.DeploymentSpec, "minReadySeconds"> =>
  app.health === undefined ? { minReadySeconds: settling } : {};

/** The entries of a record by name: where a list is made of them, the order in which somebody wrote them must not roll the pods. */
export const inOrder = <Value>(record: Readonly<Record<string, Value>>): [name: string, value: Value][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The key in a ConfigMap for a file's path; a ConfigMap's keys have no slashes. */
export const fileKey = (path: string): string => path.replace(/^\/+/, "").replaceAll(/[^-._a-zA-Z0-9]/g, "_");

/** The name of an app's volume claim. */
export const claimName = (app: string, volume: string): string => `${app}-${volume}`;

/**
 * The pod's volumes and where its container mounts them: persistent ones, then files, each at its own path.
 *
 * @param files the name of the ConfigMap with the app's files
 * @param claims volume to the name of its claim
 */
export function mountsOf(
  app: App,
  files: types.input.core.v1.ConfigMapVolumeSource["name"],
  claims: ReadonlyMap<string, types.input.core.v1.PersistentVolumeClaimVolumeSource["claimName"]>,
): Required<{ volumes: types.input.core.v1.Volume[]; volumeMounts: types.input.core.v1.VolumeMount[] }> {
  const paths = inOrder(app.files).map(([path]) => path);
  return {
    volumes: [
      ...inOrder(Object.fromEntries(claims)).map(([volume, claimName]) => ({
        name: volume,
        persistentVolumeClaim: { claimName },
      })),
      ...(files === undefined ? [] : [{ name: filesVolume, configMap: { name: files } }]),
    ],
    volumeMounts: [
      ...inOrder(app.volumes).map(([volume, { path }]) => ({ name: volume, mountPath: path })),
      ...paths.map((path) => ({ name: filesVolume, mountPath: path, subPath: fileKey(path), readOnly: true })),
    ],
  };
}

/** The name of the volume that holds an app's files; no persistent volume may have it. */
export const filesVolume = "files";
